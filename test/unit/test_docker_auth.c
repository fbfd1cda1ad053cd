/*
 * What stands behind an auth: by decodeDockerConfigFieldAuth of Kubernetes'
 * pkg/credentialprovider, which takes base64 of Go's StdEncoding, or
 * RawStdEncoding where no padding ends it.
 */
#include "registry/docker_auth.h"

#include "base/digest.h"
#include "test/unit/unit.h"

static const struct split_case {
	const char *name, *auth;
	const char *user, *password; /* NULL: it is no pair */
} split_cases[] = {
	{ "a pair", "Y2k6eA==", "ci", "x" },
	{ "a pair without padding", "Y2k6eA", "ci", "x" },
	{ "a pair in lines", "\nY2\r\nk6\n\neA==\r\n", "ci", "x" },
	{ "a password with colons", "Y2k6YTpi", "ci", "a:b" },
	{ "no user", "Ong=", "", "x" },
	{ "no password", "Y2k6", "ci", "" },
	{ "the alphabet with + and /", "Y2k6/++/", "ci", "\xff\xef\xbf" },
	{ "no colon", "eHl6", NULL, NULL },
	{ "nothing", "", NULL, NULL },
	{ "half of the padding", "Y2k6eA=", NULL, NULL },
	{ "the alphabet with - and _", "Y2k6_--_", NULL, NULL },
	{ "a space", "Y2k6 eA==", NULL, NULL },
	{ "no base64", "ci:x", NULL, NULL },
};

static void
auth_is_split(void **state)
{
	const struct split_case *row = *state;
	struct buf user = { 0 }, password = { 0 };

	assert_int_equal(docker_auth_split(row->auth, &user, &password),
	    row->user != NULL);
	assert_string_equal(buf_str(&user), row->user != NULL ? row->user : "");
	assert_string_equal(buf_str(&password),
	    row->user != NULL ? row->password : "");
	buf_free(&user);
	buf_free(&password);
}

static const struct expiry_case {
	const char *name, *user, *claims;
	time_t expires_at;
} expiry_cases[] = {
	{ "a password of ECR's tells its end", "AWS",
	    "{\"payload\":\"x\",\"expiration\":2000}", 2000 },
	{ "one without an end", "AWS", "{\"payload\":\"x\"}", 0 },
	{ "an end that is text", "AWS", "{\"expiration\":\"2000\"}", 0 },
	{ "an end before all ends", "AWS", "{\"expiration\":-1}", 0 },
	{ "an end that no clock will see", "AWS", "{\"expiration\":1e12}", 0 },
	{ "no JSON", "AWS", "x", 0 },
	{ "another user's password tells nothing", "ci",
	    "{\"expiration\":2000}", 0 },
	{ "nor does that of a longer name", "AWSX", "{\"expiration\":2000}",
	    0 },
};

static void
end_is_told(void **state)
{
	const struct expiry_case *row = *state;
	struct buf pair = { 0 }, auth = { 0 };

	buf_addf(&pair, "%s:", row->user);
	digest_add_base64(&pair, row->claims, strlen(row->claims));
	digest_add_base64(&auth, pair.data, pair.len);
	assert_int_equal(docker_auth_expiry(auth.data), row->expires_at);
	buf_free(&pair);
	buf_free(&auth);
}

static void
no_auth_tells_nothing(void **state)
{
	(void)state;
	assert_int_equal(docker_auth_expiry(NULL), 0);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, split_cases, auth_is_split);
	UNIT_ADD_ROWS(&unit, expiry_cases, end_is_told);
	unit_add(&unit, "no auth tells nothing", no_auth_tells_nothing, NULL);
	return unit_run(&unit, "docker_auth");
}
