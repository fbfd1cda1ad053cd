/* What a docker config holds, and who can't use it. */
#include "registry/docker_entries.h"

#include "test/unit/unit.h"

#define HOST "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
#define AUTH "QVdTOnNlY3JldA==" /* AWS:secret */
#define AUTHS(members) "{\"auths\":{" members "}}"
#define KEY(key) AUTHS("\"" key "\":{\"auth\":\"" AUTH "\"}")
#define VALUE(value) AUTHS("\"" HOST "\":" value)

static const struct entry {
	const char *name, *text;
	const char *fault; /* a part of it; NULL: none */
	const char *auth;
	bool is_ecr, spoils_all;
} rows[] = {
	{ "a bare host", KEY(HOST), NULL, AUTH, true, false },
	{ "a host that is not ECR's", KEY("ghcr.io"), NULL, AUTH, false,
	    false },
	{ "a port is no path", KEY("localhost:5000"), NULL, AUTH, false,
	    false },
	{ "a scheme", KEY("https://" HOST), "has a scheme", AUTH, true, false },
	{ "a scheme and a version", KEY("https://" HOST "/v2/"), "has a scheme",
	    AUTH, true, false },
	{ "a path", KEY(HOST "/team"), "has a path", AUTH, false, false },
	{ "a glob", KEY("*.dkr.ecr.eu-central-1.amazonaws.com"), "is a glob",
	    AUTH, false, false },
	{ "capitals", KEY("GHCR.io"), "has capitals", AUTH, false, false },
	{ "no padding", VALUE("{\"auth\":\"QVdTOnNlY3JldA\"}"), NULL,
	    "QVdTOnNlY3JldA", true, false },
	{ "no base64", VALUE("{\"auth\":\"AWS:secret\"}"), "not base64", NULL,
	    true, true },
	{ "base64 without a colon", VALUE("{\"auth\":\"c2VjcmV0\"}"),
	    "not base64", NULL, true, true },
	{ "an auth that is no text", VALUE("{\"auth\":7}"), "not base64", NULL,
	    true, true },
	{ "no object", VALUE("\"x\""), "is no object", NULL, true, true },
	{ "user and password alone",
	    VALUE("{\"username\":\"AWS\",\"password\":\"secret\"}"),
	    "has no auth", AUTH, true, false },
	{ "nothing in it", VALUE("{}"), "no password", NULL, true, false },
	{ "an empty auth", VALUE("{\"auth\":\"\"}"), "no password", NULL, true,
	    false },
	{ "a credsStore for others",
	    "{\"auths\":{\"" HOST "\":{\"auth\":\"" AUTH
	    "\"}},\"credsStore\":\"desktop\"}",
	    NULL, AUTH, true, false },
};

static const struct document {
	const char *name, *text, *fault;
} documents[] = {
	{ "no JSON", "eyJh", "no JSON object" },
	{ "a list", "[]", "no JSON object" },
	{ "a credsStore", "{\"credsStore\":\"desktop\"}", "credential helper" },
	{ "a credsStore and what it leaves behind",
	    "{\"auths\":{\"" HOST "\":{}},\"credsStore\":\"desktop\"}",
	    "credential helper" },
	{ "credHelpers", "{\"credHelpers\":{\"" HOST "\":\"ecr-login\"}}",
	    "credential helper" },
	{ "the old form", "{\"" HOST "\":{\"auth\":\"" AUTH "\"}}",
	    "has no auths" },
	{ "auths that are a list", "{\"auths\":[]}", "has no auths" },
	{ "no registry", "{\"auths\":{}}", "holds no registry" },
	{ "an empty object", "{}", "has no auths" },
};

static void
is_told(void **state)
{
	const struct entry *row = *state;
	struct docker_entries held = { 0 };
	const struct docker_held_entry *entry;

	assert_int_equal(docker_entries_read(row->text, strlen(row->text),
			     &held),
	    0);
	assert_int_equal(held.n, 1);
	entry = &held.items[0];
	if (row->fault == NULL)
		assert_null(entry->fault);
	else if (entry->fault == NULL ||
	    strstr(entry->fault, row->fault) == NULL)
		fail_msg("%s", entry->fault != NULL ? entry->fault : "none");
	assert_true((entry->fault == NULL) == (entry->remedy == NULL));
	if (row->auth == NULL)
		assert_null(entry->auth);
	else
		assert_string_equal(entry->auth, row->auth);
	assert_int_equal(entry->is_ecr, row->is_ecr);
	assert_int_equal(entry->spoils_all, row->spoils_all);
	docker_entries_free(&held);
}

static void
is_faulty(void **state)
{
	const struct document *row = *state;
	struct docker_entries held = { 0 };

	assert_int_equal(docker_entries_read(row->text, strlen(row->text),
			     &held),
	    -1);
	assert_non_null(strstr(held.fault, row->fault));
	assert_non_null(held.remedy);
	assert_int_equal(held.n, 0);
	docker_entries_free(&held);
}

/* An ECR password tells: base64 of {"expiration":1800000000}. */
static void
the_expiry_is_read(void **state)
{
	static const char text[] =
	    AUTHS("\"" HOST
		  "\":{\"auth\":\"QVdTOmV5SmxlSEJwY21GMGFXOXVJam94T0RBd01E"
		  "QXdNREF3ZlE9PQ==\"}");
	struct docker_entries held = { 0 };

	(void)state;
	assert_int_equal(docker_entries_read(text, strlen(text), &held), 0);
	assert_int_equal(held.items[0].expires_at, 1800000000);
	docker_entries_free(&held);
}

int
main(void)
{
	struct unit unit = { 0 };

	UNIT_ADD_ROWS(&unit, rows, is_told);
	UNIT_ADD_ROWS(&unit, documents, is_faulty);
	unit_add(&unit, "the expiry is read", the_expiry_is_read, NULL);
	return unit_run(&unit, "docker_entries");
}
