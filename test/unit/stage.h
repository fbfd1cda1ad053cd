/*
 * What settings are read from: AWS_* variables, and a config file in a folder
 * of its own. stage_set_up goes before a program's first test, stage_tear_down
 * behind its last.
 */
#ifndef TEST_UNIT_STAGE_H
#define TEST_UNIT_STAGE_H

#include <unistd.h>

#include "aws/config.h"
#include "test/unit/unit.h"

extern char **environ;

static char stage_folder[] = "/tmp/test-settings-XXXXXX";
static struct http *stage_http;

static inline int
stage_set_up(void **state)
{
	(void)state;
	stage_http = http_new(1000, 1);
	/* Nobody's home, and no bundle to parse each time. */
	return mkdtemp(stage_folder) == NULL ||
		setenv("HOME", stage_folder, 1) < 0 ||
		setenv("SSL_CERT_DIR", stage_folder, 1) < 0 ?
	    -1 :
	    0;
}

static inline char *
stage_path(const char *name)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/%s", stage_folder, name);
	return buf_take(&path);
}

static inline int
stage_tear_down(void **state)
{
	char *path = stage_path("config");
	int rc = unlink(path);

	(void)state;
	http_free(stage_http);
	mem_free(path);
	return rc < 0 ? rc : rmdir(stage_folder);
}

/* A variable; NULL: it is not. */
static inline void
stage_set(const char *name, const char *value)
{
	assert_int_equal(value == NULL ? unsetenv(name) :
					 setenv(name, value, 1),
	    0);
}

static inline void
stage_write_config(const char *text)
{
	char *path = stage_path("config");
	FILE *file = fopen(path, "w");

	stage_set("AWS_CONFIG_FILE", path);
	if (file == NULL) {
		fail_msg("%s: can't be written", path);
	} else {
		(void)fputs(text, file);
		assert_int_equal(fclose(file), 0);
	}
	mem_free(path);
}

/* Begins anew: no AWS_* variable but the one for a config file of this text. */
static inline void
stage_begin(const char *config)
{
	char **at = environ;

	while (*at != NULL) {
		char *name = xstrndup(*at, strcspn(*at, "="));
		bool is_aws = strncmp(name, "AWS_", 4) == 0;

		if (is_aws)
			stage_set(name, NULL);
		at = is_aws ? environ : at + 1;
		mem_free(name);
	}
	stage_write_config(config);
}

/* What is read now; aws_close it. */
static inline void
stage_open(struct aws *aws)
{
	struct err err = { 0 };

	*aws = (struct aws){ 0 };
	if (aws_open(aws, stage_http, NULL, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void
stage_check_refused(const char *want)
{
	struct aws aws = { 0 };
	struct err err = { 0 };

	assert_int_equal(aws_open(&aws, stage_http, NULL, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text, want);
	aws_close(&aws);
}

/* The text of what may be NULL. */
static inline const char *
stage_text(const char *text)
{
	return text == NULL ? "-" : text;
}

#endif
