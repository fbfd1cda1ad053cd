/* The Security Token Service: a token for credentials, and whose they are. */
#include "aws/sts.h"

#include <stddef.h>
#include <string.h>

#include "aws/creds_source.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define API_VERSION "2011-06-15"

enum {
	BODY_MAX = 256 * 1024, /* a session token has no documented limit */
};

/* The action's own name, for each way to be somebody else. */
static const char signed_action[] = "AssumeRole";
static const char token_action[] = "AssumeRoleWithWebIdentity";

static void
add_form(struct buf *form, const struct sts_role *role)
{
	const struct {
		const char *name, *value;
	} parameters[] = {
		{ "RoleArn", role->arn },
		{ "RoleSessionName",
		    role->session_name != NULL ? role->session_name :
						 "ecr-secret" },
		{ "ExternalId", role->external_id },
		{ "DurationSeconds", role->duration_s },
		{ "SerialNumber", role->mfa_serial },
		{ "TokenCode", role->mfa_code },
		{ "WebIdentityToken", role->token },
	};
	size_t n = sizeof(parameters) / sizeof(parameters[0]);

	buf_addf(form, "Action=%s&Version=" API_VERSION,
	    role->token != NULL ? token_action : signed_action);
	for (size_t i = 0; i < n; i++) {
		if (parameters[i].value == NULL)
			continue;
		buf_addf(form, "&%s=", parameters[i].name);
		buf_add_uri(form, parameters[i].value,
		    strlen(parameters[i].value));
	}
}

/* STS answers in JSON when asked; emulators send XML all the same. */
static struct aws_call *
start(struct aws *aws, struct aws_request *request, const struct buf *form)
{
	struct aws_call *call;

	request->service = AWS_STS;
	request->method = "POST";
	request->path = "/";
	request->body = form->data;
	request->body_len = form->len;
	request->answer_max = BODY_MAX;
	list_add(&request->headers, "Accept: application/json");
	list_add(&request->headers,
	    "Content-Type: application/x-www-form-urlencoded");
	call = aws_start(aws, request);
	list_free(&request->headers);
	return call;
}

struct aws_call *
sts_start(struct aws *aws, const struct creds *creds,
    const struct sts_role *role)
{
	struct buf form = { 0 };
	struct aws_request request = {
		.what = "sts: AssumeRole",
		.region = role->region,
		.creds = creds,
		.asked = { .action = "sts:AssumeRole",
		    .role_arn = role->arn,
		    .token = role->token,
		    .has_external_id = role->external_id != NULL },
		.secret = role->token != NULL ? role->token : role->mfa_code,
	};
	struct aws_call *call;

	BUG_IF((creds == NULL) != (role->token != NULL));
	if (role->token != NULL) {
		request.what = "sts: AssumeRoleWithWebIdentity";
		request.asked.action = "sts:AssumeRoleWithWebIdentity";
	}
	if (!list_has(&aws->roles, role->arn))
		list_add(&aws->roles, role->arn);
	add_form(&form, role);
	call = start(aws, &request, &form);
	buf_free(&form);
	return call;
}

/* {"AssumeRoleResponse":{"AssumeRoleResult":...}}; NULL in XML. */
static const struct cJSON *
find_result(const struct cJSON *json)
{
	static const char *const names[][2] = {
		{ "AssumeRoleResponse", "AssumeRoleResult" },
		{ "AssumeRoleWithWebIdentityResponse",
		    "AssumeRoleWithWebIdentityResult" },
		{ "GetCallerIdentityResponse", "GetCallerIdentityResult" },
	};
	const struct cJSON *result = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (result == NULL)
			result =
			    json_get(json_get(json, names[i][0]), names[i][1]);
	return result;
}

/* A member of the JSON object, or where there is none XML's element. */
static char *
find(const struct cJSON *object, const struct buf *body, const char *name)
{
	struct buf element = { 0 };

	if (object != NULL)
		return json_copy_text(object, name);
	return xml_find(buf_str(body), name, &element) ? buf_take(&element) :
							 NULL;
}

/* JSON has the date as a number of seconds, XML as text. */
static bool
read_expiration(const struct cJSON *credentials, const struct buf *body,
    time_t *at)
{
	static const char name[] = "Expiration";
	const struct cJSON *value = json_get(credentials, name);
	char *text;
	bool is_good;

	if (json_get_time(credentials, name, at))
		return true;
	text = find(credentials, body, name);
	is_good = text != NULL ? clock_parse(text, at) :
				 value == NULL || json_is_null(value);
	mem_free(text);
	return is_good;
}

