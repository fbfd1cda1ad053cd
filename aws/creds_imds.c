/* Credentials and region of an EC2 instance, by its metadata service v2. */
#include "aws/creds_source.h"

#include <string.h>

#include "base/http.h"
#include "base/mem.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"

enum {
	BODY_MAX = 64 * 1024,
	ATTEMPT_MS = 1000,  /* it is one hop away, or it is not there */
	NAME_MAX_LEN = 128, /* of a role, and more than of a region */
};

/* What one question to the service came to. */
struct answer {
	struct http_response response;
	bool is_unreached;
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
ask(struct aws *aws, const char *path, struct buf *token, struct answer *answer,
    struct err *err)
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
		/* Its first answer decides whether the service is there. */
		.attempts_max = token->len == 0 ? 1 : 3,
		.is_direct = true,
	};
	int rc;

	buf_addf(&url, "%s%s", aws->imds_endpoint, path);
	request.url = url.data;
	rc = http_fetch(aws->http, &request, &answer->response, err);
	answer->is_unreached = rc < 0 && answer->response.is_unreached;
	buf_free(&url);
	return rc;
}

static enum creds_result
get_token(struct aws *aws, struct buf *token, struct buf *why, struct err *err)
{
	struct answer answer = { 0 };
	enum creds_result result = CREDS_FAILED;

	if (ask(aws, "/latest/api/token", token, &answer, err) < 0) {
		if (!answer.is_unreached)
			goto out;
		buf_addf(why,
		    "no answer from %s; on EC2, in a container, the instance's "
		    "HttpPutResponseHopLimit may be 1: raise it to 2, or use "
		    "IRSA or Pod Identity",
		    aws->imds_endpoint);
		result = CREDS_ABSENT;
		goto out;
	}
	if (answer.response.status != 200 || answer.response.body.len == 0) {
		buf_addf(why, "%s answered %ld to the request for a token",
		    aws->imds_endpoint, answer.response.status);
		result = CREDS_ABSENT;
		goto out;
	}
	buf_move(token, &answer.response.body);
	result = CREDS_FOUND;
out:
	http_response_free(&answer.response);
	return result;
}

/* The first line of the answer at path; empty when there is none. */
static int
get_line(struct aws *aws, const char *path, struct buf *token, struct buf *line,
    struct err *err)
{
	struct answer answer = { 0 };
	const char *text;
	int rc = 0;

	if (ask(aws, path, token, &answer, err) < 0)
		return -1;
	text = buf_str(&answer.response.body);
	if (answer.response.status == 200 &&
	    strcspn(text, "\n") <= NAME_MAX_LEN)
		buf_add(line, text, strcspn(text, "\r\n"));
	else if (answer.response.status != 404)
		rc = err_set(err,
		    answer.response.status >= 500 ? ERR_RETRY : ERR_DATA,
		    "instance metadata: %s answered %ld, %zu bytes", path,
		    answer.response.status, answer.response.body.len);
	http_response_free(&answer.response);
	return rc;
}

static int
get_creds(struct aws *aws, const struct buf *role, struct buf *token,
    struct creds *creds, struct err *err)
{
	struct answer answer = { 0 };
	struct buf path = { 0 }, what = { 0 };
	int rc = -1;

	buf_add_str(&path, ROLES);
	buf_add_uri(&path, role->data, role->len);
	buf_addf(&what, "role %s", role->data);
	if (ask(aws, path.data, token, &answer, err) < 0)
		goto out;
	if (answer.response.status == 200)
		rc = creds_parse_metadata(&answer.response.body, what.data,
		    creds, err);
	else
		(void)err_set(err,
		    answer.response.status >= 500 ? ERR_RETRY : ERR_DATA,
		    "%s: instance metadata answered %ld", what.data,
		    answer.response.status);
out:
	http_response_free(&answer.response);
	buf_free(&path);
	buf_free(&what);
	return rc;
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
	if (result != CREDS_FOUND)
		goto out;
	result = CREDS_FAILED;
	if (get_line(aws, ROLES, &token, &role, err) < 0)
		goto out;
	if (role.len == 0) {
		buf_add_str(why, "the instance has no role");
		result = CREDS_ABSENT;
		goto out;
	}
	if (get_creds(aws, &role, &token, creds, err) == 0)
		result = CREDS_FOUND;
out:
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
	    get_line(aws, "/latest/meta-data/placement/region", &token, &region,
		&ignored) == 0 &&
	    endpoint_is_region(buf_str(&region)))
		found = buf_take(&region);
	buf_free(&token);
	buf_free(&region);
	buf_free(&why);
	return found;
}
