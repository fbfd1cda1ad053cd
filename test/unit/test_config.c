/* How we reach AWS: custom endpoints, attempts, instance metadata. */
#include "aws/config.h"

#include "test/unit/stage.h"
#include "test/unit/vectors.h"

enum {
	IMDS_CASES = 14,
	IMDS_BY_CODE = 3, /* of them: an SDK's caller says it, not a variable */
};

/* --- Custom endpoints, by the guide's "Service-specific endpoints" -------- */

/*
 * Who of them names an endpoint: P is the profile, S its section of services, A
 * AWS_ENDPOINT_URL, O the service's own variable; and who is heard.
 */
static const struct url_case {
	const char *name;
	const char *who;
	char heard;
} url_cases[] = {
	{ "endpoint: nobody", "", 0 },
	{ "endpoint: P", "P", 'P' },
	{ "endpoint: S", "S", 'S' },
	{ "endpoint: S before P", "SP", 'S' },
	{ "endpoint: A", "A", 'A' },
	{ "endpoint: A before P", "AP", 'A' },
	{ "endpoint: A before S", "AS", 'A' },
	{ "endpoint: A before S and P", "ASP", 'A' },
	{ "endpoint: O", "O", 'O' },
	{ "endpoint: O before P", "OP", 'O' },
	{ "endpoint: O before S", "OS", 'O' },
	{ "endpoint: O before S and P", "OSP", 'O' },
	{ "endpoint: O before A", "OA", 'O' },
	{ "endpoint: O before A and P", "OAP", 'O' },
	{ "endpoint: O before A and S", "OAS", 'O' },
	{ "endpoint: O before all", "OASP", 'O' },
};

static const struct ignore {
	const char *variable, *property;
	bool is_on;
} ignores[] = {
	{ NULL, NULL, false },
	{ "false", NULL, false },
	{ NULL, "false", false },
	{ "true", NULL, true },
	{ NULL, "true", true },
	{ "false", "true", false },
	{ "true", "false", true },
};

static void
say_urls(const char *who, const struct ignore *ignore)
{
	struct buf config = { 0 };

	buf_add_str(&config,
	    "[default]\nendpoint_url = https://default\n"
	    "[services mine]\neks =\n  endpoint_url = https://eks\n");
	if (strchr(who, 'S') != NULL)
		buf_add_str(&config, "ecr =\n  endpoint_url = https://S\n");
	buf_add_str(&config, "[profile team]\nservices = mine\n");
	if (strchr(who, 'P') != NULL)
		buf_add_str(&config, "endpoint_url = https://P\n");
	if (ignore->property != NULL)
		buf_addf(&config, "ignore_configured_endpoint_urls = %s\n",
		    ignore->property);
	stage_begin(config.data);
	stage_set("AWS_PROFILE", "team");
	stage_set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignore->variable);
	if (strchr(who, 'A') != NULL)
		stage_set("AWS_ENDPOINT_URL", "https://A");
	if (strchr(who, 'O') != NULL)
		stage_set("AWS_ENDPOINT_URL_ECR", "https://O");
	buf_free(&config);
}

static void
endpoint_is_chosen(void **state)
{
	const struct url_case *row = *state;
	const char heard[] = { 'h', 't', 't', 'p', 's', ':', '/', '/',
		row->heard, '\0' };
	struct aws aws;

	for (size_t i = 0; i < sizeof(ignores) / sizeof(ignores[0]); i++) {
		bool is_heard = row->heard != 0 && !ignores[i].is_on;

		say_urls(row->who, &ignores[i]);
		stage_open(&aws);
		assert_string_equal(stage_text(aws.endpoints.urls[AWS_ECR]
					    .value),
		    is_heard ? heard : "-");
		aws_close(&aws);
	}
}

/* botocore's services with their ids, spaces as underscores. */
static const struct service_case {
	const char *name; /* the variable */
	const char *key;
	int service;
} service_cases[] = {
	{ "AWS_ENDPOINT_URL_ECR", "ecr", AWS_ECR },
	{ "AWS_ENDPOINT_URL_ECR_PUBLIC", "ecr_public", AWS_ECR_PUBLIC },
	{ "AWS_ENDPOINT_URL_STS", "sts", AWS_STS },
	{ "AWS_ENDPOINT_URL_EKS", "eks", AWS_EKS },
	{ "AWS_ENDPOINT_URL_SSO", "sso", AWS_SSO },
	{ "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc", AWS_SSO_OIDC },
	{ "AWS_ENDPOINT_URL_SIGNIN", "signin", AWS_SIGNIN },
};

