/* Registries: what no SPEC means, and the entries that are written. */
#include "cmd/registries.h"

#include "test/unit/unit.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

static void
none_is_the_callers_own(void **state)
{
	struct registries registries = { 0 };
	const struct list specs = { 0 };

	(void)state;
	registries_parse(&specs, &registries);
	assert_int_equal(registries.n, 1);
	assert_null(registries.items[0].spec.host);
	assert_null(registries.items[0].spec.account);
	assert_null(registries.items[0].spec.region);
	assert_null(registries_region(&registries));
	registries_free(&registries);
}

static void
first_region_counts(void **state)
{
	struct registries registries = { 0 };
	struct list specs = { 0 };

	(void)state;
	list_split(&specs, "111111111111 222222222222.eu-central-1 " HOST, " ");
	registries_parse(&specs, &registries);
	assert_int_equal(registries.n, 3);
	assert_string_equal(registries_region(&registries), "eu-central-1");
	registries_free(&registries);
	list_free(&specs);
}

/* What failed fails again, and what succeeded stays. */
static void
roles_are_checked_each_time(void **state)
{
	static const char arn[] = "arn:aws:iam::111122223333:role/";
	struct registries registries = { 0 };
	struct list specs = { 0 };

	(void)state;
	list_addf(&specs, "111111111111.eu-west-1,role=%sa", arn);
	list_addf(&specs, "111111111111.eu-west-1,role=%sb", arn);
	registries_parse(&specs, &registries);
	for (int i = 0; i < 2; i++) {
		struct err err = { 0 };

		assert_int_equal(registries_assign(&registries, NULL, &err),
		    -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, "with different roles"));
		assert_null(registries.tokens);
		assert_int_equal(registries.tokens_n, 0);
	}
	registries_free(&registries);
	list_free(&specs);
}

static void
assigned_registries_stay(void **state)
{
	struct registries registries = { 0 };
	const struct registry_token *tokens;
	struct list specs = { 0 };
	struct err err = { 0 };

	(void)state;
	list_split(&specs,
	    "111111111111.eu-west-1 222222222222.eu-west-1 " HOST, " ");
	registries_parse(&specs, &registries);
	assert_int_equal(registries_assign(&registries, NULL, &err), 0);
	assert_int_equal(registries.tokens_n, 1);
	assert_string_equal(registries.items[1].spec.host,
	    "222222222222.dkr.ecr.eu-west-1.amazonaws.com");
	tokens = registries.tokens;
	assert_int_equal(registries_assign(&registries, NULL, &err), 0);
	assert_ptr_equal(registries.tokens, tokens);
	assert_int_equal(registries.tokens_n, 1);
	registries_free(&registries);
	list_free(&specs);
}

/* Gives each the first token but for one that failed. */
static void
parse(struct registries *registries, const char *specs, size_t failed)
{
	struct list list = { 0 };

	list_split(&list, specs, " ");
	registries_parse(&list, registries);
	registries->tokens = xcalloc(2, sizeof(*registries->tokens));
	registries->tokens_n = 2;
	registries->tokens[0].token.auth = xstrdup("QVdTOng=");
	registries->tokens[0].token.expires_at = 1900000000;
	if (failed < registries->n)
		registries->items[failed].token = 1;
	list_free(&list);
}

/* A registry has its region's token, or none this time. */
static void
entries_have_tokens(void **state)
{
	struct registries registries = { 0 };
	struct docker_entry *entries;
	size_t n;

	(void)state;
	parse(&registries, HOST " mirror.example h.example " HOST, 1);
	entries = registries_make_entries(&registries, false, &n);
	assert_int_equal(n, 3);
	assert_string_equal(entries[0].host, HOST);
	assert_string_equal(entries[0].auth, "QVdTOng=");
	assert_int_equal(entries[0].expires_at, 1900000000);
	assert_string_equal(entries[1].host, "mirror.example");
	assert_null(entries[1].auth);
	assert_string_equal(entries[2].host, "h.example");
	assert_string_equal(entries[2].auth, "QVdTOng=");
	mem_free(entries);
	registries_free(&registries);
}

/* A name that was given keeps its own token, others follow. */
static void
all_names_are_entries(void **state)
{
	static const char *const want[] = {
		HOST,
		"123456789012.dkr-ecr.eu-west-1.on.aws",
		"public.ecr.aws",
		"mirror.example",
		"123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com",
		"123456789012.dkr-ecr-fips.eu-west-1.on.aws",
		"ecr-public.aws.com",
	};
	struct registries registries = { 0 };
	struct docker_entry *entries;
	size_t n;

	(void)state;
	parse(&registries,
	    HOST " 123456789012.dkr-ecr.eu-west-1.on.aws public.ecr.aws "
		 "mirror.example",
	    1);
	entries = registries_make_entries(&registries, true, &n);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(entries[i].host, want[i]);
	assert_null(entries[1].auth);
	assert_non_null(entries[4].auth);
	mem_free(entries);
	registries_free(&registries);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "no SPEC is the caller's own registry",
	    none_is_the_callers_own, NULL);
	unit_add(&unit, "the first region that a SPEC names counts",
	    first_region_counts, NULL);
	unit_add(&unit, "entries have their region's token",
	    entries_have_tokens, NULL);
	unit_add(&unit, "all names of a registry are entries",
	    all_names_are_entries, NULL);
	unit_add(&unit, "two roles of one registry are refused each time",
	    roles_are_checked_each_time, NULL);
	unit_add(&unit, "registries are assigned once",
	    assigned_registries_stay, NULL);
	return unit_run(&unit, "registries");
}
