/* Credentials and region of an EC2 instance, by its metadata service v2. */
#include "aws/creds_source.h"

#include <stdbool.h>

#include "base/http.h"
#include "base/text.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"

enum {
	BODY_MAX = 64 * 1024,
	ATTEMPTS = 3,
	ATTEMPT_MS = 1000,  /* it is one hop away, or it is not there */
	NAME_MAX_LEN = 128, /* of a role, and more than of a region */
};

static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	const struct buf *token = arg;

	(void)now;
	if (token->len == 0) {
		list_add(headers, "X-aws-ec2-metadata-token-ttl-seconds: 300");
		return 0;
	}
	return http_add_header(headers, "X-aws-ec2-metadata-token", token->data,
	    err);
}

/* An empty token asks for one. Returns 0 for any answer. */
static int
ask(struct aws *aws, const char *path, struct buf *token,
    struct http_response *response, struct err *err)
{
	struct buf url = { 0 };
	struct http_request request = {
		.what = "instance metadata",
		.method = token->len == 0 ? "PUT" : "GET",
		.body = token->len == 0 ? "" : NULL,
		.trust = aws->trust,
		.prepare = add_headers,
		.arg = token,
		.body_max = BODY_MAX,
		.attempt_ms = ATTEMPT_MS,
		.attempts_max = ATTEMPTS,
		/* The first question decides whether the service is there. */
		.needs_quick_answer = token->len == 0,
		.is_direct = true,
	};
	int rc;

	buf_addf(&url, "%s%s", aws->imds_endpoint, path);
	request.url = url.data;
	rc = http_fetch(aws->http, &request, response, err);
	buf_free(&url);
	return rc;
}

static enum creds_result
get_token(struct aws *aws, struct buf *token, struct buf *why, struct err *err)
{
	struct http_response response = { 0 };
	enum creds_result result = CREDS_FAILED;

	if (ask(aws, "/latest/api/token", token, &response, err) < 0) {
		if (!response.is_unreached)
			return CREDS_FAILED;
		buf_addf(why, "no answer from %s", aws->imds_endpoint);
		buf_add_str(why,
		    response.is_silent ?
			"; on EC2, in a container, the instance's "
			"HttpPutResponseHopLimit may be 1: raise it to 2, or "
			"use IRSA or Pod Identity" :
			": the connection is refused, or breaks");
		return CREDS_ABSENT;
	}
	if (response.status == 200 &&
	    text_is_word(buf_str(&response.body), response.body.len)) {
		buf_move(token, &response.body);
		result = CREDS_FOUND;
	} else if (http_kind_of_status(response.status) == ERR_RETRY) {
		(void)err_set(err, ERR_RETRY, "%s answered %ld",
		    aws->imds_endpoint, response.status);
	} else {
		buf_addf(why, "%s answered %ld to the request for a token",
		    aws->imds_endpoint, response.status);
		result = CREDS_ABSENT;
	}
	http_response_free(&response);
	return result;
}

/* The answer at path; it stays empty for 404. */
static int
get(struct aws *aws, const char *path, struct buf *token, struct buf *body,
    struct err *err)
{
	struct http_response response = { 0 };
	int rc = 0;

	if (ask(aws, path, token, &response, err) < 0)
		return -1;
	if (response.status == 200)
		buf_move(body, &response.body);
	else if (response.status != 404)
		rc = err_set(err, http_kind_of_status(response.status),
		    "%s%s answered %ld", aws->imds_endpoint, path,
		    response.status);
	http_response_free(&response);
	return rc;
}

static int
get_creds(struct aws *aws, const struct buf *role, struct buf *token,
    struct creds *creds, struct err *err)
{
	struct buf path = { 0 }, body = { 0 };
	int rc;

	buf_add_str(&path, ROLES);
	buf_add_uri(&path, role->data, role->len);
	rc = get(aws, path.data, token, &body, err);
	if (rc == 0)
		rc = creds_parse_metadata(&body, path.data, 0, creds, err);
	buf_free(&path);
	buf_free(&body);
	return rc;
}

static enum creds_result
get_role(struct aws *aws, struct buf *token, struct buf *role, struct buf *why,
    struct err *err)
{
	if (get(aws, ROLES, token, role, err) < 0)
		return CREDS_FAILED;
	if (role->len == 0) {
		buf_add_str(why, "the instance has no role");
		return CREDS_ABSENT;
	}
	if (role->len <= NAME_MAX_LEN && text_is_word(buf_str(role), role->len))
		return CREDS_FOUND;
	(void)err_set(err, ERR_DATA, "%s%s: no role's name, %zu bytes",
	    aws->imds_endpoint, ROLES, role->len);
	return CREDS_FAILED;
}

enum creds_result
creds_from_imds(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	struct buf token = { 0 }, role = { 0 };
	enum creds_result result;

	if (aws->is_imds_disabled) {
		buf_add_str(why, "AWS_EC2_METADATA_DISABLED is true");
		return CREDS_ABSENT;
	}
	result = get_token(aws, &token, why, err);
	if (result == CREDS_FOUND)
		result = get_role(aws, &token, &role, why, err);
	if (result == CREDS_FOUND &&
	    get_creds(aws, &role, &token, creds, err) < 0)
		result = CREDS_FAILED;
	buf_free(&token);
	buf_free(&role);
	return result;
}

char *
creds_imds_region(struct aws *aws)
{
	struct buf token = { 0 }, region = { 0 }, why = { 0 };
	struct err ignored = { 0 };
	char *found = NULL;

	if (!aws->is_imds_disabled &&
	    get_token(aws, &token, &why, &ignored) == CREDS_FOUND &&
	    get(aws, "/latest/meta-data/placement/region", &token, &region,
		&ignored) == 0 &&
	    endpoint_is_region(buf_str(&region)))
		found = buf_take(&region);
	buf_free(&token);
	buf_free(&region);
	buf_free(&why);
	return found;
}
