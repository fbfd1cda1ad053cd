/* What others hand out as credentials: JSON documents of several kinds. */
#include "aws/creds_source.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static const struct shape {
	const char *inside; /* the member that has the others; NULL: none */
	const char *access_key_id, *secret_access_key, *session_token, *expires;
	bool may_last; /* long-lived keys have no session token */
	bool is_lent;  /* to whoever asks on this machine */
} shapes[] = {
	[CREDS_METADATA] = { NULL, "AccessKeyId", "SecretAccessKey", "Token",
	    "Expiration", .is_lent = true },
	[CREDS_PROCESS] = { NULL, "AccessKeyId", "SecretAccessKey",
	    "SessionToken", "Expiration", .may_last = true, .is_lent = true },
	[CREDS_SSO] = { "roleCredentials", "accessKeyId", "secretAccessKey",
	    "sessionToken", "expiration" },
	[CREDS_LOGIN] = { "accessToken", "accessKeyId", "secretAccessKey",
	    "sessionToken", "expiresAt" },
};
_Static_assert(sizeof(shapes) / sizeof(shapes[0]) == CREDS__N,
    "a document's members are not known");

int
creds_take(struct creds *found, time_t now, bool needs_token,
    struct creds *creds, struct err *err)
{
	const struct {
		const char *name;
		const char *value;
		bool is_needed;
	} parts[] = {
		{ "AccessKeyId", found->access_key_id, true },
		{ "SecretAccessKey", found->secret_access_key, true },
		{ "session token", found->session_token, needs_token },
	};
	char expires[CLOCK_TEXT_MAX];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *value = parts[i].value;

		if ((value == NULL || value[0] == '\0') && !parts[i].is_needed)
			continue;
		if (value == NULL || value[0] == '\0')
			return err_set(err, ERR_DATA, "the answer has no %s",
			    parts[i].name);
		if (!text_is_word(value, strlen(value)))
			return err_set(err, ERR_DATA,
			    "%s has a space, control or non-ASCII character",
			    parts[i].name);
	}
	if (now == 0 || found->expires_at == 0 || found->expires_at > now) {
		*creds = *found;
		*found = (struct creds){ 0 };
		return 0;
	}
	clock_format(found->expires_at, expires);
	return err_set(err, ERR_DATA,
	    "the credentials were good until %s only, by this machine's clock",
	    expires);
}

/* Some kinds say first whether there is anything to read, and how. */
static int
check_head(enum creds_document document, const struct cJSON *json,
    struct err *err)
{
	const char *code = json_get_text(json, "Code");
	double version = 0;

	if (document == CREDS_METADATA && code != NULL &&
	    strcmp(code, "Success") != 0)
		return err_set(err, ERR_DENIED, "%.200s", code);
	if (document != CREDS_PROCESS)
		return 0;
	if (!json_get_number(json, "Version", &version))
		return err_set(err, ERR_DATA,
		    "Version is not a number, supported versions: 1");
	/* botocore's words. */
	if (version < 1 || version > 1)
		return err_set(err, ERR_DATA,
		    "Unsupported version '%g' for credential process provider, "
		    "supported versions: 1",
		    version);
	return 0;
}

/* A date, or what only the portal writes: milliseconds. */
static bool
read_date(const struct cJSON *object, const char *name, time_t *at)
{
	const struct cJSON *value = json_get(object, name);
	const char *text = json_text(value);
	double ms;

	if (text != NULL)
		return clock_parse(text, at);
	if (!json_get_number(object, name, &ms))
		return value == NULL || json_is_null(value);
	*at = ms > 0 && ms < 1e14 ? (time_t)(ms / 1000) : 0;
	return *at != 0;
}

int
creds_parse(enum creds_document document, const struct buf *body, time_t now,
    struct creds *creds, struct err *err)
{
	const struct shape *shape = &shapes[document];
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *object =
	    shape->inside == NULL ? json : json_get(json, shape->inside);
	struct creds found = {
		.access_key_id = json_copy_text(object, shape->access_key_id),
		.secret_access_key =
		    json_copy_text(object, shape->secret_access_key),
		.session_token = json_copy_text(object, shape->session_token),
		.is_lent = shape->is_lent,
	};
	int rc = -1;

	if (!json_is_object(json))
		(void)err_set(err, ERR_DATA,
		    "the answer (%zu bytes) is not a JSON object", body->len);
	else if (!read_date(object, shape->expires, &found.expires_at))
		(void)err_set(err, ERR_DATA, "%s is no date", shape->expires);
	else if (check_head(document, json, err) == 0)
		rc = creds_take(&found, now, !shape->may_last, creds, err);
	creds_free(&found);
	json_free(json);
	return rc;
}

int
creds_parse_metadata(const struct buf *body, const char *what, time_t now,
    struct creds *creds, struct err *err)
{
	int rc = creds_parse(CREDS_METADATA, body, now, creds, err);

	if (rc < 0)
		err_wrap(err, "%s", what);
	return rc;
}
