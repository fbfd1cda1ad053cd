/* Endpoints, partitions and regions, against botocore's own tests and data. */
#include "aws/endpoint.h"

#include "aws/config.h"
#include "test/unit/vectors.h"

static const struct service_case {
	const char *name, *path, *signing_name;
	enum aws_service service;
	size_t n;
} service_cases[] = {
	{ "ECR's 26 official cases", "endpoints/ecr-tests.json", "ecr", AWS_ECR,
	    26 },
	{ "STS's 69 official cases", "endpoints/sts-tests.json", "sts", AWS_STS,
	    69 },
	{ "EKS's 48 official cases", "endpoints/eks-tests.json", "eks", AWS_EKS,
	    48 },
};

/* An endpoint without a scheme of its own is signed for the region asked. */
static void
check_endpoint(const struct cJSON *want, const struct service_case *row,
    struct endpoint *got)
{
	const struct cJSON *scheme =
	    json_first(json_get(json_get(want, "properties"), "authSchemes"));
	const char *region = got->params.region, *name = row->signing_name;

	if (scheme != NULL) {
		region = vectors_text(scheme, "signingRegion");
		name = vectors_text(scheme, "signingName");
	}
	unit_check_text(&got->url, vectors_text(want, "url"));
	assert_string_equal(got->signing_name, name);
	if (region == NULL)
		assert_null(got->signing_region);
	else
		assert_string_equal(got->signing_region, region);
}

static void
official_cases_pass(void **state)
{
	const struct service_case *row = *state;
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0;

	vectors_need();
	vectors = vectors_parse(row->path);
	item = json_first(json_get(vectors, "testCases"));
	for (; item != NULL; item = json_next(item), n++) {
		const struct cJSON *in = json_get(item, "params");
		const struct cJSON *want = json_get(item, "expect");
		const struct endpoint_params params = {
			.region = json_get_text(in, "Region"),
			.url = json_get_text(in, "Endpoint"),
			.variant.is_fips =
			    json_is_true(json_get(in, "UseFIPS")),
			.variant.is_dual_stack =
			    json_is_true(json_get(in, "UseDualStack")),
			.is_sts_legacy =
			    json_is_true(json_get(in, "UseGlobalEndpoint")),
		};
		struct endpoint got = { 0 };
		struct err err = { 0 };

		if (endpoint_resolve(row->service, &params, &got, &err) == 0) {
			check_endpoint(json_get(want, "endpoint"), row, &got);
			continue;
		}
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.text, vectors_text(want, "error"));
	}
	json_free(vectors);
	assert_int_equal(n, row->n);
}

static struct endpoint
resolve(enum aws_service service, const char *region, bool is_fips,
    bool is_dual_stack)
{
	const struct endpoint_params params = {
		.region = region,
		.variant = { is_fips, is_dual_stack },
	};
	struct endpoint got = { 0 };
	struct err err;

	assert_int_equal(endpoint_resolve(service, &params, &got, &err), 0);
	return got;
}

enum { PLAIN, DUAL, FIPS, BOTH }; /* bits: dual stack, FIPS */

