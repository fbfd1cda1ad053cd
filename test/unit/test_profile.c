/* The shared config and credentials files: how they are read and merged. */
#include "aws/profile.h"

#include <stdbool.h>

#include "test/unit/vectors.h"

enum {
	CASES = 65,
	REFUSED = 10,    /* of them */
	PROPERTIES = 50, /* in the others */
};

static int
parse(struct profiles *profiles, enum profile_file file, const char *text,
    struct err *err)
{
	struct buf buf = { 0 };
	int rc;

	buf_add_str(&buf, text);
	rc = profiles_parse(profiles, file, "/x/file", &buf, err);
	buf_free(&buf);
	return rc;
}

/* --- The official cases -------------------------------------------------- */

static bool
is_in(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* All keys of the cases: those that are wanted are there, no others. */
static const char *const keys[] = {
	"name",
	"name2",
	"name3",
	"secret",
	"s3",
	"in valid",
	"x",
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789-_",
};

static size_t
check_section(const struct profiles *profiles, enum profile_section section,
    const struct cJSON *want)
{
	size_t n = 0;

	assert_true(profiles_has(profiles, section, json_name(want)));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = json_get_text(want, keys[i]);
		const char *got =
		    profiles_get(profiles, section, json_name(want), keys[i]);

		assert_int_equal(got != NULL, value != NULL);
		if (value != NULL) {
			assert_string_equal(got, value);
			n++;
		}
	}
	return n;
}

/* Returns the number of properties, and adds to that of sections. */
static size_t
check_sections(const struct profiles *profiles, enum profile_section section,
    const struct cJSON *want, size_t *sections)
{
	const struct cJSON *item = json_first(want);
	size_t n = 0;

	for (; item != NULL; item = json_next(item)) {
		n += check_section(profiles, section, item);
		*sections += 1;
	}
	return n;
}

static size_t
check_case(const struct cJSON *item, size_t *refused)
{
	const struct cJSON *in = json_get(item, "input");
	const struct cJSON *out = json_get(item, "output");
	const struct cJSON *config = json_get(out, "config");
	const char *first = json_get_text(in, "configFile");
	const char *second = json_get_text(in, "credentialsFile");
	const char *error = json_get_text(out, "errorContaining");
	struct profiles profiles = { 0 };
	struct err err = { 0 };
	size_t n = 0, sections = 0;
	int rc;

	assert_true(first != NULL || second != NULL);
	assert_true((error != NULL) != (config != NULL));
	rc = first == NULL ? 0 : parse(&profiles, PROFILE_CONFIG, first, &err);
	if (rc == 0 && second != NULL)
		rc = parse(&profiles, PROFILE_CREDENTIALS, second, &err);
	if (rc != (error != NULL ? -1 : 0))
		fail_msg("%s: %s", vectors_text(item, "name"), err.text);
	if (error != NULL) {
		*refused += 1;
		assert_int_equal(err.kind, ERR_CONFIG);
		if (!is_in(err.text, error))
			fail_msg("%s: not in: %s", error, err.text);
	} else {
		n = check_sections(&profiles, PROFILE_PROFILE,
		    json_get(config, "profiles"), &sections);
		n += check_sections(&profiles, PROFILE_SSO_SESSION,
		    json_get(config, "sso_sessions"), &sections);
		if (profiles.n != sections)
			fail_msg("%s: %zu sections, not %zu",
			    vectors_text(item, "name"), profiles.n, sections);
	}
	profiles_free(&profiles);
	return n;
}

static void
official_cases_pass(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0, refused = 0, properties = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("credentials/profile-parser-tests.json");
	for (item = json_first(json_get(vectors, "tests")); item != NULL;
	    item = json_next(item)) {
		properties += check_case(item, &refused);
		n++;
	}
	assert_int_equal(n, CASES);
	assert_int_equal(refused, REFUSED);
	assert_int_equal(properties, PROPERTIES);
	json_free(vectors);
}

/* --- What they leave out ------------------------------------------------- */

