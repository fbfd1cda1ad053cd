/* One repository's policy is changed as grant wants it. */
#include "cmd/grant_write.h"

#include <stdio.h>

#include "aws/policy.h"
#include "base/clock.h"
#include "base/diff.h"
#include "base/log.h"

enum {
	WRITES_MAX = 3,       /* then somebody else keeps changing it, too */
	SECOND_LOOK_MS = 250, /* after the first one */
};

/* What is wanted instead of the policy that is stored. */
struct change {
	struct cJSON *wanted;
	struct buf text; /* as it is sent; empty: the policy is to be deleted */
	bool is_none;    /* all is as wanted */
};

static void
free_change(struct change *change)
{
	json_free(change->wanted);
	buf_free(&change->text);
	*change = (struct change){ 0 };
}

/* A policy that nobody could change again is not written, whoever made it. */
static int
check_owner(const struct cJSON *policy, const char *account, struct err *err)
{
	const struct cJSON *denial = account == NULL ?
	    NULL :
	    policy_find_denial(policy, account, "ecr:SetRepositoryPolicy");
	struct buf name = { 0 };

	if (denial == NULL)
		return 0;
	policy_add_name(&name, policy, denial);
	(void)err_set(err, ERR_REFUSED,
	    "%s denies ecr:SetRepositoryPolicy to account %s, which owns the "
	    "repository: nobody could change the policy again",
	    name.data, account);
	buf_free(&name);
	return -1;
}

static int
make_change(const struct grant_job *job, const struct ecr_policy *stored,
    struct change *change, struct err *err)
{
	const struct cJSON *had = stored->document;

	change->wanted = had != NULL ? json_copy(had) : policy_new();
	if (grant_wish_apply(job->wish, change->wanted, err) < 0)
		return -1;
	change->is_none = had != NULL ? policy_is_equal(had, change->wanted) :
					policy_is_empty(change->wanted);
	if (change->is_none || policy_is_empty(change->wanted))
		return 0;
	if (check_owner(change->wanted, stored->account, err) < 0)
		return -1;
	return policy_add_to(&change->text, change->wanted, err);
}

static void
print_difference(const struct grant_job *job, const struct ecr_policy *stored,
    const struct change *change)
{
	struct buf before = { 0 }, after = { 0 }, out = { 0 };

	if (stored->document != NULL)
		json_add_pretty(&before, stored->document);
	if (change->text.len > 0)
		json_add_pretty(&after, change->wanted);
	diff_add(&out, buf_str(&before), buf_str(&after));
	(void)printf("%s\n%s", job->repository, buf_str(&out));
	buf_free(&before);
	buf_free(&after);
	buf_free(&out);
}

/* An explicit denial outweighs what is granted. */
static void
warn_of_denials(const struct grant_job *job, const struct cJSON *policy)
{
	const struct list *principals = &job->wish->principals;

	for (size_t i = 0; i < principals->n; i++) {
		const char *arn = principals->items[i];
		const struct cJSON *denial = policy_find_denial(policy,
		    policy_find_account(arn), grant_pull_actions[0]);
		struct buf name = { 0 };

		if (denial == NULL || job->wish->is_removal)
			continue;
		policy_add_name(&name, policy, denial);
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%s: %s, which is not ours, still denies pulls to %s",
		    job->repository, name.data, arn);
		buf_free(&name);
	}
}

static void
tell(const struct grant_job *job, const struct change *change,
    bool is_unchanged, struct report *report)
{
	const struct grant_wish *wish = job->wish;
	struct buf who = { 0 }, details = { 0 };

	grant_wish_add_words(wish, &who);
	if (!wish->is_removal)
		buf_addf(&details, "%s may %s", buf_str(&who),
		    wish->has_push ? "pull and push" : "pull");
	else if (who.len == 0)
		buf_add_str(&details, "no statement of ours is in it");
	else
		buf_addf(&details, "no statement of ours lets %s %s", who.data,
		    wish->has_push ? "push" : "pull");
	if (change->text.len == 0 && !is_unchanged)
		buf_add_str(&details, ", and nothing else: it is deleted");
	report_document(report,
	    &(struct report_document){
		.name = job->repository,
		.details = details.data,
		.is_dry_run = job->is_dry_run,
		.is_unchanged = is_unchanged,
	    });
	if (change->wanted != NULL)
		warn_of_denials(job, change->wanted);
	buf_free(&who);
	buf_free(&details);
}