/* What botocore's rules give, for services without official cases. */
static const struct host_case {
	const char *name;
	enum aws_service service;
	int variant;
	const char *region, *want;
} host_cases[] = {
	{ "ECR Public", AWS_ECR_PUBLIC, PLAIN, "us-east-1",
	    "api.ecr-public.us-east-1.amazonaws.com" },
	{ "ECR Public, dual stack", AWS_ECR_PUBLIC, DUAL, "us-east-1",
	    "ecr-public.us-east-1.api.aws" },
	{ "ECR Public, dual stack, of GovCloud", AWS_ECR_PUBLIC, DUAL,
	    "us-gov-west-1", "api.ecr-public.us-gov-west-1.api.aws" },
	{ "ECR Public, FIPS", AWS_ECR_PUBLIC, FIPS, "us-east-1",
	    "api.ecr-public-fips.us-east-1.amazonaws.com" },
	{ "ECR Public, both", AWS_ECR_PUBLIC, BOTH, "us-east-1",
	    "api.ecr-public-fips.us-east-1.api.aws" },
	{ "SSO", AWS_SSO, PLAIN, "cn-north-1",
	    "portal.sso.cn-north-1.amazonaws.com.cn" },
	{ "SSO, dual stack", AWS_SSO, DUAL, "eusc-de-east-1",
	    "portal.sso.eusc-de-east-1.api.amazonwebservices.eu" },
	{ "SSO, FIPS", AWS_SSO, FIPS, "us-west-2",
	    "portal.sso-fips.us-west-2.amazonaws.com" },
	{ "SSO, FIPS, of GovCloud", AWS_SSO, FIPS, "us-gov-east-1",
	    "portal.sso.us-gov-east-1.amazonaws.com" },
	{ "SSO, both", AWS_SSO, BOTH, "us-gov-east-1",
	    "portal.sso-fips.us-gov-east-1.api.aws" },
	{ "SSO OIDC", AWS_SSO_OIDC, PLAIN, "eu-isoe-west-1",
	    "oidc.eu-isoe-west-1.cloud.adc-e.uk" },
	{ "SSO OIDC, dual stack", AWS_SSO_OIDC, DUAL, "us-isof-east-1",
	    "oidc.us-isof-east-1.api.aws.hci.ic.gov" },
	{ "SSO OIDC, FIPS", AWS_SSO_OIDC, FIPS, "us-isob-west-1",
	    "oidc-fips.us-isob-west-1.sc2s.sgov.gov" },
	{ "SSO OIDC, FIPS, of GovCloud", AWS_SSO_OIDC, FIPS, "us-gov-west-1",
	    "oidc.us-gov-west-1.amazonaws.com" },
	{ "SSO OIDC, both", AWS_SSO_OIDC, BOTH, "us-east-1",
	    "oidc-fips.us-east-1.api.aws" },
	{ "sign-in", AWS_SIGNIN, PLAIN, "eu-west-1",
	    "eu-west-1.signin.aws.amazon.com" },
	{ "sign-in of China", AWS_SIGNIN, PLAIN, "cn-north-1",
	    "cn-north-1.signin.amazonaws.cn" },
	{ "sign-in of GovCloud", AWS_SIGNIN, PLAIN, "us-gov-east-1",
	    "us-gov-east-1.signin.amazonaws-us-gov.com" },
	{ "sign-in of iso", AWS_SIGNIN, PLAIN, "us-iso-west-1",
	    "us-iso-west-1.signin.c2shome.ic.gov" },
	{ "sign-in of iso-b", AWS_SIGNIN, PLAIN, "us-isob-east-1",
	    "us-isob-east-1.signin.sc2shome.sgov.gov" },
	{ "sign-in of iso-e", AWS_SIGNIN, PLAIN, "eu-isoe-west-1",
	    "eu-isoe-west-1.signin.csphome.adc-e.uk" },
	{ "sign-in of iso-f", AWS_SIGNIN, PLAIN, "us-isof-south-1",
	    "us-isof-south-1.signin.csphome.hci.ic.gov" },
	{ "sign-in of the sovereign cloud", AWS_SIGNIN, PLAIN, "eusc-de-east-1",
	    "eusc-de-east-1.signin.amazonaws-eusc.eu" },
	{ "sign-in, dual stack", AWS_SIGNIN, DUAL, "eu-west-1",
	    "signin.eu-west-1.api.aws" },
	{ "sign-in, FIPS", AWS_SIGNIN, FIPS, "us-east-1",
	    "signin-fips.us-east-1.amazonaws.com" },
	{ "sign-in, FIPS, of GovCloud's first", AWS_SIGNIN, FIPS,
	    "us-gov-west-1", "signin-fips.amazonaws-us-gov.com" },
	{ "sign-in, FIPS, of GovCloud's second", AWS_SIGNIN, FIPS,
	    "us-gov-east-1", "us-gov-east-1.signin-fips.amazonaws-us-gov.com" },
	{ "sign-in, both", AWS_SIGNIN, BOTH, "us-gov-west-1",
	    "signin-fips.us-gov-west-1.api.aws" },
};

static void
host_follows_rules(void **state)
{
	const struct host_case *row = *state;
	struct endpoint got = resolve(row->service, row->region,
	    (row->variant & FIPS) != 0, (row->variant & DUAL) != 0);
	struct buf want = { 0 };

	buf_addf(&want, "https://%s", row->want);
	unit_check_text(&got.url, want.data);
	buf_free(&want);
}

