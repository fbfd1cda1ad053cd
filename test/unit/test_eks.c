/*
 * Tokens for clusters of EKS, as aws-cli makes them, and by which of STS's
 * hosts.
 */
#include "aws/eks.h"

#include "base/digest.h"
#include "test/unit/vectors.h"

enum {
	TOKENS = 4,
	MOMENT = 1767323045, /* 20260102T030405Z, of all that follows */
};

static char example_key[] = "AKIDEXAMPLE";
static char example_secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

static void
check_token(const struct cJSON *vector)
{
	const struct cJSON *keys = json_get(vector, "credentials");
	const char *session = json_get_text(keys, "session_token");
	struct aws aws = { 0 };
	struct creds creds = {
		.access_key_id = xstrdup(vectors_text(keys, "access_key_id")),
		.secret_access_key =
		    xstrdup(vectors_text(keys, "secret_access_key")),
		.session_token = session == NULL ? NULL : xstrdup(session),
	};
	struct buf token = { 0 };
	struct err err = { 0 };

	assert_string_equal(vectors_text(vector, "timestamp"),
	    "20260102T030405Z");
	assert_int_equal(eks_add_token(&aws,
			     &(struct eks_asked){
				 .region = vectors_text(vector, "region"),
				 .name = vectors_text(vector, "cluster"),
				 .creds = &creds,
			     },
			     MOMENT, &token, &err),
	    0);
	unit_check_text(&token, vectors_text(vector, "token"));
	creds_free(&creds);
}

static void
makes_all_tokens(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *vector;
	size_t run = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("sigv4/eks-tokens.json");
	for (vector = json_first(json_get(vectors, "tokens")); vector != NULL;
	    vector = json_next(vector)) {
		print_message("             %s\n",
		    vectors_text(vector, "name"));
		check_token(vector);
		run++;
	}
	json_free(vectors);
	assert_int_equal(run, TOKENS);
}

/* Hosts as aws-iam-authenticator's hosts.go has them. */
static const struct host_case {
	const char *name, *region;
	struct endpoint_variant variant;
	const char *want;
} host_cases[] = {
	{ "a region has a host of STS", "eu-central-1", { false, false },
	    "https://sts.eu-central-1.amazonaws.com/?" },
	{ "FIPS has another", "us-east-1", { true, false },
	    "https://sts-fips.us-east-1.amazonaws.com/?" },
	{ "dual stack has another", "us-east-1", { false, true },
	    "https://sts.us-east-1.api.aws/?" },
	{ "GovCloud's usual one is FIPS", "us-gov-west-1", { true, false },
	    "https://sts.us-gov-west-1.amazonaws.com/?" },
};

/* A custom endpoint and the legacy global one are set, and do not count. */
static void
names_a_host_of_sts(void **state)
{
	const struct host_case *row = *state;
	struct aws aws = {
		.endpoints = { .variant = row->variant, .is_sts_legacy = true },
	};
	struct creds creds = { .access_key_id = example_key,
		.secret_access_key = example_secret };
	struct buf token = { 0 }, url = { 0 };
	struct err err = { 0 };
	const char *text;

	aws.endpoints.urls[AWS_STS].value = xstrdup("https://vpce-0.example");
	assert_int_equal(eks_add_token(&aws,
			     &(struct eks_asked){ row->region, "c", &creds },
			     MOMENT, &token, &err),
	    0);
	text = strchr(buf_str(&token), '.');
	assert_non_null(text);
	assert_int_equal(digest_add_decoded(&url, text + 1, strlen(text + 1)),
	    0);
	assert_memory_equal(buf_str(&url), row->want, strlen(row->want));
	buf_free(&token);
	buf_free(&url);
	mem_free(aws.endpoints.urls[AWS_STS].value);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "4 tokens are as aws-cli makes them", makes_all_tokens,
	    NULL);
	UNIT_ADD_ROWS(&unit, host_cases, names_a_host_of_sts);
	vectors_report(&unit, "4 EKS tokens: VECTORS folder missing");
	return unit_run(&unit, "eks");
}
