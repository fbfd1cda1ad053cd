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

enum {
	BODY_MAX = 256 * 1024, /* a session token has no documented limit */
};

enum { ASSUME_ROLE, ASSUME_ROLE_BY_TOKEN, GET_IDENTITY, ACTION__N };

#define ACTION(name) \
	{ name, "sts: " name, "sts:" name, name "Response", name "Result" }

/* An action, in all the places where its name is said. */
static const struct action {
	const char *name;
	const char *what;              /* in messages */
	const char *permission;        /* in policies */
	const char *response, *result; /* in answers, the one in the other */
} actions[] = {
	[ASSUME_ROLE] = ACTION("AssumeRole"),
	[ASSUME_ROLE_BY_TOKEN] = ACTION("AssumeRoleWithWebIdentity"),
	[GET_IDENTITY] = ACTION("GetCallerIdentity"),
};
_Static_assert(sizeof(actions) / sizeof(actions[0]) == ACTION__N,
    "an action has no names");

static void
add_role(struct buf *form, const struct sts_role *role)
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

	for (size_t i = 0; i < n; i++) {
		if (parameters[i].value == NULL)
			continue;
		buf_addf(form, "&%s=", parameters[i].name);
		buf_add_uri(form, parameters[i].value,
		    strlen(parameters[i].value));
	}
}

/*
 * The role is NULL where none is meant. STS answers in JSON when asked;
 * emulators send XML all the same.
 */
static struct aws_call *
start(struct aws *aws, struct aws_request *request, const struct action *action,
    const struct sts_role *role)
{
	struct buf form = { 0 };
	struct aws_call *call;

	buf_addf(&form, "Action=%s&Version=" STS_VERSION, action->name);
	if (role != NULL)
		add_role(&form, role);
	request->what = action->what;
	request->asked.action = action->permission;
	request->service = AWS_STS;
	request->method = "POST";
	request->path = "/";
	request->body = form.data;
	request->body_len = form.len;
	request->answer_max = BODY_MAX;
	list_add(&request->headers, "Accept: application/json");
	list_add(&request->headers,
	    "Content-Type: application/x-www-form-urlencoded");
	call = aws_start(aws, request);
	list_free(&request->headers);
	buf_free(&form);
	return call;
}

struct aws_call *
sts_start(struct aws *aws, const struct creds *creds,
    const struct sts_role *role)
{
	bool has_token = role->token != NULL;
	struct aws_request request = {
		.region = role->region,
		.creds = creds,
		.asked = { .role_arn = role->arn,
		    .token = role->token,
		    .has_external_id = role->external_id != NULL },
		.secret = has_token ? role->token : role->mfa_code,
	};

	BUG_IF((creds == NULL) != has_token);
	if (!list_has(&aws->roles, role->arn))
		list_add(&aws->roles, role->arn);
	return start(aws, &request,
	    &actions[has_token ? ASSUME_ROLE_BY_TOKEN : ASSUME_ROLE], role);
}

/* {"AssumeRoleResponse":{"AssumeRoleResult":...}}; NULL in XML. */
static const struct cJSON *
find_result(const struct cJSON *json)
{
	const struct cJSON *result = NULL;

	for (size_t i = 0; i < ACTION__N; i++)
		if (result == NULL)
			result = json_get(json_get(json, actions[i].response),
			    actions[i].result);
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
	struct aws_request request = { .region = region, .creds = creds };

	return start(aws, &request, &actions[GET_IDENTITY], NULL);
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