/* A custom endpoint of ECR and a variant are set; the request wants one. */
static const struct wish_case {
	const char *name, *url, *want;
	struct endpoint_variant set, wanted;
} wish_cases[] = {
	{ "a host that is FIPS asks FIPS", NULL,
	    "https://api.ecr-fips.us-west-2.amazonaws.com", { 0 }, { true } },
	{ "it adds to what is set", NULL, "https://ecr-fips.us-west-2.api.aws",
	    { .is_dual_stack = true }, { .is_fips = true } },
	{ "it yields to a custom endpoint", "https://x", "https://x", { 0 },
	    { true, true } },
	{ "FIPS that is set does not", "https://x", NULL, { true }, { 0 } },
};

static void
wish_is_heard(void **state)
{
	static const char no[] = "Invalid Configuration: FIPS and custom "
				 "endpoint are not supported";
	const struct wish_case *row = *state;
	char *url = row->url == NULL ? NULL : xstrdup(row->url);
	const struct aws aws = {
		.endpoints = {
			.urls[AWS_ECR].value = url,
			.variant = row->set,
		},
	};
	const struct endpoint_params wanted = {
		.region = "us-west-2",
		.variant = row->wanted,
	};
	struct endpoint got = { 0 };
	struct err err = { 0 };
	int rc = aws_resolve_endpoint(&aws, AWS_ECR, &wanted, &got, &err);

	assert_int_equal(rc, row->want != NULL ? 0 : -1);
	if (row->want == NULL)
		assert_string_equal(err.text, no);
	unit_check_text(&got.url, row->want != NULL ? row->want : "");
	mem_free(url);
}

static void
ecr_public_is_in_one_region(void **state)
{
	const struct endpoint_params wanted = { .region = "eu-west-1" };
	struct endpoint got = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(aws_resolve_endpoint(&(struct aws){ 0 },
			     AWS_ECR_PUBLIC, &wanted, &got, &err),
	    0);
	assert_string_equal(got.signing_region, "us-east-1");
	assert_string_equal(got.signing_name, "ecr-public");
	unit_check_text(&got.url,
	    "https://api.ecr-public.us-east-1.amazonaws.com");
}

static void
check_region(const char *region, const struct cJSON *outputs)
{
	struct endpoint got = resolve(AWS_ECR, region, false, true);
	struct buf want = { 0 };

	buf_addf(&want, "https://ecr.%s.%s", region,
	    vectors_text(outputs, "dualStackDnsSuffix"));
	unit_check_text(&got.url, want.data);
	buf_free(&want);
	assert_string_equal(endpoint_dns_suffix(region),
	    vectors_text(outputs, "dnsSuffix"));
	assert_true(endpoint_is_region(region));
	if (strstr(region, "-global") == NULL)
		assert_string_equal(endpoint_nearest_region(region), region);
}

static void
regions_are_known(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *partition, *region;
	size_t partitions_n = 0, regions_n = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("endpoints/partitions.json");
	for (partition = json_first(json_get(vectors, "partitions"));
	    partition != NULL; partition = json_next(partition)) {
		partitions_n++;
		for (region = json_first(json_get(partition, "regions"));
		    region != NULL; region = json_next(region)) {
			check_region(json_name(region),
			    json_get(partition, "outputs"));
			regions_n++;
		}
	}
	json_free(vectors);
	assert_int_equal(partitions_n, 8);
	assert_int_equal(regions_n, 53);
}

/* By the partitions' regionRegex; what matches none is in "aws". */
static const struct suffix_case {
	const char *name, *region, *want;
} suffix_cases[] = {
	{ "a new region of aws", "us-north-1", "amazonaws.com" },
	{ "a new region of China", "cn-south-12", "amazonaws.com.cn" },
	{ "a new region of GovCloud", "us-gov-north-1", "amazonaws.com" },
	{ "a new region of iso", "us-iso-south-1", "c2s.ic.gov" },
	{ "a new region of iso-b", "us-isob-south-1", "sc2s.sgov.gov" },
	{ "a new region of iso-e", "eu-isoe-east-2", "cloud.adc-e.uk" },
	{ "a new region of iso-f", "us-isof-west-1", "csp.hci.ic.gov" },
	{ "a new region of the sovereign cloud", "eusc-de-west-1",
	    "amazonaws.eu" },
	{ "no region of the sovereign cloud", "eusc-fr-east-1",
	    "amazonaws.com" },
	{ "China without a number", "cn-north", "amazonaws.com" },
	{ "China with text behind", "cn-north-1a", "amazonaws.com" },
	{ "China without a word", "cn--1", "amazonaws.com" },
	{ "China with two words", "cn-north-west-1", "amazonaws.com" },
	{ "what only begins like China", "cnx-north-1", "amazonaws.com" },
	{ "no region at all", "lala-land-1", "amazonaws.com" },
};

