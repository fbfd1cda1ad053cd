/* What is seen of a ServiceAccount, as the API server shows it. */
#include "cluster/service_account.h"

#include "base/json.h"
#include "test/unit/unit.h"

#define METADATA                                                     \
	"\"metadata\":{\"namespace\":\"apps\",\"name\":\"default\"," \
	"\"resourceVersion\":\"42\"}"
#define ACCOUNT(members) "{\"kind\":\"ServiceAccount\"," METADATA members "}"
#define HOLDS(list) ACCOUNT(",\"imagePullSecrets\":" list)

static const struct take_case {
	const char *name, *in;
	bool has_any, has_secret;
} take_cases[] = {
	{ "no list is nothing", ACCOUNT(""), false, false },
	{ "an item of a list has no kind", "{" METADATA "}", false, false },
	{ "null is nothing", HOLDS("null"), false, false },
	{ "an empty list is nothing", HOLDS("[]"), false, false },
	{ "another Secret is not ours", HOLDS("[{\"name\":\"theirs\"}]"), true,
	    false },
	{ "ours is seen", HOLDS("[{\"name\":\"pull\"}]"), true, true },
	{ "ours is seen behind others",
	    HOLDS("[{\"name\":\"a\"},{},{\"name\":\"pull\"}]"), true, true },
	{ "a longer name is not ours", HOLDS("[{\"name\":\"pull-2\"}]"), true,
	    false },
	{ "secrets for mounting don't count",
	    ACCOUNT(",\"secrets\":[{\"name\":\"pull\"}]"), false, false },
};

static void
account_is_seen(void **state)
{
	const struct take_case *row = *state;
	struct cJSON *object = json_parse(row->in, strlen(row->in));
	struct service_account account = { 0 };
	struct err err;

	assert_non_null(object);
	assert_int_equal(service_account_take(object, "pull", &account, &err),
	    0);
	assert_string_equal(account.namespace, "apps");
	assert_string_equal(account.name, "default");
	assert_string_equal(account.version, "42");
	assert_int_equal(account.has_any, row->has_any);
	assert_int_equal(account.has_secret, row->has_secret);
	service_account_free(&account);
	service_account_free(&account);
	json_free(object);
}

static const struct refusal_case {
	const char *name, *in;
} refusal_cases[] = {
	{ "another kind is refused", "{\"kind\":\"Secret\"," METADATA "}" },
	{ "no metadata are refused", "{\"kind\":\"ServiceAccount\"}" },
	{ "no version is refused",
	    "{\"metadata\":{\"namespace\":\"apps\",\"name\":\"a\"}}" },
	{ "no name is refused",
	    "{\"metadata\":{\"namespace\":\"apps\",\"resourceVersion\":\"1\"}}" },
	{ "a version that is no text is refused",
	    "{\"metadata\":{\"namespace\":\"apps\",\"name\":\"a\","
	    "\"resourceVersion\":1}}" },
	{ "a list is refused", "[]" },
};

static void
other_is_refused(void **state)
{
	const struct refusal_case *row = *state;
	struct cJSON *object = json_parse(row->in, strlen(row->in));
	struct service_account account = { 0 };
	struct err err;

	assert_non_null(object);
	assert_int_equal(service_account_take(object, "pull", &account, &err),
	    -1);
	assert_int_equal(err.kind, ERR_DATA);
	assert_null(account.name);
	json_free(object);
}

static void
no_document_is_refused(void **state)
{
	struct service_account account = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(service_account_take(NULL, "pull", &account, &err),
	    -1);
}

int
main(void)
{
	static struct unit unit;

	UNIT_ADD_ROWS(&unit, take_cases, account_is_seen);
	UNIT_ADD_ROWS(&unit, refusal_cases, other_is_refused);
	unit_add(&unit, "no document is refused", no_document_is_refused, NULL);
	return unit_run(&unit, "service_account");
}
