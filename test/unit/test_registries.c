/* SPECs of registries: which are taken, what they name, what is written. */
#include "cmd/registries.h"

#include "test/unit/unit.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

static const struct spec_case {
	const char *name, *spec;
	bool is_strict; /* taken */
	bool is_any;    /* taken with --any-host */
	/* What it names, if it is taken; NULL: nothing. */
	const char *host, *account, *region;
} spec_cases[] = {
	{ "an account is taken", "123456789012", true, true, NULL,
	    "123456789012", NULL },
	{ "an account and region are taken", "123456789012.eu-central-1", true,
	    true, NULL, "123456789012", "eu-central-1" },
	{ "a region nobody knows is taken", "123456789012.lala-land-1", true,
	    true, NULL, "123456789012", "lala-land-1" },
	{ "a host is taken", HOST, true, true, HOST, NULL, "eu-west-1" },
	{ "a host in capitals is taken",
	    "123456789012.DKR.ECR.EU-WEST-1.AMAZONAWS.COM", true, true, HOST,
	    NULL, "eu-west-1" },
	{ "a host as a URL is taken", "https://" HOST "/", true, true, HOST,
	    NULL, "eu-west-1" },
	{ "a dual-stack host is taken", "123456789012.dkr-ecr.eu-west-1.on.aws",
	    true, true, "123456789012.dkr-ecr.eu-west-1.on.aws", NULL,
	    "eu-west-1" },
	{ "a FIPS host is taken",
	    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", true, true,
	    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", NULL,
	    "us-gov-west-1" },
	{ "a mirror is taken if any host is", "mirror.example", false, true,
	    "mirror.example", NULL, NULL },
	{ "an emulator's port is taken if any host is", "localhost:4510", false,
	    true, "localhost:4510", NULL, NULL },
	{ "an IPv6 address is taken if any host is", "[::1]:5000", false, true,
	    "[::1]:5000", NULL, NULL },
	{ "eleven digits are a host at most", "12345678901", false, true,
	    "12345678901", NULL, NULL },
	{ "a host that only begins like ECR's is a mirror at most",
	    HOST ".evil.example", false, true, HOST ".evil.example", NULL,
	    NULL },
	{ "no text is refused", "", false, false, NULL, NULL, NULL },
	{ "a scheme alone is refused", "https://", false, false, NULL, NULL,
	    NULL },
	{ "a repository is refused", HOST "/team/app", false, false, NULL, NULL,
	    NULL },
	{ "a tag is refused", HOST "/app:v1", false, false, NULL, NULL, NULL },
	{ "a space is refused", "mirror example", false, false, NULL, NULL,
	    NULL },
	{ "a user is refused", "user@mirror.example", false, false, NULL, NULL,
	    NULL },
	{ "a glob is refused", "*.dkr.ecr.eu-west-1.amazonaws.com", false,
	    false, NULL, NULL, NULL },
	{ "a quote is refused", "mirror\".example", false, false, NULL, NULL,
	    NULL },
	{ "a newline is refused", "mirror.example\n", false, false, NULL, NULL,
	    NULL },
	{ "UTF-8 is refused", "caf\xc3\xa9.example", false, false, NULL, NULL,
	    NULL },
};

static void
check_text(const char *got, const char *want)
{
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
spec_is_judged(void **state)
{
	const struct spec_case *row = *state;
	struct registries registries = { 0 };
	struct list specs = { 0 };

	assert_int_equal(registries_is_spec(row->spec, false), row->is_strict);
	assert_int_equal(registries_is_spec(row->spec, true), row->is_any);
	if (!row->is_any)
		return;
	list_add(&specs, row->spec);
	registries_parse(&specs, &registries);
	assert_int_equal(registries.n, 1);
	check_text(registries.items[0].host, row->host);
	check_text(registries.items[0].account, row->account);
	check_text(registries.items[0].region, row->region);
	check_text(registries_region(&registries), row->region);
	registries_free(&registries);
	registries_free(&registries);
	list_free(&specs);
}

static void
none_is_the_callers_own(void **state)
{
	struct registries registries = { 0 };
	const struct list specs = { 0 };

	(void)state;
	registries_parse(&specs, &registries);
	assert_int_equal(registries.n, 1);
	assert_null(registries.items[0].host);
	assert_null(registries.items[0].account);
	assert_null(registries.items[0].region);
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

/* A registry has its region's token, or none this time. */
static void
entries_have_tokens(void **state)
{
	struct registries registries = { 0 };
	struct docker_entry entries[3];
	struct list specs = { 0 };

	(void)state;
	list_split(&specs, HOST " mirror.example h.example", " ");
	registries_parse(&specs, &registries);
	registries.tokens = xcalloc(2, sizeof(*registries.tokens));
	registries.tokens_n = 2;
	registries.tokens[1].token.auth = xstrdup("QVdTOng=");
	registries.tokens[1].token.expires_at = 1900000000;
	registries.items[0].token = 1;
	registries.items[2].token = 1;
	registries_make_entries(&registries, entries);
	assert_string_equal(entries[0].host, HOST);
	assert_string_equal(entries[0].auth, "QVdTOng=");
	assert_int_equal(entries[0].expires_at, 1900000000);
	assert_string_equal(entries[1].host, "mirror.example");
	assert_null(entries[1].auth);
	assert_string_equal(entries[2].host, "h.example");
	assert_string_equal(entries[2].auth, "QVdTOng=");
	registries_free(&registries);
	list_free(&specs);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, spec_cases, spec_is_judged);
	unit_add(&unit, "no SPEC is the caller's own registry",
	    none_is_the_callers_own, NULL);
	unit_add(&unit, "the first region that a SPEC names counts",
	    first_region_counts, NULL);
	unit_add(&unit, "entries have their region's token",
	    entries_have_tokens, NULL);
	return unit_run(&unit, "registries");
}
