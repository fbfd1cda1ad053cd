/*
 * The docker config in a Secret: what is refused, kept and dropped, and when
 * it expires. What is wanted follows Docker's config.json and the rule that no
 * good Secret becomes worse.
 */
#include "registry/docker_config.h"

#include <cjson/cJSON.h>

#include "base/digest.h"
#include "test/unit/unit.h"

#define OURS "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
#define SECOND "222222222222.dkr.ecr.us-east-1.amazonaws.com"
#define FOREIGN_ECR "333333333333.dkr.ecr.us-east-1.amazonaws.com"

#define AUTHS(entries) "{\"auths\":{" entries "}}"
#define ENTRY(host, auth) "\"" host "\":{\"auth\":\"" auth "\"}"
#define NEW ENTRY(OURS, "bmV3")
#define OLD ENTRY(OURS, "b2xk")
#define OTHER ENTRY("h.example", "b3RoZXI=")

/* Each row is composed with OURS alone, which has a new token. */
static const struct compose_case {
	const char *name, *old;
	const char *refuse, *keep, *drop; /* NULL: ERR_REFUSED */
} compose_cases[] = {
	{ "a Secret that is absent is made", "", AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "an empty object holds nothing", "{}", AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "empty auths hold nothing", "{\"auths\":{}}", AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "null auths hold nothing", "{\"auths\":null}", AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "our own entry is replaced", AUTHS(OLD), AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "our own entry is replaced with all its members",
	    AUTHS("\"" OURS "\":{\"username\":\"AWS\",\"email\":\"x\"}"),
	    AUTHS(NEW), AUTHS(NEW), AUTHS(NEW) },
	{ "our own entry of a wrong type is replaced",
	    AUTHS("\"" OURS "\":null"), AUTHS(NEW), AUTHS(NEW), AUTHS(NEW) },
	{ "another registry is foreign", AUTHS(OTHER), NULL,
	    AUTHS(OTHER "," NEW), AUTHS(NEW) },
	{ "ours and another registry", AUTHS(OLD "," OTHER), NULL,
	    AUTHS(OTHER "," NEW), AUTHS(NEW) },
	{ "another account's registry is foreign", AUTHS(ENTRY(SECOND, "b2xk")),
	    NULL, AUTHS(ENTRY(SECOND, "b2xk") "," NEW), AUTHS(NEW) },
	{ "a spelling with https is ours",
	    AUTHS(ENTRY("https://" OURS, "b2xk")), AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "a spelling with http and a slash is ours",
	    AUTHS(ENTRY("http://" OURS "/", "b2xk")), AUTHS(NEW), AUTHS(NEW),
	    AUTHS(NEW) },
	{ "a spelling with /v1/ is ours",
	    AUTHS(ENTRY("https://" OURS "/v1/", "b2xk")), AUTHS(NEW),
	    AUTHS(NEW), AUTHS(NEW) },
	{ "a spelling with /v2/ is ours", AUTHS(ENTRY(OURS "/v2/", "b2xk")),
	    AUTHS(NEW), AUTHS(NEW), AUTHS(NEW) },
	{ "a spelling in capitals is ours",
	    AUTHS(ENTRY("111111111111.DKR.ECR.eu-west-1.amazonaws.com",
		"b2xk")),
	    AUTHS(NEW), AUTHS(NEW), AUTHS(NEW) },
	{ "two spellings become one",
	    AUTHS(ENTRY("https://" OURS, "b2xk") "," OLD), AUTHS(NEW),
	    AUTHS(NEW), AUTHS(NEW) },
	{ "a path below our host is foreign",
	    AUTHS(ENTRY(OURS "/team", "dGVhbQ==")), NULL,
	    AUTHS(ENTRY(OURS "/team", "dGVhbQ==") "," NEW), AUTHS(NEW) },
	{ "a glob is foreign",
	    AUTHS(ENTRY("*.dkr.ecr.eu-west-1.amazonaws.com", "Z2xvYg==")), NULL,
	    AUTHS(ENTRY("*.dkr.ecr.eu-west-1.amazonaws.com",
		"Z2xvYg==") "," NEW),
	    AUTHS(NEW) },
	{ "our host with a port is foreign", AUTHS(ENTRY(OURS ":443", "b2xk")),
	    NULL, AUTHS(ENTRY(OURS ":443", "b2xk") "," NEW), AUTHS(NEW) },
	{ "credHelpers are foreign",
	    "{\"auths\":{},\"credHelpers\":{\"h.example\":\"x\"}}", NULL,
	    "{\"credHelpers\":{\"h.example\":\"x\"},\"auths\":{" NEW "}}",
	    AUTHS(NEW) },
	{ "unknown members are foreign, whatever they hold",
	    "{\"credsStore\":\"x\",\"n\":[1,0.5,null,true,{\"a\":\"b\"}]}",
	    NULL,
	    "{\"credsStore\":\"x\",\"n\":[1,0.5,null,true,{\"a\":\"b\"}],"
	    "\"auths\":{" NEW "}}",
	    AUTHS(NEW) },
	{ "a member in other case is foreign", "{\"Auths\":{" OLD "}}", NULL,
	    "{\"Auths\":{" OLD "},\"auths\":{" NEW "}}", AUTHS(NEW) },
	{ "all members of a foreign entry are kept",
	    AUTHS("\"h.example\":{\"username\":\"u\",\"password\":\"p\\u00e9\""
		  ",\"email\":\"\",\"x\":{}}"),
	    NULL,
	    AUTHS("\"h.example\":{\"username\":\"u\",\"password\":\"p\xc3\xa9"
		  "\",\"email\":\"\",\"x\":{}}," NEW),
	    AUTHS(NEW) },
	{ "a foreign entry that is null is kept", AUTHS("\"h.example\":null"),
	    NULL, AUTHS("\"h.example\":null," NEW), AUTHS(NEW) },
	{ "auths of a wrong type are lost only by --force",
	    "{\"auths\":[\"x\"]}", NULL, NULL, AUTHS(NEW) },
	{ "auths that are text are lost only by --force", "{\"auths\":\"x\"}",
	    NULL, NULL, AUTHS(NEW) },
	{ "what is not JSON is lost only by --force", "not JSON", NULL, NULL,
	    AUTHS(NEW) },
	{ "white space is not JSON", " \n", NULL, NULL, AUTHS(NEW) },
	{ "JSON that is cut is lost only by --force", "{\"auths\":{", NULL,
	    NULL, AUTHS(NEW) },
	{ "an array is lost only by --force", "[]", NULL, NULL, AUTHS(NEW) },
	{ "text is lost only by --force", "\"x\"", NULL, NULL, AUTHS(NEW) },
	{ "a large number is not rounded",
	    "{\"auths\":{},\"n\":9007199254740993}", NULL, NULL, AUTHS(NEW) },
	{ "a large number deep inside is not rounded",
	    AUTHS("\"h.example\":{\"n\":[12345678901234567890]}"), NULL, NULL,
	    AUTHS(NEW) },
	{ "a NUL in a string is not cut",
	    AUTHS("\"h.example\":{\"password\":\"a\\u0000b\"}"), NULL, NULL,
	    AUTHS(NEW) },
};

