/* SPECs of registries: which are taken, and what they name. */
#include "cmd/registry_spec.h"

#include <string.h>

#include "test/unit/unit.h"

#define HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
#define ROLE "arn:aws:iam::111122223333:role/pull"

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
	{ "the public registry is taken", "public.ecr.aws", true, true,
	    "public.ecr.aws", NULL, NULL },
	{ "the public registry's other name is taken",
	    "https://ECR-Public.aws.com/", true, true, "ecr-public.aws.com",
	    NULL, NULL },
	{ "the public registry's repository is refused",
	    "public.ecr.aws/docker", false, false, NULL, NULL, NULL },
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

static bool
is_spec(const char *text, bool any_host)
{
	struct registry_spec spec = { 0 };
	const char *fault = registry_spec_parse(text, any_host, &spec);

	registry_spec_free(&spec);
	registry_spec_free(&spec);
	return fault == NULL;
}

static void
spec_is_judged(void **state)
{
	const struct spec_case *row = *state;
	struct registry_spec spec = { 0 };

	assert_int_equal(is_spec(row->spec, false), row->is_strict);
	assert_int_equal(is_spec(row->spec, true), row->is_any);
	if (!row->is_any)
		return;
	assert_null(registry_spec_parse(row->spec, true, &spec));
	check_text(spec.host, row->host);
	check_text(spec.account, row->account);
	check_text(spec.region, row->region);
	assert_int_equal(spec.is_public,
	    row->host != NULL && strstr(row->host, "public") != NULL);
	assert_int_equal(spec.variant.is_dual_stack,
	    row->host != NULL &&
		(strstr(row->host, ".on.") != NULL ||
		    strcmp(row->host, "ecr-public.aws.com") == 0));
	assert_null(spec.role_arn);
	registry_spec_free(&spec);
}

/* Attributes behind an account; fault: what the complaint is about. */
static const struct attribute_case {
	const char *name, *rest, *role, *external_id, *session_name, *fault;
} attribute_cases[] = {
	{ "a role is taken", ",role=" ROLE, ROLE, NULL, NULL, NULL },
	{ "a role may have a path",
	    ",role=arn:aws-cn:iam::111122223333:role/a/b/c",
	    "arn:aws-cn:iam::111122223333:role/a/b/c", NULL, NULL, NULL },
	{ "all three are taken in any order",
	    ",session-name=ci,external-id=e-1,role=" ROLE, ROLE, "e-1", "ci",
	    NULL },
	{ "a role may hold commas and equal signs",
	    ",role=" ROLE ",a=b,role,external-id=x=1,y", ROLE ",a=b,role",
	    "x=1,y", NULL, NULL },
	{ "an id that ends where the next word begins",
	    ",external-id=12,session-name=ab,role=" ROLE, ROLE, "12", "ab",
	    NULL },
	{ "an unknown word is part of what stands before it",
	    ",role=" ROLE ",tag=1", ROLE ",tag=1", NULL, NULL, NULL },
	{ "an unknown word behind the registry is no registry", ",tag=1", NULL,
	    NULL, NULL, "host" },
	{ "an empty role is refused", ",role=", NULL, NULL, NULL, "role=" },
	{ "a user is no role", ",role=arn:aws:iam::111122223333:user/x", NULL,
	    NULL, NULL, "role=" },
	{ "a role without an account is refused", ",role=arn:aws:iam:::role/x",
	    NULL, NULL, NULL, "role=" },
	{ "a role's name alone is refused", ",role=pull", NULL, NULL, NULL,
	    "role=" },
	{ "a role with a space is refused", ",role=" ROLE " ", NULL, NULL, NULL,
	    "role=" },
	{ "an id of one letter is refused", ",role=" ROLE ",external-id=x",
	    NULL, NULL, NULL, "external-id=" },
	{ "an id with a quote is refused", ",role=" ROLE ",external-id=\"x\"",
	    NULL, NULL, NULL, "external-id=" },
	{ "a session name with a slash is refused",
	    ",role=" ROLE ",session-name=a/b", NULL, NULL, NULL,
	    "session-name=" },
	{ "a session name has 64 letters at most",
	    ",role=" ROLE ",session-name=0123456789012345678901234567890123456"
	    "7890123456789012345678901234",
	    NULL, NULL, NULL, "session-name=" },
	{ "an id without a role is refused", ",external-id=x1", NULL, NULL,
	    NULL, "role=" },
	{ "a session name without a role is refused", ",session-name=x1", NULL,
	    NULL, NULL, "role=" },
	{ "two roles are refused", ",role=" ROLE ",role=" ROLE, NULL, NULL,
	    NULL, "once" },
};

static void
attributes_are_judged(void **state)
{
	const struct attribute_case *row = *state;
	struct registry_spec spec = { 0 };
	struct buf text = { 0 };
	const char *fault;

	buf_addf(&text, "%s%s", HOST, row->rest);
	fault = registry_spec_parse(text.data, false, &spec);
	if (row->fault != NULL) {
		assert_non_null(fault);
		assert_non_null(strstr(fault, row->fault));
	} else {
		assert_null(fault);
		assert_string_equal(spec.host, HOST);
		check_text(spec.role_arn, row->role);
		check_text(spec.external_id, row->external_id);
		check_text(spec.session_name, row->session_name);
	}
	registry_spec_free(&spec);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, spec_cases, spec_is_judged);
	UNIT_ADD_ROWS(&unit, attribute_cases, attributes_are_judged);
	return unit_run(&unit, "registry specs");
}
