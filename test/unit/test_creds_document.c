/* The documents in which credentials come, each of its own shape. */
#include "aws/creds_source.h"

#include "test/unit/unit.h"

enum {
	NOW = 1700000000, /* 2023-11-14T22:13:20Z */
};

#define KEYS "\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"s\""
#define SMALL_KEYS "\"accessKeyId\":\"AKIA\",\"secretAccessKey\":\"s\""

/* Good ones; what they say but the access key and the secret. */
static const struct good_case {
	const char *name;
	enum creds_document document;
	const char *text;
	const char *token; /* NULL: none */
	time_t expires_at;
} good_cases[] = {
	{ "an instance's metadata", CREDS_METADATA,
	    "{\"Code\":\"Success\"," KEYS ",\"Token\":\"t\","
	    "\"Expiration\":\"2023-11-14T22:13:21Z\"}",
	    "t", NOW + 1 },
	{ "a container's metadata", CREDS_METADATA,
	    "{" KEYS ",\"Token\":\"t\",\"AccountId\":\"1\","
	    "\"Expiration\":\"2023-11-15T22:13:20.75+01:00\"}",
	    "t", NOW + 86400 - 3600 },
	{ "metadata without a date", CREDS_METADATA,
	    "{" KEYS ",\"Token\":\"t\"}", "t", 0 },
	{ "long-lived keys of a process", CREDS_PROCESS,
	    "{\"Version\":1," KEYS "}", NULL, 0 },
	{ "a session of a process", CREDS_PROCESS,
	    "{\"Version\":1.0," KEYS ",\"SessionToken\":\"t\","
	    "\"Expiration\":\"2023-11-14T22:14:20Z\"}",
	    "t", NOW + 60 },
	{ "a process knows no Code", CREDS_PROCESS,
	    "{\"Version\":1," KEYS ",\"Code\":\"x\"}", NULL, 0 },
	{ "a process that says null for what it has not", CREDS_PROCESS,
	    "{\"Version\":1," KEYS
	    ",\"SessionToken\":null,\"Expiration\":null}",
	    NULL, 0 },
	{ "a role of SSO", CREDS_SSO,
	    "{\"roleCredentials\":{" SMALL_KEYS ",\"sessionToken\":\"t\","
	    "\"expiration\":1700000001999}}",
	    "t", NOW + 1 },
	{ "the cache of a login", CREDS_LOGIN,
	    "{\"accessToken\":{" SMALL_KEYS ",\"sessionToken\":\"t\","
	    "\"expiresAt\":\"2023-11-14T22:13:21Z\"},\"clientId\":\"x\"}",
	    "t", NOW + 1 },
};