/* The same values, in whatever order members stand. */
static void
check_same(const struct buf *got, const char *want)
{
	cJSON *got_json = cJSON_Parse(got->data);
	cJSON *want_json = cJSON_Parse(want);

	assert_non_null(want_json);
	assert_int_equal(strlen(got->data), got->len);
	if (!cJSON_Compare(got_json, want_json, 1))
		fail_msg("%s instead of %s", got->data, want);
	cJSON_Delete(got_json);
	cJSON_Delete(want_json);
}

static void
check_compose(const struct docker_wish *wish, const char *want)
{
	struct docker_config config = { 0 };
	struct err err = { 0 };
	int rc = docker_config_compose(wish, &config, &err);

	if (want == NULL) {
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_true(strlen(err.text) > 0);
		assert_null(config.text.data);
	} else {
		assert_int_equal(rc, 0);
		check_same(&config.text, want);
	}
	docker_config_free(&config);
}

static void
document_is_composed(void **state)
{
	const struct compose_case *row = *state;
	const struct docker_entry entry = { OURS, "bmV3", 2000000000 };
	struct docker_wish wish = { row->old, strlen(row->old), &entry, 1,
		DOCKER_REFUSE };

	check_compose(&wish, row->refuse);
	wish.others = DOCKER_KEEP;
	check_compose(&wish, row->keep);
	wish.others = DOCKER_DROP;
	check_compose(&wish, row->drop);
}

