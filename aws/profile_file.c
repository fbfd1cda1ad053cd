/* Finds and reads the shared config and credentials files. */
#include "aws/profile_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"

enum {
	FILE_MAX = 8 * 1024 * 1024, /* 10,000 long profiles have 4 MB */
	CACHE_MAX = 256 * 1024,     /* tokens have no documented limit */
};

static const struct {
	const char *variable, *usual;
} places[] = {
	[PROFILE_CONFIG] = { "AWS_CONFIG_FILE", "~/.aws/config" },
	[PROFILE_CREDENTIALS] = { "AWS_SHARED_CREDENTIALS_FILE",
	    "~/.aws/credentials" },
};

/* NULL if home would be needed, but is NULL. */
static char *
expand(const char *path, const char *home)
{
	struct buf full = { 0 };

	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		if (home == NULL)
			return NULL;
		buf_add_str(&full, home);
		path++;
	}
	buf_add_str(&full, path);
	return buf_take(&full);
}

char *
profile_file_path(enum profile_file file, const char *set, const char *home)
{
	return expand(set != NULL ? set : places[file].usual, home);
}

int
profile_file_choose(char **name, const char **origin, struct err *err)
{
	static const char *const variables[] = { "AWS_PROFILE",
		"AWS_DEFAULT_PROFILE" };

	for (size_t i = 0; i < 2 && *name == NULL; i++) {
		*origin = variables[i];
		if (env_get(variables[i], name, err) < 0)
			return -1;
	}
	if (*name == NULL)
		*name = xstrdup(*origin = "default");
	return 0;
}

/*
 * Is nothing there to read? In a pod the usual place may be one that the user
 * can't look into; /dev/null is how people say that there shall be no file.
 */
static bool
is_missing(const char *path, bool is_usual)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return is_usual || errno == ENOENT || errno == ENOTDIR;
	return S_ISCHR(st.st_mode);
}

/* *path is NULL if there is no such file. */
static int
read_file(enum profile_file file, char **path, struct buf *text,
    struct err *err)
{
	char *set = NULL, *home = NULL, *found = NULL;
	int rc = -1;

	if (env_get(places[file].variable, &set, err) < 0 ||
	    env_get("HOME", &home, err) < 0)
		goto out;
	found = profile_file_path(file, set, home);
	if (found != NULL && !is_missing(found, set == NULL)) {
		if (file_read(found, FILE_MAX, text, err) < 0)
			goto out;
		*path = found;
		found = NULL;
	}
	rc = 0;
out:
	mem_free(set);
	mem_free(home);
	mem_free(found);
	return rc;
}

static int
load(struct profiles *profiles, enum profile_file file, struct err *err)
{
	struct buf text = { 0 };
	char *path = NULL;
	int rc = read_file(file, &path, &text, err);

	if (rc == 0 && path != NULL)
		rc = profiles_parse(profiles, file, path, &text, err);
	mem_free(path);
	buf_free(&text);
	return rc;
}

int
profile_file_add_texts(struct buf *out, struct err *err)
{
	for (enum profile_file file = PROFILE_CONFIG;
	    file <= PROFILE_CREDENTIALS; file++) {
		struct buf text = { 0 };
		char *path = NULL;

		if (read_file(file, &path, &text, err) < 0)
			return -1;
		buf_addf(out, "%d:%zu:%s", file, text.len, buf_str(&text));
		mem_free(path);
		buf_free(&text);
	}
	return 0;
}

int
profile_file_read_cache(const char *path, struct buf *text, struct err *err)
{
	char *home = NULL, *full = NULL;
	int rc = -1;

	if (env_get("HOME", &home, err) < 0)
		goto out;
	full = expand(path, home);
	if (full == NULL)
		(void)err_set(err, ERR_CONFIG, "%s: HOME is not set", path);
	else
		rc = file_read(full, CACHE_MAX, text, err);
out:
	mem_free(home);
	mem_free(full);
	return rc;
}

int
profiles_load(struct profiles *profiles, struct err *err)
{
	if (load(profiles, PROFILE_CONFIG, err) < 0)
		return -1;
	return load(profiles, PROFILE_CREDENTIALS, err);
}