/* Bad ones, and words of what is said about them. */
static const struct bad_case {
	const char *name;
	enum creds_document document;
	const char *text, *want;
	enum err_kind kind;
} bad_cases[] = {
	{ "no JSON is no document", CREDS_LOGIN, "{", "not a JSON object",
	    ERR_DATA },
	{ "a Code says no", CREDS_METADATA,
	    "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}",
	    "AssumeRoleUnauthorizedAccess", ERR_DENIED },
	{ "metadata need a token", CREDS_METADATA, "{" KEYS "}",
	    "no session token", ERR_DATA },
	{ "a process must say its version", CREDS_PROCESS, "{" KEYS "}",
	    "Version is not a number", ERR_DATA },
	{ "a version is a number", CREDS_PROCESS,
	    "{\"Version\":\"1\"," KEYS "}", "Version is not a number",
	    ERR_DATA },
	{ "another version is botocore's error", CREDS_PROCESS,
	    "{\"Version\":2," KEYS "}",
	    "Unsupported version '2' for credential process provider, "
	    "supported versions: 1",
	    ERR_DATA },
	{ "now is too late", CREDS_PROCESS,
	    "{\"Version\":1," KEYS ",\"Expiration\":\"2023-11-14T22:13:20Z\"}",
	    "good until 2023-11-14T22:13:20Z only, by this machine's clock",
	    ERR_DATA },
	{ "SSO's are inside a member", CREDS_SSO,
	    "{" SMALL_KEYS ",\"sessionToken\":\"t\"}", "no AccessKeyId",
	    ERR_DATA },
	{ "SSO counts milliseconds", CREDS_SSO,
	    "{\"roleCredentials\":{" SMALL_KEYS ",\"sessionToken\":\"t\","
	    "\"expiration\":1700000001}}",
	    "good until 1970-01-20T16:13:20Z only, by this machine's clock",
	    ERR_DATA },
	{ "no date is before 1970", CREDS_SSO,
	    "{\"roleCredentials\":{" SMALL_KEYS ",\"sessionToken\":\"t\","
	    "\"expiration\":-1}}",
	    "expiration is no date", ERR_DATA },
	{ "no date is beyond all calendars", CREDS_SSO,
	    "{\"roleCredentials\":{" SMALL_KEYS ",\"sessionToken\":\"t\","
	    "\"expiration\":1e300}}",
	    "expiration is no date", ERR_DATA },
	{ "members are told apart by their case", CREDS_LOGIN,
	    "{\"accessToken\":{" KEYS ",\"sessionToken\":\"t\"}}",
	    "no AccessKeyId", ERR_DATA },
	{ "a line break fits into no header", CREDS_LOGIN,
	    "{\"accessToken\":{" SMALL_KEYS ",\"sessionToken\":\"t\\nt\"}}",
	    "session token has a space, control or non-ASCII character",
	    ERR_DATA },
	{ "nor does a letter that is not ASCII's", CREDS_LOGIN,
	    "{\"accessToken\":{" SMALL_KEYS ",\"sessionToken\":\"\\u00e9\"}}",
	    "session token has a space, control or non-ASCII character",
	    ERR_DATA },
};

static int
parse(enum creds_document document, const char *text, struct creds *creds,
    struct err *err)
{
	struct buf body = { 0 };
	int rc;

	buf_add_str(&body, text);
	rc = creds_parse(document, &body, NOW, creds, err);
	buf_free(&body);
	return rc;
}

static void
document_is_read(void **state)
{
	const struct good_case *row = *state;
	struct creds creds = { 0 };
	struct err err = { 0 };

	if (parse(row->document, row->text, &creds, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(creds.access_key_id, "AKIA");
	assert_string_equal(creds.secret_access_key, "s");
	if (row->token == NULL)
		assert_null(creds.session_token);
	else
		assert_string_equal(creds.session_token, row->token);
	assert_int_equal(creds.expires_at, row->expires_at);
	assert_int_equal(creds.is_lent,
	    row->document == CREDS_METADATA || row->document == CREDS_PROCESS);
	creds_free(&creds);
}

static void
document_is_refused(void **state)
{
	const struct bad_case *row = *state;
	struct creds creds = { 0 };
	struct err err = { 0 };

	assert_int_equal(parse(row->document, row->text, &creds, &err), -1);
	assert_int_equal(err.kind, row->kind);
	if (strstr(err.text, row->want) == NULL)
		fail_msg("not \"%s\" in: %s", row->want, err.text);
	assert_null(creds.access_key_id);
}

/* Instances go on handing out old ones while AWS is in trouble. */
static void
old_metadata_may_be_wanted(void **state)
{
	struct creds creds = { 0 };
	struct buf body = { 0 };
	struct err err = { 0 };

	(void)state;
	buf_add_str(&body,
	    "{" KEYS ",\"Token\":\"t\",\"Expiration\":"
	    "\"2020-01-01T00:00:00Z\"}");
	assert_int_equal(creds_parse_metadata(&body, "it", 0, &creds, &err), 0);
	creds_free(&creds);
	assert_int_equal(creds_parse_metadata(&body, "it", NOW, &creds, &err),
	    -1);
	buf_free(&body);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, good_cases, document_is_read);
	UNIT_ADD_ROWS(&unit, bad_cases, document_is_refused);
	unit_add(&unit, "old metadata are taken where they are wanted",
	    old_metadata_may_be_wanted, NULL);
	return unit_run(&unit, "creds_document");
}