static const struct value_case {
	const char *name, *config, *credentials;
	enum profile_section section;
	const char *of, *key;
	const char *want; /* NULL: there is none */
} value_cases[] = {
	{ "a default profile needs no prefix", "[default]\nk = v", "",
	    PROFILE_PROFILE, "default", "k", "v" },
	{ "spaces around default don't count", "[ default\t]\nk = v", "",
	    PROFILE_PROFILE, "default", "k", "v" },
	{ "the name default is no other in capitals", "[DEFAULT]\nk = v", "",
	    PROFILE_PROFILE, "DEFAULT", "k", NULL },
	{ "a prefix in capitals is none", "[Profile a]\nk = v", "",
	    PROFILE_PROFILE, "a", "k", NULL },
	{ "names keep their case", "[profile Foo]\nk = v", "", PROFILE_PROFILE,
	    "foo", "k", NULL },
	{ "credentials merge with a plain default", "[default]\nk = v",
	    "[default]\nj = w", PROFILE_PROFILE, "default", "k", "v" },
	{ "credentials beat a plain default", "[default]\nk = v",
	    "[default]\nk = w", PROFILE_PROFILE, "default", "k", "w" },
	{ "credentials beat a prefixed default", "[profile default]\nk = v",
	    "[default]\nk = w", PROFILE_PROFILE, "default", "k", "w" },
	{ "a prefixed default hides all of a plain one",
	    "[default]\nk = v\n[profile default]\nj = w\n[default]\nk = x",
	    "[default]\ni = y", PROFILE_PROFILE, "default", "k", NULL },
	{ "credentials that define a nesting property anew forget the old one",
	    "[default]\ns3 =\n k = v", "[default]\ns3 =\n j = w",
	    PROFILE_PROFILE, "default", "s3.k", NULL },
	{ "in credentials a prefixed default is nothing", "",
	    "[profile default]\nk = v", PROFILE_PROFILE, "default", "k", NULL },
	{ "another prefixed profile hides no default",
	    "[default]\nk = v\n[profile a]", "", PROFILE_PROFILE, "default",
	    "k", "v" },
	{ "an sso-session of that name hides no default",
	    "[default]\nk = v\n[sso-session default]", "", PROFILE_PROFILE,
	    "default", "k", "v" },
	{ "kinds of sections are apart", "[sso-session a]\nk = v\n[profile a]",
	    "", PROFILE_PROFILE, "a", "k", NULL },
	{ "sso-sessions merge",
	    "[sso-session a]\nk = v\n[profile b]\n[sso-session a]\nj = w", "",
	    PROFILE_SSO_SESSION, "a", "k", "v" },
	{ "credentials have no sso-session", "", "[sso-session a]\nk = v",
	    PROFILE_SSO_SESSION, "a", "k", NULL },
	{ "credentials have no services", "", "[services a]\nk = v",
	    PROFILE_SERVICES, "a", "k", NULL },
	{ "an sso-session without a name is nothing", "[sso-session]\nk = v",
	    "", PROFILE_SSO_SESSION, "", "k", NULL },
	{ "a profile without a name is nothing", "[profile]\nk = v", "",
	    PROFILE_PROFILE, "", "k", NULL },
	{ "an empty head is nothing", "", "[ ]\nk = v", PROFILE_PROFILE, "",
	    "k", NULL },
	{ "in credentials a profile may be named profile", "",
	    "[profile]\nk = v", PROFILE_PROFILE, "profile", "k", "v" },
	{ "other kinds are skipped", "[plugins]\nk = v\n[profile a]\nj = w", "",
	    PROFILE_PROFILE, "a", "k", NULL },
	{ "what is wrong in a skipped section is, too",
	    "[plugins]\nwhat\n more\n[profile a]\nk = v", "", PROFILE_PROFILE,
	    "a", "k", "v" },
	{ "a section after a skipped one of its name counts",
	    "[profile a b]\nk = v\n[profile a]\nk = w", "", PROFILE_PROFILE,
	    "a", "k", "w" },
	{ "a top-level key with a dot outlives one before it",
	    "[profile a]\ns3.k = v\ns3 =\n j = w", "", PROFILE_PROFILE, "a",
	    "s3.k", "v" },
	{ "a key is not found by the nested one's mark",
	    "[profile a]\ns3 =\n k = v", "", PROFILE_PROFILE, "a", "=k", NULL },
	{ "a value is not found as a key", "[profile a]\nk = j\nj = v", "",
	    PROFILE_PROFILE, "a", "v", NULL },
	{ "a name with a bracket is skipped", "[profile a]b]\nk = v", "",
	    PROFILE_PROFILE, "a]b", "k", NULL },
	{ "a property with a bad name loses its continuation",
	    "[profile a]\nk = v\nin valid = x\n more", "", PROFILE_PROFILE, "a",
	    "k", "v" },
	{ "asking by a name with a bracket finds no other's",
	    "[profile a]\nk = v", "", PROFILE_PROFILE, "a]", "k", NULL },

	{ "a key in capitals is found", "[profile a]\nAWS_Key = V", "",
	    PROFILE_PROFILE, "a", "aws_key", "V" },
	{ "a key may have a dot", "[profile a]\ns3.k = v", "", PROFILE_PROFILE,
	    "a", "s3.k", "v" },
	{ "a comment may be all of a value", "[profile a]\nk = # c", "",
	    PROFILE_PROFILE, "a", "k", "" },
	{ "a tab may be before a comment", "[profile a]\nk = v\t; c", "",
	    PROFILE_PROFILE, "a", "k", "v" },
	{ "the second sign may begin a comment", "[profile a]\nk = v#1 #2", "",
	    PROFILE_PROFILE, "a", "k", "v#1" },
	{ "a continuation goes on below a comment",
	    "[profile a]\nk = v\n# c\n\n more", "", PROFILE_PROFILE, "a", "k",
	    "v\nmore" },
	{ "an indented comment is one, as for the AWS CLI",
	    "[profile a]\nk = v\n # c\n\t; d", "", PROFILE_PROFILE, "a", "k",
	    "v" },
	{ "an indented head is a continuation",
	    "[profile a]\nk = v\n [profile b]", "", PROFILE_PROFILE, "a", "k",
	    "v\n[profile b]" },
	{ "a continuation may be by a tab", "[profile a]\nk = v\n\tmore", "",
	    PROFILE_PROFILE, "a", "k", "v\nmore" },
	{ "a value that is defined anew forgets its continuation",
	    "[profile a]\nk = v\n more\nk = w", "", PROFILE_PROFILE, "a", "k",
	    "w" },

	{ "a nested property is found", "[profile a]\ns3 =\n k = v", "",
	    PROFILE_PROFILE, "a", "s3.k", "v" },
	{ "services have nested ones",
	    "[services a]\necr =\n  endpoint_url = http://e\nsts = \n"
	    "  endpoint_url = http://s=t\n",
	    "", PROFILE_SERVICES, "a", "sts.endpoint_url", "http://s=t" },
	{ "a nested key in capitals is found", "[profile a]\nS3 =\n Key = V",
	    "", PROFILE_PROFILE, "a", "s3.key", "V" },
	{ "the last of two nested ones counts",
	    "[profile a]\ns3 =\n k = v\n j = x\n k = w", "", PROFILE_PROFILE,
	    "a", "s3.k", "w" },
	{ "a nested one may be empty", "[profile a]\ns3 =\n k =\n j = v", "",
	    PROFILE_PROFILE, "a", "s3.k", "" },
	{ "a nested value may be another's name",
	    "[profile a]\ns3 =\n j = k\n k = v", "", PROFILE_PROFILE, "a",
	    "s3.k", "v" },
	{ "a nested one keeps what looks like a comment",
	    "[profile a]\ns3 =\n k = v # c", "", PROFILE_PROFILE, "a", "s3.k",
	    "v # c" },
	{ "a comment among nested ones is skipped",
	    "[profile a]\ns3 =\n # c\n k = v\n; d\n", "", PROFILE_PROFILE, "a",
	    "s3.k", "v" },
	{ "one that is defined anew forgets the nested ones",
	    "[profile a]\ns3 =\n k = v\ns3 =\n j = w", "", PROFILE_PROFILE, "a",
	    "s3.k", NULL },
	{ "a continued value has no nested ones", "[profile a]\ns3 = x\n k = v",
	    "", PROFILE_PROFILE, "a", "s3.k", NULL },
	{ "nested ones don't leak into the next property",
	    "[profile a]\ns3 =\n k = v\nec2 =\n j = w", "", PROFILE_PROFILE,
	    "a", "ec2.k", NULL },
	{ "nested ones of a bad name don't leak either",
	    "[profile a]\nin valid =\n k = v\nec2 =\n j = w", "",
	    PROFILE_PROFILE, "a", "ec2.k", NULL },

	{ "a byte order mark is skipped", "\xef\xbb\xbf[default]\nk = v", "",
	    PROFILE_PROFILE, "default", "k", "v" },
	{ "lines may end as in Windows",
	    "[default]\r\n\r\n# c\r\ns3 =\r\n k = v\r\n", "", PROFILE_PROFILE,
	    "default", "s3.k", "v" },
	{ "the end may be half a line's end", "[default]\r\nk = v\r", "",
	    PROFILE_PROFILE, "default", "k", "v" },
	{ "nothing is found in nothing", "", "", PROFILE_PROFILE, "default",
	    "k", NULL },
};

