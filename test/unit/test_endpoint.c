/* Endpoints, partitions and regions, against botocore's own tests and data. */
#include "aws/endpoint.h"

#include "test/unit/vectors.h"

/*
 * The plain cases: neither FIPS nor dual stack nor a custom or global
 * endpoint. "aws-global" is no region where ECR is, and is left out here, as
 * is the case without a region: whoever asks for a URL has one.
 */
enum {
	ECR_CASES = 8,
	STS_CASES = 29,
	PARTITIONS = 8,
	REGIONS = 46, /* of 53; the others are "-global" */
};

static bool
is_plain(const struct cJSON *params)
{
	static const char *const others[] = {
		"UseFIPS",
		"UseDualStack",
		"UseGlobalEndpoint",
	};
	const char *region = json_get_text(params, "Region");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (json_is_true(json_get(params, others[i])))
			return false;
	return region != NULL && strcmp(region, "aws-global") != 0 &&
	    json_get(params, "Endpoint") == NULL;
}

static size_t
check_service(enum aws_service service, const char *path)
{
	struct cJSON *vectors = vectors_parse(path);
	const struct cJSON *item = json_first(json_get(vectors, "testCases"));
	size_t n = 0;

	for (; item != NULL; item = json_next(item)) {
		const struct cJSON *params = json_get(item, "params");
		struct buf got = { 0 };

		if (!is_plain(params))
			continue;
		endpoint_add_url(&got, service, vectors_text(params, "Region"));
		unit_check_text(&got,
		    vectors_text(json_get(json_get(item, "expect"), "endpoint"),
			"url"));
		n++;
	}
	json_free(vectors);
	return n;
}

static void
ecr_has_endpoints(void **state)
{
	(void)state;
	vectors_need();
	assert_int_equal(check_service(AWS_ECR, "endpoints/ecr-tests.json"),
	    ECR_CASES);
	assert_string_equal(endpoint_signing_name(AWS_ECR), "ecr");
}

static void
sts_has_endpoints(void **state)
{
	(void)state;
	vectors_need();
	assert_int_equal(check_service(AWS_STS, "endpoints/sts-tests.json"),
	    STS_CASES);
	assert_string_equal(endpoint_signing_name(AWS_STS), "sts");
}

static bool
is_global(const char *region)
{
	const char *end = strstr(region, "-global");

	return end != NULL && strcmp(end, "-global") == 0;
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
		const char *suffix =
		    vectors_text(json_get(partition, "outputs"), "dnsSuffix");

		partitions_n++;
		for (region = json_first(json_get(partition, "regions"));
		    region != NULL; region = json_next(region)) {
			const char *name = json_name(region);

			if (is_global(name))
				continue;
			assert_string_equal(endpoint_dns_suffix(name), suffix);
			assert_string_equal(endpoint_nearest_region(name),
			    name);
			assert_true(endpoint_is_region(name));
			regions_n++;
		}
	}
	json_free(vectors);
	assert_int_equal(partitions_n, PARTITIONS);
	assert_int_equal(regions_n, REGIONS);
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
	unit_add(&unit, "ECR's 8 plain endpoints are botocore's",
	    ecr_has_endpoints, NULL);
	unit_add(&unit, "STS's 29 plain endpoints are botocore's",
	    sts_has_endpoints, NULL);
	unit_add(&unit, "46 regions of 8 partitions are known",
	    regions_are_known, NULL);
	UNIT_ADD_ROWS(&unit, suffix_cases, suffix_follows_form);
	UNIT_ADD_ROWS(&unit, region_cases, region_has_form);
	UNIT_ADD_ROWS(&unit, nearest_cases, nearest_is_found);
	unit_add(&unit, "a region of any length has a nearest",
	    nearest_takes_any_length, NULL);
	vectors_report(&unit,
	    "37 endpoints of ECR and STS, 8 partitions: "
	    "VECTORS folder missing");
	return unit_run(&unit, "endpoint");
}
