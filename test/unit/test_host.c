/* Host names of private ECR registries, and docker config keys. */
#include "registry/host.h"

#include "test/unit/vectors.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

enum {
	VALID = 21,
	INVALID = 20,
	PUBLIC = 2,
};

static bool
is_true(const struct cJSON *object, const char *name)
{
	return json_is_true(json_get(object, name));
}

/* All members that are to be true are, and the names are copied whole. */
static void
check_valid(const struct cJSON *want)
{
	struct registry_host host = { 0 };

	if (!registry_host_parse(vectors_text(want, "host"), &host))
		fail_msg("%s: refused", vectors_text(want, "host"));
	assert_string_equal(host.account, vectors_text(want, "account"));
	assert_string_equal(host.region, vectors_text(want, "region"));
	assert_int_equal(host.is_fips, is_true(want, "fips"));
	assert_int_equal(host.is_dual_stack,
	    is_true(want, "dualstack_registry"));
}

static size_t
check_refused(const struct cJSON *hosts)
{
	const struct cJSON *item = json_first(hosts);
	struct registry_host host = { .region = "untouched" };
	size_t n = 0;

	for (; item != NULL; item = json_next(item)) {
		if (registry_host_parse(json_text(item), &host))
			fail_msg("%s: taken", json_text(item));
		n++;
	}
	assert_string_equal(host.region, "untouched");
	return n;
}

static void
helpers_agree(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("ecr/ecr-hosts.json");
	for (item = json_first(json_get(vectors, "valid")); item != NULL;
	    item = json_next(item)) {
		check_valid(item);
		n++;
	}
	assert_int_equal(n, VALID);
	assert_int_equal(check_refused(json_get(vectors, "invalid")), INVALID);
	assert_int_equal(check_refused(json_get(vectors, "public_hosts")),
	    PUBLIC);
	json_free(vectors);
}

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* What the helpers' expression takes or refuses too, but doesn't test. */
static const struct host_case {
	const char *name, *in;
	const char *region; /* NULL: refused */
} host_cases[] = {
	{ "capitals are taken", "123456789012.DKR.ECR.EU-West-1.AmazonAWS.com",
	    "eu-west-1" },
	{ "capitals of FIPS are taken",
	    "123456789012.Dkr.Ecr-Fips.us-east-1.amazonaws.com", "us-east-1" },
	{ "a region of 63 is taken",
	    "123456789012.dkr.ecr." SIXTY "abc.amazonaws.com", SIXTY "abc" },
	{ "a region of 64 is refused",
	    "123456789012.dkr.ecr." SIXTY "abcd.amazonaws.com", NULL },
	{ "no region is refused", "123456789012.dkr.ecr..amazonaws.com", NULL },
	{ "a region that begins with a hyphen is refused",
	    "123456789012.dkr.ecr.-x.amazonaws.com", NULL },
	{ "a region with a dot is refused",
	    "123456789012.dkr.ecr.us.east.amazonaws.com", NULL },
	{ "a scheme is refused",
	    "https://123456789012.dkr.ecr.us-east-1.amazonaws.com", NULL },
	{ "a path is refused",
	    "123456789012.dkr.ecr.us-east-1.amazonaws.com/team", NULL },
	{ "a port is refused",
	    "123456789012.dkr.ecr.us-east-1.amazonaws.com:443", NULL },
	{ "a dot at the end is refused",
	    "123456789012.dkr.ecr.us-east-1.amazonaws.com.", NULL },
	{ "a newline at the end is refused",
	    "123456789012.dkr.ecr.us-east-1.amazonaws.com\n", NULL },
	{ "a name before it is refused",
	    "x.123456789012.dkr.ecr.us-east-1.amazonaws.com", NULL },
	{ "a user before it is refused",
	    "u@123456789012.dkr.ecr.us-east-1.amazonaws.com", NULL },
	{ "a name that ends early is refused", "123456789012.dkr.ecr.", NULL },
	{ "an account alone is refused", "123456789012", NULL },
	{ "no text is refused", "", NULL },
};

