/*
 * The test vectors, which are not in this tree: the variable VECTORS names
 * their folder. Without it the tests that need them are skipped, and a closing
 * line names what was not run; with ECR_SECRET_REQUIRE_VECTORS=1 they fail.
 */
#ifndef TEST_UNIT_VECTORS_H
#define TEST_UNIT_VECTORS_H

#include <stdbool.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "test/unit/unit.h"

enum {
	VECTORS_FILE_MAX = 1024 * 1024, /* the largest has 200 KB */
};

static inline const char *
vectors_folder(void)
{
	const char *set = getenv("VECTORS");

	return set != NULL && set[0] != '\0' ? set : "../shared/vectors";
}

static inline bool
vectors_are_required(void)
{
	const char *set = getenv("ECR_SECRET_REQUIRE_VECTORS");

	return set != NULL && strcmp(set, "1") == 0;
}

/* Called first in each test that needs them. */
static inline void
vectors_need(void)
{
	if (access(vectors_folder(), R_OK) == 0)
		return;
	if (vectors_are_required())
		fail_msg("%s: required, but missing", vectors_folder());
	skip();
}

/* Says at the end which cases the skipped tests would have run. */
static inline void
vectors_report(struct unit *unit, const char *cases_missing)
{
	if (access(vectors_folder(), R_OK) != 0)
		unit->not_run = cases_missing;
}

/* A whole file below the folder; the test fails without it. */
static inline void
vectors_read(const char *path, struct buf *text)
{
	struct buf full = { 0 };
	struct err err;

	buf_addf(&full, "%s/%s", vectors_folder(), path);
	if (file_read(full.data, VECTORS_FILE_MAX, text, &err) < 0)
		fail_msg("%s", err.text);
	buf_free(&full);
}

/* The same as JSON, which the caller frees with json_free. */
static inline struct cJSON *
vectors_parse(const char *path)
{
	struct buf text = { 0 };
	struct cJSON *json;

	vectors_read(path, &text);
	json = json_parse(buf_str(&text), text.len);
	if (json == NULL)
		fail_msg("%s: not JSON", path);
	buf_free(&text);
	return json;
}

/* A member that must be there. */
static inline const char *
vectors_text(const struct cJSON *object, const char *name)
{
	const char *text = json_get_text(object, name);

	if (text == NULL)
		fail_msg("no \"%s\" in the vector", name);
	return text;
}

#endif
