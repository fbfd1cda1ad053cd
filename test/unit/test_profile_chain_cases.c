/* Which credentials a profile stands for: the SDKs' common test cases. */
#include "aws/profile_chain.h"

#include "test/unit/profiles.h"
#include "test/unit/vectors.h"

enum {
	CASES = 28,
	REFUSED = 14,   /* of them; one more holds no credentials */
	PROVIDERS = 23, /* in the others: bases and roles */
};

/* The sections of a case, as they stand in that file. */
static void
add_sections(struct buf *text, const char *prefix, const struct cJSON *sections)
{
	const struct cJSON *section = json_first(sections), *item;

	for (; section != NULL; section = json_next(section)) {
		buf_addf(text, "[%s%s]\n", prefix, json_name(section));
		for (item = json_first(section); item != NULL;
		    item = json_next(item))
			buf_addf(text, "%s = %s\n", json_name(item),
			    json_text(item));
	}
}

static void
read_sections(struct profiles *profiles, enum profile_file file,
    const struct cJSON *in)
{
	struct buf text = { 0 };

	add_sections(&text, file == PROFILE_CONFIG ? "profile " : "",
	    json_get(in, "profiles"));
	parse_profiles(profiles, file, buf_str(&text));
	buf_clear(&text);
	add_sections(&text, "sso-session ", json_get(in, "sso_sessions"));
	parse_profiles(profiles, PROFILE_CONFIG, buf_str(&text));
	buf_free(&text);
}

static const char *
find_property(const struct profiles *profiles, const char *profile,
    const char *key)
{
	const char *session =
	    profiles_get(profiles, PROFILE_PROFILE, profile, "sso_session");
	const char *value =
	    profiles_get(profiles, PROFILE_PROFILE, profile, key);

	return value == NULL && session != NULL ?
	    profiles_get(profiles, PROFILE_SSO_SESSION, session, key) :
	    value;
}

/* Each kind of provider: its base, and how its members are called here. */
static const struct provider {
	const char *name;
	enum profile_base base;
	const char *prefix;
} providers[] = {
	{ "AccessKey", PROFILE_BASE_KEYS, "aws_" },
	{ "WebIdentityToken", PROFILE_BASE_WEB_IDENTITY, "" },
	{ "Sso", PROFILE_BASE_SSO, "" },
	{ "NamedSource", PROFILE_BASE_SOURCE, "" },
	{ "AssumeRole", PROFILE_BASE_NONE, "" },
};

/* Members that a wanted provider has not must not be there. */
static const char *const optional[] = {
	"role_session_name",
	"external_id",
	"sso_session",
	"sso_account_id",
};

static void
check_members(const struct profiles *profiles, const char *profile,
    const struct provider *provider, const struct cJSON *want)
{
	const struct cJSON *item = json_first(want);

	for (; item != NULL; item = json_next(item)) {
		struct buf key = { 0 };
		const char *got;

		buf_addf(&key, "%s%s", provider->prefix, json_name(item));
		got = find_property(profiles, profile, buf_str(&key));
		if (got == NULL)
			fail_msg("%s: absent", buf_str(&key));
		assert_string_equal(got, json_text(item));
		buf_free(&key);
	}
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (json_get(want, optional[i]) == NULL)
			assert_null(find_property(profiles, profile,
			    optional[i]));
}

static const struct provider *
find_provider(const char *name)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
		if (strcmp(providers[i].name, name) == 0)
			return &providers[i];
	fail_msg("%s: unknown", name);
	return providers; /* never: no compiler knows that */
}

/* A wanted provider is an object whose only member is named by its kind. */
static void
check_provider(const struct profiles *profiles, const char *profile,
    enum profile_base base, const struct cJSON *want)
{
	const struct cJSON *members = json_first(want);
	const struct provider *provider = find_provider(json_name(members));

	assert_int_equal(base, provider->base);
	if (base == PROFILE_BASE_SOURCE)
		assert_string_equal(find_property(profiles, profile,
					"credential_source"),
		    json_text(members));
	else
		check_members(profiles, profile, provider, members);
}

/* Returns the number of providers. */
static size_t
check_chain(const struct profiles *profiles, const struct profile_chain *chain,
    const struct cJSON *want)
{
	size_t n = 0;

	check_provider(profiles, chain->base_profile, chain->base, want);
	for (; (want = json_next(want)) != NULL; n++) {
		if (n == chain->roles.n)
			fail_msg("only %zu roles", n);
		check_provider(profiles, chain->roles.items[n],
		    PROFILE_BASE_NONE, want);
	}
	assert_int_equal(n, chain->roles.n);
	return 1 + n;
}

/* The one error that is none here: other sources may have credentials. */
static void
describe_none(const struct profile_chain *chain, struct err *err)
{
	assert_int_equal(chain->base, PROFILE_BASE_NONE);
	assert_int_equal(chain->roles.n, 0);
	(void)err_set(err, ERR_CONFIG,
	    "profile `%s` did not contain credential information",
	    chain->base_profile);
}

static size_t
check_case(const struct cJSON *item, enum profile_file file, size_t *refused)
{
	const struct cJSON *in = json_get(item, "input");
	const struct cJSON *out = json_get(item, "output");
	const struct cJSON *want = json_get(out, "ProfileChain");
	const char *error = json_get_text(out, "Error");
	struct profiles profiles = { 0 };
	struct profile_chain chain = { 0 };
	struct err err = { 0 };
	size_t n = 0;
	int rc;

	assert_true((error != NULL) != (want != NULL));
	read_sections(&profiles, file, in);
	rc = profile_chain_find(&profiles, vectors_text(in, "selected_profile"),
	    &chain, &err);
	if (rc < 0)
		*refused += 1;
	if (rc == 0 && error != NULL)
		describe_none(&chain, &err);
	if (error != NULL && strstr(err.text, error) == NULL)
		fail_msg("%s: not in: %s", error, err.text);
	if (error == NULL && rc < 0)
		fail_msg("%s: %s", vectors_text(item, "docs"), err.text);
	if (error == NULL)
		n = check_chain(&profiles, &chain, json_first(want));
	if (rc < 0)
		assert_int_equal(err.kind, ERR_CONFIG);
	profile_chain_free(&chain);
	profiles_free(&profiles);
	return n;
}

/* They don't say which file they mean: either does. */
static const struct file_case {
	const char *name;
	enum profile_file file;
} file_cases[] = {
	{ "28 official cases pass as a config file", PROFILE_CONFIG },
	{ "28 official cases pass as credentials", PROFILE_CREDENTIALS },
};

static void
official_cases_pass(void **state)
{
	const struct file_case *row = *state;
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0, refused = 0, found = 0;

	vectors_need();
	vectors = vectors_parse("credentials/assume-role-tests.json");
	for (item = json_first(vectors); item != NULL; item = json_next(item)) {
		found += check_case(item, row->file, &refused);
		n++;
	}
	assert_int_equal(n, CASES);
	assert_int_equal(refused, REFUSED);
	assert_int_equal(found, PROVIDERS);
	json_free(vectors);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, file_cases, official_cases_pass);
	vectors_report(&unit, "28 profile chains: VECTORS folder missing");
	return unit_run(&unit, "profile_chain_cases");
}
