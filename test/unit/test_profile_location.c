/* Where the shared config and credentials files are, and reading them. */
#include "aws/profile_file.h"

#include "test/unit/vectors.h"

enum {
	CASES = 9,
	NOT_OURS =
	    5, /* of them: for Windows, where this program does not run */
};

static void
set_variable(const char *name, const char *value)
{
	if (value == NULL)
		assert_int_equal(unsetenv(name), 0);
	else
		assert_int_equal(setenv(name, value, 1), 0);
}

static void
check_path(enum profile_file file, const char *set, const char *home,
    const char *want)
{
	char *path = profile_file_path(file, set, home);

	if (want == NULL)
		assert_null(path);
	else if (path == NULL)
		fail_msg("no path");
	else
		assert_string_equal(path, want);
	mem_free(path);
}

static void
check_profile(const char *set, const char *want, const char *want_origin)
{
	const char *origin = NULL;
	struct err err;
	char *name = NULL;

	set_variable("AWS_PROFILE", set);
	assert_int_equal(profile_file_choose(&name, &origin, &err), 0);
	assert_string_equal(name, want);
	assert_string_equal(origin, want_origin);
	mem_free(name);
}

static void
official_cases_pass(void **state)
{
	struct cJSON *vectors;
	const struct cJSON *item;
	size_t n = 0, not_ours = 0;

	(void)state;
	vectors_need();
	vectors = vectors_parse("credentials/file-location-tests.json");
	for (item = json_first(json_get(vectors, "tests")); item != NULL;
	    item = json_next(item)) {
		const struct cJSON *env = json_get(item, "environment");
		const char *home = json_get_text(env, "HOME");
		const char *profile = json_get_text(item, "profile");

		n++;
		if (strcmp(vectors_text(item, "platform"), "windows") == 0) {
			not_ours++;
			continue;
		}
		check_path(PROFILE_CONFIG,
		    json_get_text(env, "AWS_CONFIG_FILE"), home,
		    vectors_text(item, "configLocation"));
		check_path(PROFILE_CREDENTIALS,
		    json_get_text(env, "AWS_SHARED_CREDENTIALS_FILE"), home,
		    vectors_text(item, "credentialsLocation"));
		check_profile(json_get_text(env, "AWS_PROFILE"),
		    profile != NULL ? profile : "default",
		    json_get_text(env, "AWS_PROFILE") != NULL ? "AWS_PROFILE" :
								"default");
	}
	assert_int_equal(n, CASES);
	assert_int_equal(not_ours, NOT_OURS);
	json_free(vectors);
}

static const struct path_case {
	const char *name, *set, *home;
	const char *want; /* NULL: there is no such file */
} path_cases[] = {
	{ "a tilde before a slash is home", "~/aws/c", "/h/u", "/h/u/aws/c" },
	{ "a tilde alone is home", "~", "/h/u", "/h/u" },
	{ "a tilde before a name is none", "~user/c", "/h/u", "~user/c" },
	{ "a tilde further on is none", "/a/~/c", "/h/u", "/a/~/c" },
	{ "a path may be relative", "c", "/h/u", "c" },
	{ "without home there is no usual place", NULL, NULL, NULL },
	{ "without home a tilde leads nowhere", "~/c", NULL, NULL },
	{ "without home a whole path will do", "/a/c", NULL, "/a/c" },
	{ "home may be the root", NULL, "", "/.aws/config" },
};

static void
path_is_found(void **state)
{
	const struct path_case *row = *state;

	check_path(PROFILE_CONFIG, row->set, row->home, row->want);
}

static void
profile_is_chosen(void **state)
{
	(void)state;
	set_variable("AWS_DEFAULT_PROFILE", "old");
	check_profile(NULL, "old", "AWS_DEFAULT_PROFILE");
	check_profile("new", "new", "AWS_PROFILE");
	check_profile("", "old", "AWS_DEFAULT_PROFILE");
	set_variable("AWS_DEFAULT_PROFILE", NULL);
	check_profile("", "default", "default");
	check_profile(NULL, "default", "default");
}