static void
host_is_judged(void **state)
{
	const struct host_case *row = *state;
	struct registry_host host = { 0 };

	assert_int_equal(registry_host_parse(row->in, &host),
	    row->region != NULL);
	if (row->region != NULL) {
		assert_string_equal(host.account, "123456789012");
		assert_string_equal(host.region, row->region);
	}
}

static const struct account_case {
	const char *name, *in;
	bool want;
} account_cases[] = {
	{ "twelve digits are an account", "123456789012", true },
	{ "twelve zeroes are an account", "000000000000", true },
	{ "eleven digits are none", "12345678901", false },
	{ "thirteen digits are none", "1234567890123", false },
	{ "a letter among them is none", "12345678901a", false },
	{ "a sign before them is none", "+12345678901", false },
	{ "no text is none", "", false },
};

static void
account_is_judged(void **state)
{
	const struct account_case *row = *state;

	assert_int_equal(registry_is_account(row->in, strlen(row->in)),
	    row->want);
}

static void
account_goes_by_length(void **state)
{
	(void)state;
	assert_true(registry_is_account("123456789012.dkr", 12));
	assert_false(registry_is_account("123456789012.dkr", 13));
	assert_true(registry_is_account("1234567890123", 12));
}

/* What docker and kubelet ignore: scheme, /v1/ and /v2/, slashes, case. */
static const struct key_case {
	const char *name, *in, *want;
} key_cases[] = {
	{ "a bare host stays", "h.example", "h.example" },
	{ "https goes", "https://h.example", "h.example" },
	{ "http goes", "http://h.example", "h.example" },
	{ "a scheme in capitals goes", "HTTPS://h.example", "h.example" },
	{ "a slash at the end goes", "h.example/", "h.example" },
	{ "two slashes at the end go", "h.example//", "h.example" },
	{ "/v1/ goes", "https://index.docker.io/v1/", "index.docker.io" },
	{ "/v2/ goes", "https://h.example/v2/", "h.example" },
	{ "/v1 goes", "h.example/v1", "h.example" },
	{ "/V2 goes", "h.example/V2", "h.example" },
	{ "capitals become small", "H.Example", "h.example" },
	{ "all at once", "HTTP://H.Example/V1/", "h.example" },
	{ "a port stays", "https://h.example:5000/", "h.example:5000" },
	{ "a path stays", "h.example/team", "h.example/team" },
	{ "a path under /v2/ keeps its path", "h.example/team/v2",
	    "h.example/team" },
	{ "/v3 is a path", "h.example/v3", "h.example/v3" },
	{ "a name that ends in v1 stays", "h.examplev1", "h.examplev1" },
	{ "a glob stays", "*.dkr.ecr.*.amazonaws.com",
	    "*.dkr.ecr.*.amazonaws.com" },
	{ "another scheme stays", "ftp://h.example", "ftp://h.example" },
	{ "no text stays", "", "" },
	{ "a scheme alone is nothing", "https://", "" },
};

static void
key_is_normal(void **state)
{
	const struct key_case *row = *state;
	char *got = registry_normal_key(row->in);

	assert_string_equal(got, row->want);
	mem_free(got);
}

