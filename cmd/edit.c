/* Read, change, write, and read back; see edit.h. */
#include "cmd/edit.h"

#include <stdio.h>

#include "aws/policy.h"
#include "aws/replication.h"
#include "base/clock.h"
#include "base/diff.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	WRITES_MAX = 3,       /* then somebody else keeps changing it, too */
	SECOND_LOOK_MS = 500, /* after the first one */
};

/* --- The kinds of documents ------------------------------------------------ */

/* ECR takes none that is too long; nobody could change one again that denies. */
static int
check_policy(const struct ecr_resource *resource, const struct cJSON *policy,
    const char *account, struct err *err)
{
	static const char action[] = "ecr:SetRepositoryPolicy";
	const struct cJSON *denial = NULL;
	struct buf text = { 0 };
	int rc;

	if (resource->repository != NULL && account != NULL)
		denial = policy_find_denial(policy, account, action);
	if (denial == NULL) {
		rc = policy_add_to(&text, policy, err);
	} else {
		policy_add_name(&text, policy, denial);
		rc = err_set(err, ERR_REFUSED,
		    "%s denies %s to account %s, which owns the repository: "
		    "nobody could change the policy again",
		    text.data, action, account);
	}
	buf_free(&text);
	return rc;
}

/* A policy without statements stands for none. */
static void
add_policy(struct buf *out, const struct cJSON *policy)
{
	if (!policy_is_empty(policy))
		json_add_pretty(out, policy);
}

static const struct kind {
	int (*fetch)(const struct ecr_resource *resource, char **account,
	    struct cJSON **document, struct err *err);
	int (*write)(const struct ecr_resource *resource,
	    const struct cJSON *document, struct err *err);
	bool (*is_equal)(const struct cJSON *a, const struct cJSON *b);
	/* May it be written, for the account that owns it? NULL: always. */
	int (*check)(const struct ecr_resource *resource,
	    const struct cJSON *document, const char *account, struct err *err);
	void (*add_text)(struct buf *out, const struct cJSON *document);
} kinds[] = {
	[EDIT_POLICY] = {
	    .fetch = ecr_fetch_policy,
	    .write = ecr_write_policy,
	    .is_equal = policy_is_equal,
	    .check = check_policy,
	    .add_text = add_policy,
	},
	[EDIT_REPLICATION] = {
	    .fetch = ecr_fetch_replication,
	    .write = ecr_write_replication,
	    .is_equal = replication_is_equal,
	    .add_text = json_add_pretty,
	},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == EDIT__N,
    "a kind of document has no functions");

/* --- One that is to be changed --------------------------------------------- */

/* What is there, and what is to be there instead; NULL if that is the same. */
struct look {
	struct cJSON *now, *wanted;
};

static void
free_look(struct look *look)
{
	json_free(look->now);
	json_free(look->wanted);
	*look = (struct look){ 0 };
}

static int
look_at(const struct edit *edit, struct look *look, struct err *err)
{
	const struct kind *kind = &kinds[edit->kind];
	char *account = NULL;
	int rc = -1;

	free_look(look);
	if (kind->fetch(edit->resource, &account, &look->now, err) < 0)
		return -1;
	look->wanted = json_copy(look->now);
	if (edit->change(edit->wish, look->wanted, err) < 0)
		goto out;
	if (kind->is_equal(look->now, look->wanted)) {
		json_free(look->wanted);
		look->wanted = NULL;
	} else if (kind->check != NULL &&
	    kind->check(edit->resource, look->wanted, account, err) < 0) {
		goto out;
	}
	rc = 0;
out:
	mem_free(account);
	return rc;
}

/* What is read back may be a little behind: a difference is looked at twice. */
static int
read_back(const struct edit *edit, const struct cJSON *written,
    struct look *look, struct err *err)
{
	const struct kind *kind = &kinds[edit->kind];

	if (look_at(edit, look, err) < 0)
		return -1;
	if (kind->is_equal(look->now, written))
		return 0;
	clock_sleep_ms(SECOND_LOOK_MS);
	if (look_at(edit, look, err) < 0)
		return -1;
	if (!kind->is_equal(look->now, written))
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%s: what is read back is not what was written: somebody "
		    "else changes it, too; it %s",
		    edit->what,
		    look->wanted == NULL ? "is as wanted all the same" :
					   "has to be changed once more");
	return 0;
}

static int
write_until_wanted(const struct edit *edit, struct look *look, struct err *err)
{
	for (int writes = 0; look->wanted != NULL; writes++) {
		struct cJSON *written = look->wanted;
		int rc;

		if (writes == WRITES_MAX)
			return err_set(err, ERR_RETRY,
			    "it was written %d times, and each time it was "
			    "replaced by somebody else's",
			    WRITES_MAX);
		look->wanted = NULL;
		rc = kinds[edit->kind].write(edit->resource, written, err);
		if (rc == 0)
			rc = read_back(edit, written, look, err);
		json_free(written);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void
print_difference(const struct edit *edit, const struct look *look)
{
	struct buf before = { 0 }, after = { 0 }, text = { 0 };

	kinds[edit->kind].add_text(&before, look->now);
	kinds[edit->kind].add_text(&after, look->wanted);
	diff_add(&text, buf_str(&before), buf_str(&after));
	(void)printf("%s\n%s", edit->what, buf_str(&text));
	buf_free(&before);
	buf_free(&after);
	buf_free(&text);
}

int
edit_document(const struct edit *edit, struct cJSON **document,
    bool *is_changed, struct err *err)
{
	struct look look = { 0 };
	int rc = look_at(edit, &look, err);
	bool is_needed = look.wanted != NULL;

	if (rc == 0 && is_needed && edit->is_dry_run)
		print_difference(edit, &look);
	else if (rc == 0)
		rc = write_until_wanted(edit, &look, err);
	if (rc == 0) {
		*is_changed = is_needed;
		*document =
		    json_copy(look.wanted != NULL ? look.wanted : look.now);
	} else {
		err_wrap(err, "%s", edit->what);
	}
	free_look(&look);
	return rc;
}