static void
value_is_found(void **state)
{
	const struct value_case *row = *state;
	struct profiles profiles = { 0 };
	struct err err = { 0 };
	const char *got;

	if (parse(&profiles, PROFILE_CONFIG, row->config, &err) < 0 ||
	    parse(&profiles, PROFILE_CREDENTIALS, row->credentials, &err) < 0)
		fail_msg("%s", err.text);
	got = profiles_get(&profiles, row->section, row->of, row->key);
	if (row->want == NULL)
		assert_null(got);
	else if (got == NULL)
		fail_msg("%s: absent", row->key);
	else
		assert_string_equal(got, row->want);
	profiles_free(&profiles);
	profiles_free(&profiles);
}

static const struct error_case {
	const char *name, *text, *want;
} error_cases[] = {
	{ "the line of an error is named", "\n# c\n[default]\nk = v\nwhat\n",
	    "/x/file: line 5: Expected an '=' sign defining a property" },
	{ "what follows a head must be a comment", "[default] x\n",
	    "/x/file: line 1: Profile definition must end with ']'" },
	{ "a comment in a head ends it", "[profile a#b]",
	    "/x/file: line 1: Profile definition must end with ']'" },
	{ "a bracket alone is no head", "[",
	    "/x/file: line 1: Profile definition must end with ']'" },
	{ "a comment before the sign leaves none", "[default]\nk # = v",
	    "/x/file: line 2: Expected an '=' sign defining a property" },
	{ "a name may not be all blanks", "[default]\n= v",
	    "/x/file: line 2: Property did not have a name" },
	{ "a value that is a comment makes what follows sub-properties",
	    "[default]\nk = ; c\n more",
	    "/x/file: line 3: Expected an '=' sign defining a sub-property" },
	{ "a later sub-property needs a name, too",
	    "[default]\nk =\n a = b\n\n\t= v",
	    "/x/file: line 5: Sub-property did not have a name" },
	{ "after nested ones comes a property", "[default]\nk =\n a = b\nwhat",
	    "/x/file: line 4: Expected an '=' sign defining a property" },
	{ "a comment does not make a continuation right",
	    "[default]\n# c\n more",
	    "/x/file: line 3: Expected a property definition, "
	    "found continuation" },
	{ "a mark alone makes no section", "\xef\xbb\xbfk = v",
	    "/x/file: line 1: Expected a profile definition" },
};

static void
error_is_explained(void **state)
{
	const struct error_case *row = *state;
	struct profiles profiles = { 0 };
	struct err err = { 0 };

	assert_int_equal(parse(&profiles, PROFILE_CONFIG, row->text, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text, row->want);
	profiles_free(&profiles);
}

static void
nul_is_refused(void **state)
{
	static char text[] = "[default]\nk = v\0w";
	struct profiles profiles = { 0 };
	struct err err = { 0 };
	const struct buf buf = { text, sizeof(text) - 1, sizeof(text) };

	(void)state;
	assert_int_equal(profiles_parse(&profiles, PROFILE_CONFIG, "f", &buf,
			     &err),
	    -1);
	assert_string_equal(err.text, "f: has a NUL");
	profiles_free(&profiles);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "65 official cases pass", official_cases_pass, NULL);
	UNIT_ADD_ROWS(&unit, value_cases, value_is_found);
	UNIT_ADD_ROWS(&unit, error_cases, error_is_explained);
	unit_add(&unit, "a NUL is refused", nul_is_refused, NULL);
	vectors_report(&unit, "65 profile files: VECTORS folder missing");
	return unit_run(&unit, "profile");
}