/* --- Files in a folder of their own -------------------------------------- */

static char folder[] = "/tmp/test-profile-XXXXXX";

static void
write_file(const char *name, const char *text)
{
	struct buf path = { 0 };
	FILE *file;

	buf_addf(&path, "%s/%s", folder, name);
	file = fopen(buf_str(&path), "w");
	if (file == NULL) {
		fail_msg("%s: can't be written", buf_str(&path));
		return;
	}
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	buf_free(&path);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || setenv("HOME", folder, 1) < 0 ? -1 :
									  0;
}

static int
tear_down(void **state)
{
	struct buf path = { 0 };

	(void)state;
	buf_addf(&path, "%s/config", folder);
	(void)unlink(buf_str(&path));
	buf_clear(&path);
	buf_addf(&path, "%s/credentials", folder);
	(void)unlink(buf_str(&path));
	buf_free(&path);
	return rmdir(folder);
}

/* What k of the profile p is, or how the load fails; the variables as given. */
static void
check_load(const char *config, const char *credentials, const char *want,
    const char *want_err)
{
	struct profiles profiles = { 0 };
	struct err err = { 0 };
	const char *got;
	int rc;

	set_variable("AWS_CONFIG_FILE", config);
	set_variable("AWS_SHARED_CREDENTIALS_FILE", credentials);
	rc = profiles_load(&profiles, &err);
	if (want_err != NULL) {
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text, want_err));
	} else if (rc < 0) {
		fail_msg("%s", err.text);
	} else {
		got = profiles_get(&profiles, PROFILE_PROFILE, "p", "k");
		assert_string_equal(got == NULL ? "(none)" : got, want);
	}
	profiles_free(&profiles);
}

static void
files_are_read(void **state)
{
	(void)state;
	write_file("config", "[profile p]\nk = config\n");
	write_file("credentials", "[p]\nk = credentials\n");
	check_load(NULL, NULL, "(none)", NULL);
	check_load("~/config", NULL, "config", NULL);
	check_load("~/config", "~/credentials", "credentials", NULL);
	check_load("~/missing", "~/credentials", "credentials", NULL);
	check_load("~/config/below", "~/credentials", "credentials", NULL);
	check_load("~/config", "/dev/null", "config", NULL);
	check_load("~", NULL, NULL, "not a regular file");
	check_load("~/config", "~/config", "config", NULL);
}

static void
broken_files_are_named(void **state)
{
	(void)state;
	write_file("config", "[profile p]\nk = config\n");
	write_file("credentials", "\n[p]\nk\n");
	check_load("~/config", "~/credentials", NULL,
	    "/credentials: line 3: Expected an '=' sign");
}

/* A place that can't be looked into matters only to those who name it. */
static void
barred_places_are_told_apart(void **state)
{
	struct buf loop = { 0 };

	(void)state;
	buf_addf(&loop, "%s/loop", folder);
	assert_int_equal(symlink(buf_str(&loop), buf_str(&loop)), 0);
	check_load("~/loop/config", NULL, NULL, "/loop/config: ");
	set_variable("HOME", buf_str(&loop));
	check_load(NULL, NULL, "(none)", NULL);
	set_variable("HOME", folder);
	assert_int_equal(unlink(buf_str(&loop)), 0);
	buf_free(&loop);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	unit_add(&unit, "4 official cases pass, 5 are for Windows",
	    official_cases_pass, NULL);
	UNIT_ADD_ROWS(&unit, path_cases, path_is_found);
	unit_add(&unit, "the profile is chosen by its variables",
	    profile_is_chosen, NULL);
	unit_add(&unit, "files are read", files_are_read, NULL);
	unit_add(&unit, "broken files are named", broken_files_are_named, NULL);
	unit_add(&unit, "only a named place must be one to look into",
	    barred_places_are_told_apart, NULL);
	unit.tests[unit.n - 3].setup_func = set_up;
	unit.tests[unit.n - 1].teardown_func = tear_down;
	vectors_report(&unit, "9 file locations: VECTORS folder missing");
	return unit_run(&unit, "profile_location");
}