static void
refusal_names_what_is_lost(void **state)
{
	const struct docker_entry entry = { OURS, "bmV3", 2000000000 };
	const char old[] =
	    "{\"auths\":{\"h.example\":{\"auth\":\"UzNjcmV0\"}," OLD
	    "},\"credHelpers\":{}}";
	const struct docker_wish wish = { old, strlen(old), &entry, 1,
		DOCKER_REFUSE };
	struct docker_config config = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(docker_config_compose(&wish, &config, &err), -1);
	assert_non_null(strstr(err.text, "h.example"));
	assert_non_null(strstr(err.text, "credHelpers"));
	assert_non_null(strstr(err.text, "--merge"));
	assert_non_null(strstr(err.text, "--force"));
	assert_null(strstr(err.text, OURS));
	assert_null(strstr(err.text, "UzNjcmV0"));
}

#define SOUND ENTRY("h.example", "Y2k6eA==") /* ci:x */

/* Each row is composed with OURS, which has a new token, and others kept. */
static const struct spoiler_case {
	const char *name, *old;
	const char *want; /* the key; NULL: none */
} spoiler_cases[] = {
	{ "nothing spoils nothing", "", NULL },
	{ "another that is sound", AUTHS(SOUND), NULL },
	{ "an auth that is none", AUTHS(ENTRY("h.example", "?")), "h.example" },
	{ "the first of two, behind a sound one",
	    AUTHS(SOUND "," ENTRY("a.example", "?") ",\"b.example\":7"),
	    "a.example" },
	{ "an entry without an auth", AUTHS("\"h.example\":{}"), NULL },
	{ "ours, which is replaced", AUTHS(ENTRY(OURS, "?")), NULL },
	{ "an old spelling of ours", AUTHS(ENTRY(OURS "/v2/", "?")), NULL },
	{ "a path under our host", AUTHS(ENTRY(OURS "/team", "?")),
	    OURS "/team" },
	{ "a helper", "{\"credHelpers\":{\"h.example\":7}}", NULL },
};

static void
spoiler_is_named(void **state)
{
	const struct spoiler_case *row = *state;
	const struct docker_entry entry = { OURS, "QVdTOng=", 2000000000 };
	struct docker_wish wish = { row->old, strlen(row->old), &entry, 1,
		DOCKER_KEEP };
	struct docker_config config = { 0 };
	struct err err = { 0 };

	assert_int_equal(docker_config_compose(&wish, &config, &err), 0);
	assert_string_equal(config.spoiler.key != NULL ? config.spoiler.key :
							 "none",
	    row->want != NULL ? row->want : "none");
	assert_int_equal(config.spoiler.spoils_all, row->want != NULL);
	docker_config_free(&config);
	assert_null(config.spoiler.key);
	wish.others = DOCKER_DROP;
	assert_int_equal(docker_config_compose(&wish, &config, &err), 0);
	assert_null(config.spoiler.key);
	docker_config_free(&config);
}

/*
 * OURS has a new token, SECOND got none this time: the entry that the Secret
 * has stays, under whatever flags, by its bare host.
 */
static const struct kept_case {
	const char *name, *old, *want;
} kept_cases[] = {
	{ "without an old entry there is none", "", AUTHS(NEW) },
	{ "the old entry stays", AUTHS(ENTRY(SECOND, "b2xk") "," OLD),
	    AUTHS(ENTRY(SECOND, "b2xk") "," NEW) },
	{ "an old spelling becomes the bare host",
	    AUTHS(ENTRY("https://" SECOND "/v2/", "b2xk")),
	    AUTHS(ENTRY(SECOND, "b2xk") "," NEW) },
	{ "all its members stay",
	    AUTHS("\"" SECOND "\":{\"username\":\"AWS\",\"password\":\"p\"}"),
	    AUTHS("\"" SECOND
		  "\":{\"username\":\"AWS\",\"password\":\"p\"}," NEW) },
};