/* It has an endpoint, and who said so; all others have the profile's. */
static void
check_service(int service, const char *who)
{
	struct aws aws;

	stage_open(&aws);
	for (int i = 0; i < AWS_SERVICE__N; i++) {
		const struct setting *url = &aws.endpoints.urls[i];

		assert_string_equal(url->value,
		    i == service ? "http://own" : "http://all");
		assert_string_equal(url->who,
		    i == service ? who : "profile \"default\": endpoint_url");
	}
	aws_close(&aws);
}

static void
service_has_its_own(void **state)
{
	static const char all[] = "[default]\nendpoint_url = http://all\n";
	const struct service_case *row = *state;
	struct buf config = { 0 }, who = { 0 };

	stage_begin(all);
	stage_set(row->name, "http://own/");
	check_service(row->service, row->name);

	buf_addf(&who, "services \"x\": %s.endpoint_url", row->key);
	buf_addf(&config,
	    "%sservices = x\n[services x]\n%s =\n  endpoint_url = http://own\n",
	    all, row->key);
	stage_begin(config.data);
	check_service(row->service, who.data);

	buf_add_str(&config, "  endpoint_url = own\n");
	stage_begin(config.data);
	buf_add_str(&who, ": not an http or https URL");
	stage_check_refused(who.data);
	buf_free(&config);
	buf_free(&who);
}

static void
check_ecr(const char *want)
{
	struct aws aws;

	stage_open(&aws);
	assert_string_equal(stage_text(aws.endpoints.urls[AWS_ECR].value),
	    want);
	aws_close(&aws);
}

/* As for botocore, which doesn't look where nobody needs it. */
static void
services_must_be_there(void **state)
{
	(void)state;
	stage_begin("[default]\nservices = gone\n");
	stage_check_refused("profile \"default\": services: the config file "
			    "has no [services gone]");
	stage_set("AWS_ENDPOINT_URL", "http://a");
	check_ecr("http://a");
	stage_set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
	check_ecr("-");
}

static const struct conflict_case {
	const char *name, *variable, *config, *want;
} conflict_cases[] = {
	{ "FIPS by variable, endpoint by profile", "AWS_USE_FIPS_ENDPOINT",
	    "[default]\nendpoint_url = http://a\n",
	    "Invalid Configuration: FIPS and custom endpoint are not "
	    "supported; unset AWS_USE_FIPS_ENDPOINT, or profile \"default\": "
	    "endpoint_url" },
	{ "dual stack by profile, endpoint by services", "AWS_UNRELATED",
	    "[default]\nuse_dualstack_endpoint = true\nservices = x\n"
	    "[services x]\necr =\n  endpoint_url = http://a\n",
	    "Invalid Configuration: Dualstack and custom endpoint are not "
	    "supported; unset profile \"default\": use_dualstack_endpoint, or "
	    "services \"x\": ecr.endpoint_url" },
};

static void
conflict_is_explained(void **state)
{
	const struct conflict_case *row = *state;
	const struct endpoint_params wanted = { .region = "us-west-2" };
	struct endpoint got = { 0 };
	struct err err = { 0 };
	struct aws aws;

	stage_begin(row->config);
	stage_set(row->variable, "true");
	stage_open(&aws);
	assert_int_equal(aws_resolve_endpoint(&aws, AWS_ECR, &wanted, &got,
			     &err),
	    -1);
	assert_string_equal(err.text, row->want);
	aws_close(&aws);
}

/* --- Attempts ------------------------------------------------------------- */

static const struct attempts_case {
	const char *name, *mode, *number, *config;
	unsigned want;
} attempts_cases[] = {
	{ "legacy is 5 attempts", "legacy", NULL, "", 5 },
	{ "standard is 3 attempts", "standard", NULL, "", 3 },
	{ "adaptive is 3 attempts", "ADAPTIVE", NULL, "", 3 },
	{ "a number beats a mode", "legacy", "2", "", 2 },
	{ "the profile's number beats a mode", "standard", NULL,
	    "[default]\nmax_attempts = 7\n", 7 },
	{ "a number beats the profile's mode", NULL, "9",
	    "[default]\nretry_mode = standard\n", 9 },
};

