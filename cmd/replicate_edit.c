/* Read, change, write, and read again; see replicate_edit.h. */
#include "cmd/replicate_edit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/diff.h"
#include "base/log.h"

enum {
	ATTEMPTS_MAX = 3,
	SECOND_LOOK_MS = 500,
};

static void
tell(const struct edit *edit, const char *outcome)
{
	log_event(LOG_INFO,
	    LOG_FIELDS({ "document", edit->what }, { "outcome", outcome }),
	    "%s: %s", edit->what, outcome);
}

static void
print_change(const struct edit *edit, const struct cJSON *before,
    const struct cJSON *after)
{
	struct buf old = { 0 }, new = { 0 }, text = { 0 };

	json_add_pretty(&old, before);
	json_add_pretty(&new, after);
	diff_add(&text, old.data, new.data);
	(void)printf("%s\n%s", edit->what, buf_str(&text));
	buf_free(&old);
	buf_free(&new);
	buf_free(&text);
}

/*
 * Writes it; *after is what is there then. What is read back may be a little
 * behind: a difference is looked at twice.
 */
static int
write_document(const struct edit *edit, const struct cJSON *wanted,
    struct cJSON **after, struct err *err)
{
	if (edit->write(edit->side, edit->region, wanted, err) < 0 ||
	    edit->read(edit->side, edit->region, after, err) < 0)
		return -1;
	if (edit->is_equal(*after, wanted))
		return 0;
	json_free(*after);
	*after = NULL;
	clock_sleep_ms(SECOND_LOOK_MS);
	return edit->read(edit->side, edit->region, after, err);
}

/*
 * One attempt; *before is what was read, and becomes what is there now.
 * *is_done says whether that is as it should be.
 */
static int
try_once(const struct edit *edit, struct cJSON **before, bool *is_written,
    bool *is_done, struct err *err)
{
	struct cJSON *wanted = json_copy(*before), *after = NULL;
	int rc = -1;

	if (edit->change(edit->arg, wanted, err) < 0)
		goto out;
	*is_done = edit->is_equal(*before, wanted);
	if (!*is_done && edit->is_dry_run) {
		print_change(edit, *before, wanted);
		*is_written = true;
		*is_done = true;
	} else if (!*is_done) {
		if (write_document(edit, wanted, &after, err) < 0)
			goto out;
		*is_written = true;
		*is_done = edit->is_equal(after, wanted);
		json_free(*before);
		*before = after;
		if (!*is_done)
			log_event(LOG_WARNING, LOG_NO_FIELDS,
			    "%s: is not what was written: somebody else "
			    "changes it, too",
			    edit->what);
	}
	rc = 0;
out:
	json_free(wanted);
	return rc;
}

int
edit_document(const struct edit *edit, struct err *err)
{
	struct cJSON *before = NULL;
	bool is_written = false, is_done = false;
	int rc = edit->read(edit->side, edit->region, &before, err);

	for (int i = 0; rc == 0 && !is_done && i < ATTEMPTS_MAX; i++)
		rc = try_once(edit, &before, &is_written, &is_done, err);
	json_free(before);
	if (rc == 0 && !is_done)
		rc = err_set(err, ERR_RETRY,
		    "%s: somebody else changes it again and again", edit->what);
	if (rc == 0)
		tell(edit,
		    !is_written          ? "as wanted already" :
			edit->is_dry_run ? "would be written (dry run)" :
					   "written");
	return rc;
}
