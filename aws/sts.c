/* The Security Token Service: a token for credentials. */
#include "aws/sts.h"

#include <stddef.h>
#include <string.h>

#include "aws/answer.h"
#include "aws/creds_source.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "base/mem.h"

#define API_VERSION "2011-06-15"

enum {
	BODY_MAX = 256 * 1024, /* a session token has no documented limit */
};

static void
add_parameter(struct buf *form, const char *name, const char *value)
{
	buf_addf(form, "&%s=", name);
	buf_add_uri(form, value, strlen(value));
}

/* STS answers in JSON when asked; emulators send XML all the same. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	(void)arg;
	(void)now;
	(void)err;
	list_add(headers, "Accept: application/json");
	list_add(headers, "Content-Type: application/x-www-form-urlencoded");
	return 0;
}

/* A member of JSON's Credentials, or where there are none XML's element. */
static char *
find(const struct cJSON *credentials, const struct buf *body, const char *name)
{
	const char *text = json_get_text(credentials, name);
	struct buf element = { 0 };

	if (credentials != NULL)
		return text == NULL ? NULL : xstrdup(text);
	return xml_find(buf_str(body), name, &element) ? buf_take(&element) :
							 NULL;
}

/* JSON has the date as a number of seconds, XML as text. */
static bool
read_expiration(const struct cJSON *credentials, const struct buf *body,
    time_t *at)
{
	double seconds;
	char *text;
	bool is_good;

	if (json_get_number(credentials, "Expiration", &seconds)) {
		if (seconds <= 0 || seconds > 1e11)
			return false;
		*at = (time_t)seconds;
		return true;
	}
	text = find(credentials, body, "Expiration");
	is_good = text == NULL || clock_parse(text, at);
	mem_free(text);
	return is_good;
}

static int
read_answer(const struct http *http, const struct buf *body, const char *what,
    struct creds *creds, struct err *err)
{
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *credentials =
	    json_get(json_get(json_get(json,
				  "AssumeRoleWithWebIdentityResponse"),
			 "AssumeRoleWithWebIdentityResult"),
		"Credentials");
	struct creds found = {
		.access_key_id = find(credentials, body, "AccessKeyId"),
		.secret_access_key = find(credentials, body, "SecretAccessKey"),
		.session_token = find(credentials, body, "SessionToken"),
	};
	int rc = -1;

	if (!read_expiration(credentials, body, &found.expires_at))
		(void)err_set(err, ERR_DATA, "%s: Expiration is no date", what);
	else
		rc = creds_take(&found, what, http_now(http), creds, err);
	creds_free(&found);
	json_free(json);
	return rc;
}

int
sts_assume_role_with_web_identity(struct aws *aws, const char *region,
    const struct sts_web_identity *identity, struct creds *creds,
    struct err *err)
{
	static const char what[] = "sts: AssumeRoleWithWebIdentity";
	const char *const secrets[] = { identity->token };
	struct http_response response = { 0 };
	struct buf form = { 0 };
	struct endpoint endpoint = { 0 };
	struct http_request request = {
		.what = what,
		.method = "POST",
		.trust = aws->trust,
		.prepare = add_headers,
		.judge = answer_judge,
		.body_max = BODY_MAX,
		.attempts_max = aws->attempts_max,
		.has_true_date = true,
	};
	int rc = -1;

	if (aws_resolve_endpoint(aws, AWS_STS,
		&(struct endpoint_params){ .region = region }, &endpoint,
		err) < 0) {
		err_wrap(err, "%s", what);
		goto out;
	}
	buf_add_str(&endpoint.url, "/");
	buf_add_str(&form,
	    "Action=AssumeRoleWithWebIdentity&Version=" API_VERSION);
	add_parameter(&form, "RoleArn", identity->role_arn);
	add_parameter(&form, "RoleSessionName", identity->session_name);
	add_parameter(&form, "WebIdentityToken", identity->token);
	request.url = endpoint.url.data;
	request.body = form.data;
	request.body_len = form.len;
	if (http_fetch(aws->http, &request, &response, err) < 0) {
		aws_hint_region(&endpoint, &response, err);
		goto out;
	}
	if (response.status != 200) {
		(void)answer_set_error(&response, what, secrets, 1, err);
		goto out;
	}
	rc = read_answer(aws->http, &response.body, what, creds, err);
out:
	http_response_free(&response);
	buf_free(&form);
	buf_free(&endpoint.url);
	return rc;
}
