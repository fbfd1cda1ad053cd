/* One setting, by its variable or its key: who is heard, and who is named. */
#include "aws/settings.h"

#include "test/unit/stage.h"

static const struct setting_case {
	const char *name; /* the variable */
	const char *key;
	const char *value, *is; /* two values, and what shows each */
	const char *other, *other_is;
	const char *unset_is;
	const char *bad, *why;
} setting_cases[] = {
	{ "AWS_REGION", "region", "eu-west-1", "region eu-west-1;", "us-east-2",
	    "region us-east-2;", "region -;", "A B",
	    "\"A B\" can't be a region" },
	{ "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", "true", "FIPS 1;",
	    "False", "FIPS 0;", "FIPS 0;", "maybe", "not true or false" },
	{ "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", "TRUE",
	    "dual 1;", "0", "dual 0;", "dual 0;", "2", "not true or false" },
	{ "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	    "ignore_configured_endpoint_urls", "1", "EKS -;", "false",
	    "EKS http://eks;", "EKS http://eks;", "yes", "not true or false" },
	{ "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", "legacy",
	    "legacy 1;", "Regional", "legacy 0;", "legacy 0;", "global",
	    "not regional or legacy" },
	{ "AWS_ENDPOINT_URL", "endpoint_url", "http://a", "ECR http://a;",
	    "https://b:1/c/", "ECR https://b:1/c;", "ECR -;", "ftp://x",
	    "not an http or https URL" },
	{ "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint",
	    "http://a/", "IMDS http://a;", "http://[::1]:5",
	    "IMDS http://[::1]:5;", "IMDS http://169.254.169.254;", "a b",
	    "not an http or https URL" },
	{ "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	    "ec2_metadata_service_endpoint_mode", "IPv6",
	    "IMDS http://[fd00:ec2::254];", "ipv4",
	    "IMDS http://169.254.169.254;", "IMDS http://169.254.169.254;",
	    "IPv", "not IPv4 or IPv6" },
	{ "AWS_MAX_ATTEMPTS", "max_attempts", "1", "attempts 1;", "100",
	    "attempts 100;", "attempts 0;", "101",
	    "not a number from 1 to 100" },
	{ "AWS_RETRY_MODE", "retry_mode", "legacy", "attempts 5;", "Standard",
	    "attempts 3;", "attempts 0;", "fast",
	    "not legacy, standard or adaptive" },
};

static void
check(const char *want)
{
	struct aws aws;
	struct buf text = { 0 };

	stage_open(&aws);
	buf_addf(&text,
	    "region %s; FIPS %d; dual %d; legacy %d; ECR %s; EKS %s; ",
	    stage_text(aws.region), aws.endpoints.variant.is_fips,
	    aws.endpoints.variant.is_dual_stack, aws.endpoints.is_sts_legacy,
	    stage_text(aws.endpoints.urls[AWS_ECR].value),
	    stage_text(aws.endpoints.urls[AWS_EKS].value));
	buf_addf(&text, "IMDS %s; attempts %u;", aws.imds_endpoint,
	    aws.attempts_max);
	if (strstr(text.data, want) == NULL)
		fail_msg("not \"%s\": %s", want, text.data);
	buf_free(&text);
	aws_close(&aws);
}

/* What the variable and the profile say; NULL: nothing. */
static void
say(const struct setting_case *row, const char *variable, const char *property)
{
	struct buf config = { 0 };

	buf_add_str(&config, "[default]\n");
	if (property != NULL)
		buf_addf(&config, "%s = %s\n", row->key, property);
	stage_begin(config.data);
	stage_set("AWS_ENDPOINT_URL_EKS", "http://eks");
	stage_set(row->name, variable);
	buf_free(&config);
}

static void
setting_is_heard(void **state)
{
	const struct setting_case *row = *state;

	say(row, NULL, NULL);
	check(row->unset_is);
	say(row, row->value, NULL);
	check(row->is);
	say(row, NULL, row->value);
	check(row->is);
	say(row, NULL, row->other);
	check(row->other_is);
	say(row, row->value, row->other);
	check(row->is);
	say(row, row->other, row->value);
	check(row->other_is);
	say(row, " \n", row->value);
	check(row->is);
	say(row, row->value, row->bad);
	check(row->is);
	say(row, NULL, "");
	check(row->unset_is);
}

static void
bad_setting_is_refused(void **state)
{
	const struct setting_case *row = *state;
	struct buf want = { 0 };

	say(row, row->bad, row->value);
	buf_addf(&want, "%s: %s", row->name, row->why);
	stage_check_refused(want.data);
	say(row, NULL, row->bad);
	buf_clear(&want);
	buf_addf(&want, "profile \"default\": %s: %s", row->key, row->why);
	stage_check_refused(want.data);
	say(row, NULL, "x\n y"); /* a continued value */
	buf_clear(&want);
	buf_addf(&want,
	    "profile \"default\": %s: has a control character (0x0a) at "
	    "position 2",
	    row->key);
	stage_check_refused(want.data);
	buf_free(&want);
}

static void
default_region_is_in_between(void **state)
{
	(void)state;
	stage_begin("[default]\nregion = eu-west-1\n");
	stage_set("AWS_DEFAULT_REGION", "eu-west-2");
	check("region eu-west-2;");
	stage_set("AWS_REGION", "eu-west-3");
	check("region eu-west-3;");
}

static void
profile_is_the_one_that_is_meant(void **state)
{
	(void)state;
	stage_begin("[default]\nuse_fips_endpoint = true\n"
		    "[profile team]\nregion = eu-west-1\n"
		    "[profile a.b]\nretry_mode = x\n");
	stage_set("AWS_PROFILE", "team");
	check("region eu-west-1; FIPS 0;");
	stage_set("AWS_PROFILE", "a.b");
	stage_check_refused("profile \"a.b\": retry_mode: not legacy, standard "
			    "or adaptive");
	stage_set("AWS_PROFILE", "nobody");
	check("region -; FIPS 0;");
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, setting_cases, setting_is_heard);
	UNIT_ADD_ROWS(&unit, setting_cases, bad_setting_is_refused);
	unit_add(&unit, "AWS_DEFAULT_REGION is between AWS_REGION and profile",
	    default_region_is_in_between, NULL);
	unit_add(&unit, "the profile is the one that is meant",
	    profile_is_the_one_that_is_meant, NULL);
	unit.tests[0].setup_func = stage_set_up;
	unit.tests[unit.n - 1].teardown_func = stage_tear_down;
	return unit_run(&unit, "settings");
}