static void
attempts_are_counted(void **state)
{
	const struct attempts_case *row = *state;
	struct aws aws;

	stage_begin(row->config);
	stage_set("AWS_RETRY_MODE", row->mode);
	stage_set("AWS_MAX_ATTEMPTS", row->number);
	stage_open(&aws);
	assert_int_equal(aws.attempts_max, row->want);
	aws_close(&aws);
}

static void
number_is_whole(void **state)
{
	static const char *const bad[] = { "0", "-1", "3x", "x", "1.5",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		stage_begin("");
		stage_set("AWS_MAX_ATTEMPTS", bad[i]);
		stage_check_refused(
		    "AWS_MAX_ATTEMPTS: not a number from 1 to 100");
	}
}

/* --- Instance metadata ---------------------------------------------------- */

/*
 * What an SDK's caller may say in code, for which we have no way: the variable
 * that means the same stands in, since nothing beats that one here, either.
 */
static bool
say_by_code(const struct cJSON *item)
{
	const char *endpoint = json_get_text(item, "endpoint_override");
	const char *mode = json_get_text(item, "mode_override");

	if (endpoint != NULL)
		stage_set("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint);
	if (mode != NULL)
		stage_set("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode);
	return endpoint != NULL || mode != NULL;
}

/* The file is where AWS_CONFIG_FILE says, in a folder of ours. */
static void
say_by_environment(const struct cJSON *item)
{
	const char *config = json_get_text(json_get(item, "fs"), "config");
	const struct cJSON *variable = json_first(json_get(item, "env"));

	stage_begin(config != NULL ? config : "");
	for (; variable != NULL; variable = json_next(variable))
		if (strcmp(json_name(variable), "AWS_CONFIG_FILE") != 0)
			stage_set(json_name(variable), json_text(variable));
}

static void
check_imds(const struct cJSON *result)
{
	const char *want = json_get_text(result, "Ok");
	struct buf url = { 0 };
	struct err err = { 0 };
	struct aws aws = { 0 };

	if (want == NULL) {
		(void)vectors_text(result, "Err");
		assert_int_equal(aws_open(&aws, stage_http, NULL, NULL, &err),
		    -1);
		if (strstr(err.text, "AWS_EC2_METADATA_SERVICE") == NULL)
			assert_non_null(strstr(err.text,
			    "ec2_metadata_service"));
	} else {
		stage_open(&aws);
		buf_addf(&url, "%s/latest/api/token", aws.imds_endpoint);
		unit_check_text(&url, want);
	}
	aws_close(&aws);
}

static void
official_imds_cases_pass(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0, by_code = 0;

	(void)state;
	vectors_need();
	vectors =
	    vectors_parse("credentials/imds-config/imds-endpoint-tests.json");
	for (item = json_first(json_get(vectors, "tests")); item != NULL;
	    item = json_next(item)) {
		n++;
		say_by_environment(item);
		by_code += say_by_code(item);
		check_imds(json_get(item, "result"));
	}
	json_free(vectors);
	assert_int_equal(n, IMDS_CASES);
	assert_int_equal(by_code, IMDS_BY_CODE);
}

static void
imds_is_disabled_by_variable_alone(void **state)
{
	struct aws aws;

	(void)state;
	stage_begin("[default]\nec2_metadata_disabled = true\n");
	stage_open(&aws);
	assert_false(aws.is_imds_disabled);
	aws_close(&aws);
	stage_set("AWS_EC2_METADATA_DISABLED", "true");
	stage_open(&aws);
	assert_true(aws.is_imds_disabled);
	aws_close(&aws);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, url_cases, endpoint_is_chosen);
	UNIT_ADD_ROWS(&unit, service_cases, service_has_its_own);
	unit_add(&unit, "a section of services must be there",
	    services_must_be_there, NULL);
	UNIT_ADD_ROWS(&unit, conflict_cases, conflict_is_explained);
	UNIT_ADD_ROWS(&unit, attempts_cases, attempts_are_counted);
	unit_add(&unit, "a number of attempts is a whole one", number_is_whole,
	    NULL);
	unit_add(&unit, "11 official metadata cases pass, 3 with a variable",
	    official_imds_cases_pass, NULL);
	unit_add(&unit, "metadata are disabled by the variable alone",
	    imds_is_disabled_by_variable_alone, NULL);
	unit.tests[0].setup_func = stage_set_up;
	unit.tests[unit.n - 1].teardown_func = stage_tear_down;
	vectors_report(&unit, "14 metadata endpoints: VECTORS folder missing");
	return unit_run(&unit, "config");
}
