/* Where a container's credentials are asked for, and where they are not. */
#include "aws/creds_container.h"

#include "test/unit/vectors.h"

#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"

enum {
	CASES = 11,
};

/* want is NULL where it must be refused, "" where there is no agent. */
static void
check(const char *relative, const char *full, const char *want)
{
	struct buf url = { 0 };
	struct err err = { 0 };
	int rc = creds_container_url(relative, full, &url, &err);

	if (want == NULL) {
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text,
		    relative != NULL ? RELATIVE : FULL));
	} else if (rc < 0) {
		fail_msg("%s", err.text);
	}
	unit_check_text(&url, want != NULL ? want : "");
}

/* A provider that is not enabled is, to us, one without a URL. */
static void
official_cases_pass(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("credentials/ecs-tests.json");
	for (item = json_first(json_get(vectors, "tests")); item != NULL;
	    item = json_next(item), n++) {
		const struct cJSON *env = json_get(item, "env");
		const struct cJSON *result = json_get(item, "result");
		const char *relative = json_get_text(env, RELATIVE);
		const char *full = json_get_text(env, FULL);
		const char *want = json_get_text(result, "Ok");

		if (want == NULL)
			(void)vectors_text(result, "ErrorContains");
		check(relative, full,
		    relative == NULL && full == NULL ? "" : want);
	}
	json_free(vectors);
	assert_int_equal(n, CASES);
}

static const struct host_case {
	const char *name, *url;
	bool is_allowed;
} host_cases[] = {
	{ "all of 127/8 is loopback", "http://127.255.0.1/", true },
	{ "::1 is loopback", "http://[::1]:80/", true },
	{ "localhost is, in any case", "http://LocalHost/", true },
	{ "a name is refused", "http://agent.example/", false },
	{ "a name below localhost is refused", "http://a.localhost/", false },
	{ "a name that begins like loopback is refused",
	    "http://127.0.0.1.evil.example/", false },
	{ "a name that begins like an agent is refused",
	    "http://169.254.170.2.evil.example/", false },
	{ "an agent as user is refused", "http://169.254.170.2@evil.example/",
	    false },
	{ "another link-local address is refused", "http://169.254.169.254/",
	    false },
	{ "another IPv6 address is refused", "http://[fd00:ec2::24]/", false },
	{ "a private address is refused", "http://10.0.0.1/", false },
	{ "any host is good for https", "https://10.0.0.1/", true },
	{ "another scheme is refused", "ftp://127.0.0.1/", false },
};

static void
host_is_judged(void **state)
{
	const struct host_case *row = *state;

	check(NULL, row->url, row->is_allowed ? row->url : NULL);
}

static void
relative_one_begins_with_a_slash(void **state)
{
	(void)state;
	check("@evil.example/", NULL, NULL);
	check(".evil.example/", "http://127.0.0.1/", NULL);
	check("/a", "ftp://x", "http://169.254.170.2/a");
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "11 official cases pass", official_cases_pass, NULL);
	UNIT_ADD_ROWS(&unit, host_cases, host_is_judged);
	unit_add(&unit, "a relative URI begins with a slash",
	    relative_one_begins_with_a_slash, NULL);
	vectors_report(&unit, "11 container URLs: VECTORS folder missing");
	return unit_run(&unit, "creds_container");
}