/* What is read back after a write is what was written, or somebody wrote too. */
static void
compare(const struct grant_job *job, const struct cJSON *written,
    const struct cJSON *stored, bool is_wanted)
{
	bool is_same = policy_is_empty(written) ?
	    stored == NULL :
	    stored != NULL && policy_is_equal(written, stored);

	if (is_same)
		return;
	log_event(LOG_WARNING, LOG_NO_FIELDS,
	    "%s: the policy that is read back is not the one that was "
	    "written: somebody else changes it, too; %s",
	    job->repository,
	    is_wanted ? "it is as wanted all the same" :
			"it is changed once more");
}

/* The stored policy becomes the one that is there now, and what it lacks. */
static int
read_again(const struct grant_job *job, struct ecr_policy *stored,
    struct change *change, struct err *err)
{
	ecr_policy_free(stored);
	free_change(change);
	if (ecr_fetch_policy(job->aws, job->registry, job->repository, stored,
		err) < 0)
		return -1;
	return make_change(job, stored, change, err);
}

/* What is read back may be a little behind: a difference is looked at twice. */
static int
read_back(const struct grant_job *job, struct ecr_policy *stored,
    const struct cJSON *written, struct change *change, struct err *err)
{
	if (read_again(job, stored, change, err) < 0)
		return -1;
	if (!change->is_none) {
		clock_sleep_ms(SECOND_LOOK_MS);
		if (read_again(job, stored, change, err) < 0)
			return -1;
	}
	compare(job, written, stored->document, change->is_none);
	return 0;
}

static int
put(const struct grant_job *job, const struct change *change, struct err *err)
{
	return ecr_write_policy(job->aws, job->registry, job->repository,
	    change->text.len > 0 ? change->text.data : NULL, err);
}

/*
 * Reads, writes and reads back until all is as wanted; *last is the change that
 * was written last, none if that was not needed.
 */
static int
write_until_wanted(const struct grant_job *job, struct ecr_policy *stored,
    struct change *last, struct err *err)
{
	for (int writes = 0;; writes++) {
		struct change change = { 0 };
		int rc = writes == 0 ?
		    read_again(job, stored, &change, err) :
		    read_back(job, stored, last->wanted, &change, err);

		if (rc == 0 && !change.is_none && writes == WRITES_MAX)
			rc = err_set(err, ERR_RETRY,
			    "the policy was written %d times, and each time it "
			    "was replaced by somebody else's",
			    WRITES_MAX);
		else if (rc == 0 && !change.is_none)
			rc = put(job, &change, err);
		if (rc < 0 || change.is_none) {
			free_change(&change);
			return rc;
		}
		free_change(last);
		*last = change;
	}
}

int
grant_write(const struct grant_job *job, struct ecr_policy *stored,
    struct report *report, struct err *err)
{
	struct change change = { 0 };
	bool is_unchanged;
	int rc = make_change(job, stored, &change, err);

	is_unchanged = change.is_none;
	if (rc == 0 && !is_unchanged && job->is_dry_run) {
		print_difference(job, stored, &change);
	} else if (rc == 0 && !is_unchanged) {
		free_change(&change);
		rc = write_until_wanted(job, stored, &change, err);
		/* Somebody else may have done it since the first look. */
		is_unchanged = change.wanted == NULL;
	}
	if (rc == 0)
		tell(job, &change, is_unchanged, report);
	else
		err_wrap(err, "%s", job->repository);
	free_change(&change);
	return rc;
}