static void
suffix_follows_form(void **state)
{
	const struct suffix_case *row = *state;

	assert_string_equal(endpoint_dns_suffix(row->region), row->want);
}

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct region_case {
	const char *name, *text;
	bool want;
} region_cases[] = {
	{ "eu-central-1 is a region", "eu-central-1", true },
	{ "a region nobody knows is one", "lala-land-99", true },
	{ "a word is one", "local", true },
	{ "63 characters are one", SIXTY "abc", true },
	{ "64 characters are none", SIXTY "abcd", false },
	{ "no text is none", "", false },
	{ "capitals are none", "EU-central-1", false },
	{ "a dot is none", "eu.central", false },
	{ "a slash is none", "eu-central-1/", false },
	{ "an at sign is none", "x@evil.example", false },
	{ "a hash is none", "evil.example#", false },
	{ "a space is none", "eu central-1", false },
	{ "a newline behind is none", "eu-central-1\n", false },
	{ "an underscore is none", "eu_central_1", false },
	{ "a hyphen first is none", "-eu", false },
	{ "a hyphen last is none", "eu-", false },
	{ "UTF-8 is none", "eu-\xc3\xa9-1", false },
};

static void
region_has_form(void **state)
{
	const struct region_case *row = *state;

	assert_int_equal(endpoint_is_region(row->text), row->want);
}

/* One edit away from the wanted, more from all others. */
static const struct suffix_case nearest_cases[] = {
	{ "a hyphen is missing", "eu-west1", "eu-west-1" },
	{ "a letter is missing", "eu-centrl-1", "eu-central-1" },
	{ "a letter is doubled", "us-gov-easst-1", "us-gov-east-1" },
	{ "a letter is wrong", "ap-northaast-2", "ap-northeast-2" },
	{ "the number is missing", "sa-east-", "sa-east-1" },
	{ "the zone is given", "eu-north-1a", "eu-north-1" },
	{ "the first letter is missing", "usc-de-east-1", "eusc-de-east-1" },
	{ "there is a dot in it", "il.central-1", "il-central-1" },
};

static void
nearest_is_found(void **state)
{
	const struct suffix_case *row = *state;

	assert_string_equal(endpoint_nearest_region(row->region), row->want);
}

static void
nearest_takes_any_length(void **state)
{
	struct buf text = { 0 };

	(void)state;
	assert_true(strlen(endpoint_nearest_region("")) > 0);
	for (size_t i = 0; i < 1000; i++)
		buf_add_str(&text, "x");
	assert_true(strlen(endpoint_nearest_region(text.data)) > 0);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, service_cases, official_cases_pass);
	unit_add(&unit, "53 regions of 8 partitions are known",
	    regions_are_known, NULL);
	UNIT_ADD_ROWS(&unit, host_cases, host_follows_rules);
	UNIT_ADD_ROWS(&unit, wish_cases, wish_is_heard);
	unit_add(&unit, "ECR Public is in us-east-1 for everybody",
	    ecr_public_is_in_one_region, NULL);
	UNIT_ADD_ROWS(&unit, suffix_cases, suffix_follows_form);
	UNIT_ADD_ROWS(&unit, region_cases, region_has_form);
	UNIT_ADD_ROWS(&unit, nearest_cases, nearest_is_found);
	unit_add(&unit, "a region of any length has a nearest",
	    nearest_takes_any_length, NULL);
	vectors_report(&unit,
	    "143 endpoints of ECR, STS and EKS, 8 partitions: "
	    "VECTORS folder missing");
	return unit_run(&unit, "endpoint");
}