static const struct names_case {
	const char *name, *host, *want; /* all names, separated by spaces */
} names_cases[] = {
	{ "four names are in aws",
	    "123456789012.dkr.ecr.us-west-2.amazonaws.com",
	    "123456789012.dkr.ecr.us-west-2.amazonaws.com "
	    "123456789012.dkr.ecr-fips.us-west-2.amazonaws.com "
	    "123456789012.dkr-ecr.us-west-2.on.aws "
	    "123456789012.dkr-ecr-fips.us-west-2.on.aws" },
	{ "the host's own name is the first",
	    "123456789012.dkr-ecr-fips.us-gov-west-1.on.aws",
	    "123456789012.dkr-ecr-fips.us-gov-west-1.on.aws "
	    "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com "
	    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com "
	    "123456789012.dkr-ecr.us-gov-west-1.on.aws" },
	{ "China has its own names",
	    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
	    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn "
	    "123456789012.dkr.ecr-fips.cn-north-1.amazonaws.com.cn "
	    "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn "
	    "123456789012.dkr-ecr-fips.cn-north-1.on.amazonwebservices.com.cn" },
	{ "the grammar has no dual stack elsewhere",
	    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
	    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu "
	    "123456789012.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu" },
	{ "the public registry has two names", "public.ecr.aws",
	    "public.ecr.aws ecr-public.aws.com" },
	{ "capitals are no other names",
	    "123456789012.DKR.ECR.EUSC-DE-EAST-1.AMAZONAWS.EU",
	    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu "
	    "123456789012.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu" },
	{ "a region may be in the name before",
	    "123456789012.dkr.ecr.ecr.amazonaws.com",
	    "123456789012.dkr.ecr.ecr.amazonaws.com "
	    "123456789012.dkr.ecr-fips.ecr.amazonaws.com "
	    "123456789012.dkr-ecr.ecr.on.aws "
	    "123456789012.dkr-ecr-fips.ecr.on.aws" },
	{ "a mirror has one", "mirror.example:5000", "mirror.example:5000" },
};

static void
names_are_added(void **state)
{
	const struct names_case *row = *state;
	struct registry_host host;
	struct list names = { 0 };
	struct buf got = { 0 };

	registry_host_add_names(row->host, &names);
	for (size_t i = 0; i < names.n; i++) {
		buf_addf(&got, "%s%s", i > 0 ? " " : "", names.items[i]);
		assert_int_equal(registry_host_parse(names.items[i], &host),
		    registry_host_parse(row->host, &host));
	}
	unit_check_text(&got, row->want);
	list_free(&names);
}

/* Of a URL or an image: which host, and is that one of ECR's? */
static const struct of_case {
	const char *name, *in, *host;
	bool is_ecr;
} of_cases[] = {
	{ "a host is its own", HOST, HOST, true },
	{ "an image's host", HOST "/team/app:1", HOST, true },
	{ "a URL's host", "https://" HOST "/v2/", HOST, true },
	{ "a URL's host in capitals", "HTTP://" HOST, HOST, true },
	{ "a port belongs to the host", HOST ":443/a", HOST ":443", false },
	{ "a public host", "public.ecr.aws/a", "public.ecr.aws", true },
	{ "a public host by dual stack", "ecr-public.aws.com",
	    "ecr-public.aws.com", true },
	{ "a public host in capitals", "Public.ECR.aws", "Public.ECR.aws",
	    true },
	{ "another's host", "docker.io/library/a", "docker.io", false },
	{ "another's host with one of ours behind", "evil.example/" HOST,
	    "evil.example", false },
	{ "a host below one of ours", "a." HOST, "a." HOST, false },
	{ "a host in a user's place", "evil@" HOST, "evil@" HOST, false },
	{ "no host", "https:///a", "", false },
	{ "nothing", "", "", false },
};

static void
host_is_taken_out(void **state)
{
	const struct of_case *row = *state;
	char *host = registry_host_of(row->in);

	assert_string_equal(host, row->host);
	assert_int_equal(registry_host_is_ecr(host), row->is_ecr);
	mem_free(host);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "41 hosts are judged as the official helpers do",
	    helpers_agree, NULL);
	UNIT_ADD_ROWS(&unit, host_cases, host_is_judged);
	UNIT_ADD_ROWS(&unit, account_cases, account_is_judged);
	unit_add(&unit, "an account goes by length", account_goes_by_length,
	    NULL);
	UNIT_ADD_ROWS(&unit, key_cases, key_is_normal);
	UNIT_ADD_ROWS(&unit, names_cases, names_are_added);
	UNIT_ADD_ROWS(&unit, of_cases, host_is_taken_out);
	vectors_report(&unit, "41 registry hosts: VECTORS folder missing");
	return unit_run(&unit, "host");
}
