/* The sections of the shared files: which file said what, and many of them. */
#include "aws/profile_table.h"

#include "test/unit/profiles.h"

/* NULL: it is absent. */
static void
check_text(const char *got, const char *want)
{
	if (got == NULL || want == NULL)
		assert_ptr_equal(got, want);
	else
		assert_string_equal(got, want);
}

static const struct file_case {
	const char *name, *key, *config, *credentials, *merged;
} file_cases[] = {
	{ "each file has its own value", "both", "1", "2", "2" },
	{ "the config file may be alone", "first", "3", NULL, "3" },
	{ "the credentials file may be alone", "second", NULL, "4", "4" },
	{ "an empty value is one", "empty", "5", "", "" },
	{ "neither has what is not there", "none", NULL, NULL, NULL },
	{ "each file has its own nested ones", "s3.k", "6", NULL, NULL },
};

static void
file_is_asked_alone(void **state)
{
	const struct file_case *row = *state;
	struct profiles profiles = { 0 };

	parse_profiles(&profiles, PROFILE_CONFIG,
	    "[default]\nboth = 1\nfirst = 3\nempty = 5\ns3 =\n k = 6\n");
	parse_profiles(&profiles, PROFILE_CREDENTIALS,
	    "[default]\nboth = 2\nsecond = 4\nempty =\ns3 =\n j = 8\n");
	check_text(profiles_get_from(&profiles, PROFILE_CONFIG, "default",
		       row->key),
	    row->config);
	check_text(profiles_get_from(&profiles, PROFILE_CREDENTIALS, "default",
		       row->key),
	    row->credentials);
	check_text(profiles_get(&profiles, PROFILE_PROFILE, "default",
		       row->key),
	    row->merged);
	profiles_free(&profiles);
}

static void
nothing_is_asked(void **state)
{
	const struct profiles profiles = { 0 };

	(void)state;
	assert_null(profiles_get_from(&profiles, PROFILE_CONFIG, "a", "k"));
	assert_false(profiles_has(&profiles, PROFILE_PROFILE, "a"));
}

/* Over each size at which it grows; the second file adds to what is there. */
static void
many_sections_stay(void **state)
{
	struct profiles profiles = { 0 };
	struct buf config = { 0 }, credentials = { 0 }, name = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		buf_addf(&config, "[profile p%d]\nk = v%d\n", i, i);
		buf_addf(&credentials, "[p%d]\nk = w%d\n", 2 * i, i);
	}
	parse_profiles(&profiles, PROFILE_CONFIG, buf_str(&config));
	parse_profiles(&profiles, PROFILE_CREDENTIALS, buf_str(&credentials));
	assert_int_equal(profiles.n, 1500);
	for (int i = 0; i < 1000; i++) {
		const char *got;

		buf_clear(&name);
		buf_addf(&name, "p%d", i);
		got = profiles_get_from(&profiles, PROFILE_CONFIG,
		    buf_str(&name), "k");
		assert_int_equal(strtol(got + 1, NULL, 10), i);
		assert_int_equal(got[0], 'v');
		got = profiles_get(&profiles, PROFILE_PROFILE, buf_str(&name),
		    "k");
		assert_int_equal(got[0], i % 2 == 0 ? 'w' : 'v');
	}
	/* These are new in the second file. */
	assert_null(profiles_get_from(&profiles, PROFILE_CONFIG, "p1998", "k"));
	assert_string_equal(profiles_get_from(&profiles, PROFILE_CREDENTIALS,
				"p1998", "k"),
	    "w999");
	buf_free(&config);
	buf_free(&credentials);
	buf_free(&name);
	profiles_free(&profiles);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, file_cases, file_is_asked_alone);
	unit_add(&unit, "nothing is asked", nothing_is_asked, NULL);
	unit_add(&unit, "a thousand sections stay", many_sections_stay, NULL);
	return unit_run(&unit, "profile_table");
}