static int
read_answer(const struct aws_call *call, const struct buf *body,
    struct creds *assumed, struct err *err)
{
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *result = find_result(json);
	const struct cJSON *credentials = json_get(result, "Credentials");
	const struct cJSON *user = json_get(result, "AssumedRoleUser");
	struct creds found = {
		.access_key_id = find(credentials, body, "AccessKeyId"),
		.secret_access_key = find(credentials, body, "SecretAccessKey"),
		.session_token = find(credentials, body, "SessionToken"),
		.arn = find(user, body, "Arn"),
		.source = xstrdup("role"),
	};
	int rc = -1;

	if (!read_expiration(credentials, body, &found.expires_at))
		(void)err_set(err, ERR_DATA, "Expiration is no date");
	else
		rc = creds_take(&found, aws_call_now(call), true, assumed, err);
	if (rc < 0)
		err_wrap(err, "%s", aws_call_what(call));
	creds_free(&found);
	json_free(json);
	return rc;
}

int
sts_finish(struct aws_call *call, struct creds *assumed, struct err *err)
{
	struct buf body = { 0 };
	int rc = aws_wait(call, &body, err);

	if (rc == 0)
		rc = read_answer(call, &body, assumed, err);
	buf_free(&body);
	aws_call_free(call);
	return rc;
}

int
sts_assume_role(struct aws *aws, const struct creds *creds,
    const struct sts_role *role, struct creds *assumed, struct err *err)
{
	struct sts_role located = *role;

	if (located.region == NULL &&
	    creds_find_region(aws, &located.region, err) < 0)
		return -1;
	if (sts_finish(sts_start(aws, creds, &located), assumed, err) == 0)
		return 0;
	err_wrap(err, "role %s", role->arn);
	return -1;
}

int
sts_assume_chain(struct aws *aws, const struct list *arns,
    const struct sts_role *last, struct creds *creds, struct err *err)
{
	for (size_t i = 0; i < arns->n; i++) {
		struct sts_role role = { 0 };
		struct creds assumed = { 0 };

		if (i + 1 == arns->n)
			role = *last;
		role.arn = arns->items[i];
		if (sts_assume_role(aws, creds, &role, &assumed, err) < 0)
			return -1;
		creds_free(creds);
		*creds = assumed;
	}
	return 0;
}

struct aws_call *
sts_start_identity(struct aws *aws, const char *region,
    const struct creds *creds)
{
	struct buf form = { 0 };
	struct aws_request request = {
		.what = "sts: GetCallerIdentity",
		.region = region,
		.creds = creds,
		.asked = { .action = "sts:GetCallerIdentity" },
	};
	struct aws_call *call;

	buf_add_str(&form, "Action=GetCallerIdentity&Version=" API_VERSION);
	call = start(aws, &request, &form);
	buf_free(&form);
	return call;
}

static bool
is_word(const char *text)
{
	return text != NULL && text_is_word(text, strlen(text));
}

static int
read_identity(const struct aws_call *call, const struct buf *body,
    struct sts_identity *identity, struct err *err)
{
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *result = find_result(json);
	struct sts_identity found = {
		.account = find(result, body, "Account"),
		.arn = find(result, body, "Arn"),
		.user_id = find(result, body, "UserId"),
	};
	int rc = 0;

	json_free(json);
	if (is_word(found.account) && is_word(found.arn) &&
	    is_word(found.user_id)) {
		*identity = found;
	} else {
		rc = err_set(err, ERR_DATA,
		    "%s: the answer (%zu bytes) has no Account, Arn and UserId",
		    aws_call_what(call), body->len);
		sts_identity_free(&found);
	}
	return rc;
}

int
sts_finish_identity(struct aws_call *call, struct sts_identity *identity,
    struct err *err)
{
	struct buf body = { 0 };
	int rc = aws_wait(call, &body, err);

	if (rc == 0)
		rc = read_identity(call, &body, identity, err);
	buf_free(&body);
	aws_call_free(call);
	return rc;
}

void
sts_identity_free(struct sts_identity *identity)
{
	mem_free(identity->account);
	mem_free(identity->arn);
	mem_free(identity->user_id);
	*identity = (struct sts_identity){ 0 };
}
