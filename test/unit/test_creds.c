/* Which sources of credentials were tried, and who said region and profile. */
#include "aws/creds.h"

#include "test/unit/stage.h"

#define ROLE "arn:aws:iam::111122223333:role/pull"

static const struct trace_case {
	const char *name, *config;
	const char *variable, *value; /* or NULL */
	const char *profile;          /* --profile, or NULL */
	const char *trace[6];         /* up to NULL */
	bool is_found;
} trace_cases[] = {
	{ "what is not set up is said", "", NULL, NULL, NULL,
	    { "environment: AWS_ACCESS_KEY_ID is not set",
		"web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set",
		"profile: no profile \"default\" in the shared files",
		"container: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set",
		"instance metadata: AWS_EC2_METADATA_DISABLED is true" },
	    false },
	{ "behind the one that is found none is tried",
	    "[default]\naws_access_key_id = a\naws_secret_access_key = b\n",
	    NULL, NULL, NULL,
	    { "environment: AWS_ACCESS_KEY_ID is not set",
		"web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set",
		"profile: found" },
	    true },
	{ "behind the one that fails none is tried", "", "AWS_ROLE_ARN", ROLE,
	    NULL,
	    { "environment: AWS_ACCESS_KEY_ID is not set",
		"web identity: failed" },
	    false },
	{ "--profile hides what comes before it", "[profile ci]\nregion = x\n",
	    "AWS_ACCESS_KEY_ID", "a", "ci",
	    { "environment: --profile is given",
		"web identity: --profile is given",
		"profile: \"ci\" holds no credentials",
		"container: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set",
		"instance metadata: AWS_EC2_METADATA_DISABLED is true" },
	    false },
};

/* Twice: the second search does not add to what the first one left. */
static void
sources_are_traced(void **state)
{
	const struct trace_case *row = *state;
	struct aws aws = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	stage_begin(row->config);
	stage_set("AWS_EC2_METADATA_DISABLED", "true");
	if (row->variable != NULL)
		stage_set(row->variable, row->value);
	assert_int_equal(aws_open(&aws, stage_http, "x", row->profile, &err),
	    0);
	for (int i = 0; i < 2; i++) {
		struct creds creds = { 0 };

		assert_int_equal(creds_find(&aws, &creds, &err),
		    row->is_found ? 0 : -1);
		creds_free(&creds);
	}
	while (row->trace[n] != NULL)
		n++;
	assert_int_equal(aws.trace.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(aws.trace.items[i], row->trace[i]);
	aws_close(&aws);
}

static void
keys_of_the_environment_are_traced(void **state)
{
	struct creds creds = { 0 };
	struct aws aws;
	struct err err;

	(void)state;
	stage_begin("");
	stage_set("AWS_ACCESS_KEY_ID", "a");
	stage_set("AWS_SECRET_ACCESS_KEY", "b");
	stage_open(&aws);
	assert_int_equal(creds_find(&aws, &creds, &err), 0);
	assert_int_equal(aws.trace.n, 1);
	assert_string_equal(aws.trace.items[0], "environment: found");
	creds_free(&creds);
	aws_close(&aws);
}

/* The error for none at all has the same lines, in one. */
static void
trace_is_in_the_error(void **state)
{
	struct creds creds = { 0 };
	struct aws aws;
	struct err err;

	(void)state;
	stage_begin("");
	stage_set("AWS_EC2_METADATA_DISABLED", "true");
	stage_open(&aws);
	assert_int_equal(creds_find(&aws, &creds, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text,
	    "credentials: none found: environment: AWS_ACCESS_KEY_ID is not "
	    "set; web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; "
	    "profile: no profile \"default\" in the shared files; container: "
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set; instance "
	    "metadata: AWS_EC2_METADATA_DISABLED is true; set "
	    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or "
	    "on EKS give the pod's ServiceAccount a role (IRSA or Pod "
	    "Identity) and make the pod anew");
	aws_close(&aws);
}

static const struct origin_case {
	const char *name;
	const char *option; /* --region, or NULL */
	const char *variable, *fallback;
	const char *region, *origin; /* wanted; NULL: none is found */
} origin_cases[] = {
	{ "--region beats all", "eu-west-1", "AWS_REGION", "eu-west-9",
	    "eu-west-1", "--region" },
	{ "then AWS_REGION", NULL, "AWS_REGION", "eu-west-9", "eu-west-2",
	    "AWS_REGION" },
	{ "then AWS_DEFAULT_REGION", NULL, "AWS_DEFAULT_REGION", NULL,
	    "eu-west-2", "AWS_DEFAULT_REGION" },
	{ "then the profile", NULL, "AWS_PROFILE", "eu-west-9", "eu-west-3",
	    "profile \"eu-west-2\": region" },
	{ "then the first registry's", NULL, "AWS_X", "eu-west-9", "eu-west-9",
	    "the first registry's" },
	{ "or there is none", NULL, "AWS_X", NULL, NULL, NULL },
};

static void
region_has_an_origin(void **state)
{
	const struct origin_case *row = *state;
	const char *region = NULL;
	struct aws aws = { .fallback_region = row->fallback };
	struct err err;

	stage_begin("[profile eu-west-2]\nregion = eu-west-3\n");
	stage_set("AWS_EC2_METADATA_DISABLED", "true");
	stage_set(row->variable, "eu-west-2");
	assert_int_equal(aws_open(&aws, stage_http, row->option, NULL, &err),
	    0);
	assert_int_equal(creds_find_region(&aws, &region, &err),
	    row->region != NULL ? 0 : -1);
	assert_string_equal(stage_text(region), stage_text(row->region));
	assert_string_equal(stage_text(aws.region_origin),
	    stage_text(row->origin));
	aws_close(&aws);
}

static void
profile_has_an_origin(void **state)
{
	struct aws aws = { 0 };
	struct err err;

	(void)state;
	stage_begin("");
	stage_set("AWS_PROFILE", "team");
	stage_open(&aws);
	assert_string_equal(aws.profile_origin, "AWS_PROFILE");
	aws_close(&aws);
	assert_int_equal(aws_open(&aws, stage_http, NULL, "ci", &err), 0);
	assert_string_equal(aws.profile, "ci");
	assert_string_equal(aws.profile_origin, "--profile");
	aws_close(&aws);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, trace_cases, sources_are_traced);
	unit_add(&unit, "the environment's keys are traced",
	    keys_of_the_environment_are_traced, NULL);
	unit_add(&unit, "the trace is in the error", trace_is_in_the_error,
	    NULL);
	UNIT_ADD_ROWS(&unit, origin_cases, region_has_an_origin);
	unit_add(&unit, "the profile has an origin", profile_has_an_origin,
	    NULL);
	unit.tests[0].setup_func = stage_set_up;
	unit.tests[unit.n - 1].teardown_func = stage_tear_down;
	return unit_run(&unit, "creds");
}