static void
entry_is_kept(void **state)
{
	static const enum docker_others all[] = { DOCKER_REFUSE, DOCKER_KEEP,
		DOCKER_DROP };
	const struct kept_case *row = *state;
	const struct docker_entry entries[] = {
		{ OURS, "bmV3", 2000000000 },
		{ SECOND, NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct docker_wish wish = { row->old, strlen(row->old),
			entries, 2, all[i] };

		check_compose(&wish, row->want);
	}
}

/* One document; in it, "%s" is an ECR password that says 1900000000. */
static const struct expiry_case {
	const char *name, *old;
	bool has_token; /* for OURS, till 2000000000 */
	time_t want;
	bool is_unknown;
	size_t registries;
} expiry_cases[] = {
	{ "a new token's expiry counts", "", true, 2000000000, false, 1 },
	{ "nothing has none", "", false, 0, false, 0 },
	{ "a kept password's own expiry counts", AUTHS(ENTRY(OURS, "%s")),
	    false, 1900000000, false, 1 },
	{ "a new token replaces it", AUTHS(ENTRY(OURS, "%s")), true, 2000000000,
	    false, 1 },
	{ "the earliest of two counts", AUTHS(ENTRY(FOREIGN_ECR, "%s")), true,
	    1900000000, false, 2 },
	{ "a foreign ECR entry counts by any spelling",
	    AUTHS(ENTRY("https://" FOREIGN_ECR "/", "%s")), true, 1900000000,
	    false, 2 },
	{ "a kept ECR entry that doesn't tell is unknown",
	    AUTHS(ENTRY(FOREIGN_ECR, "QVdTOng=")), true, 2000000000, true, 2 },
	{ "one without auth is unknown", AUTHS("\"" FOREIGN_ECR "\":{}"), true,
	    2000000000, true, 2 },
	{ "one of a wrong type is unknown",
	    AUTHS("\"" FOREIGN_ECR "\":{\"auth\":1}"), true, 2000000000, true,
	    2 },
	{ "one that is not base64 is unknown", AUTHS(ENTRY(FOREIGN_ECR, "***")),
	    true, 2000000000, true, 2 },
	{ "other registries never expire", AUTHS(OTHER), true, 2000000000,
	    false, 2 },
	{ "other registries' passwords don't tell",
	    AUTHS(ENTRY("h.example", "%s")), true, 2000000000, false, 2 },
};

/* base64 of "AWS:" and base64 of JSON, as ECR makes its tokens today. */
static void
add_password(struct buf *out)
{
	static const char json[] =
	    "{\"payload\":\"cGF5bG9hZA==\",\"datakey\":"
	    "\"a2V5\",\"version\":\"2\",\"type\":\"DATA_KEY\","
	    "\"expiration\":1900000000}";
	struct buf pair = { 0 };

	buf_add_str(&pair, "AWS:");
	digest_add_base64(&pair, json, strlen(json));
	digest_add_base64(out, pair.data, pair.len);
	buf_free(&pair);
}

static void
expiry_is_found(void **state)
{
	const struct expiry_case *row = *state;
	const struct docker_entry entry = { OURS,
		row->has_token ? "bmV3" : NULL, 2000000000 };
	const char *mark = strstr(row->old, "%s");
	size_t len =
	    mark == NULL ? strlen(row->old) : (size_t)(mark - row->old);
	struct buf old = { 0 };
	struct docker_config config = { 0 };
	struct err err = { 0 };

	buf_add(&old, row->old, len);
	if (mark != NULL) {
		add_password(&old);
		buf_add_str(&old, mark + 2);
	}
	assert_int_equal(docker_config_compose(&(struct docker_wish){ old.data,
						   old.len, &entry, 1,
						   DOCKER_KEEP },
			     &config, &err),
	    0);
	assert_int_equal(config.expires_at, row->want);
	assert_int_equal(config.has_unknown_expiry, row->is_unknown);
	assert_int_equal(config.registries, row->registries);
	docker_config_free(&config);
	docker_config_free(&config);
	buf_free(&old);
}

/* Without a token and with a document that can't be carried over unchanged. */
static void
force_keeps_our_entry(void **state)
{
	static const char old[] =
	    "{\"auths\":{" ENTRY(SECOND, "b2xk") "},\"n\":9007199254740993}";
	const struct docker_entry entries[] = {
		{ OURS, "bmV3", 2000000000 },
		{ SECOND, NULL, 0 },
	};

	(void)state;
	check_compose(&(struct docker_wish){ old, strlen(old), entries, 2,
			  DOCKER_DROP },
	    AUTHS(ENTRY(SECOND, "b2xk") "," NEW));
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, compose_cases, document_is_composed);
	UNIT_ADD_ROWS(&unit, spoiler_cases, spoiler_is_named);
	unit_add(&unit, "a refusal names what would be lost, and no secret",
	    refusal_names_what_is_lost, NULL);
	UNIT_ADD_ROWS(&unit, kept_cases, entry_is_kept);
	unit_add(&unit, "--force keeps our entry beside a large number",
	    force_keeps_our_entry, NULL);
	UNIT_ADD_ROWS(&unit, expiry_cases, expiry_is_found);
	return unit_run(&unit, "docker_config");
}
