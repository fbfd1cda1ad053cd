/* One repository's policy is changed as grant wants it. */
#include "cmd/grant/write.h"

#include "aws/policy.h"
#include "base/log.h"
#include "cmd/edit.h"
#include "registry/pull_rights.h"

static int
change_policy(const void *wish, struct cJSON *policy, struct err *err)
{
	return grant_wish_apply(wish, policy, err);
}

/* An explicit denial outweighs what is granted. */
static void
warn_of_denials(const struct grant_job *job, const struct cJSON *policy)
{
	const struct list *principals = &job->wish->principals;

	for (size_t i = 0; i < principals->n; i++) {
		const char *arn = principals->items[i];
		const struct cJSON *denial = policy_find_denial(policy,
		    policy_find_account(arn), PULL_MANIFEST);
		struct buf name = { 0 };

		if (denial == NULL || job->wish->is_removal)
			continue;
		policy_add_name(&name, policy, denial);
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%s: %s, which is not ours, still denies pulls to %s",
		    job->repository->repository, name.data, arn);
		buf_free(&name);
	}
}

static void
tell(const struct grant_job *job, const struct cJSON *policy, bool is_changed,
    struct report *report)
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
	if (is_changed && policy_is_empty(policy))
		buf_add_str(&details, ", and nothing else: it is deleted");
	report_document(report,
	    &(struct report_document){
		.name = job->repository->repository,
		.details = details.data,
		.is_dry_run = job->is_dry_run,
		.is_unchanged = !is_changed,
	    });
	buf_free(&who);
	buf_free(&details);
}

int
grant_write(const struct grant_job *job, struct report *report, struct err *err)
{
	struct cJSON *policy = NULL;
	bool is_changed = false;

	if (edit_document(
		&(struct edit){
		    .what = job->repository->repository,
		    .resource = job->repository,
		    .kind = EDIT_POLICY,
		    .change = change_policy,
		    .wish = job->wish,
		    .is_dry_run = job->is_dry_run,
		},
		&policy, &is_changed, err) < 0)
		return -1;
	tell(job, policy, is_changed, report);
	warn_of_denials(job, policy);
	json_free(policy);
	return 0;
}
