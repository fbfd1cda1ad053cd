/*
 * Resource policies, as ECR keeps them for a repository and for a registry:
 * one statement of ours, found by its Sid, is merged in or taken out, and all
 * others stay as they are, with members that nobody here knows. Pure.
 * Source: the IAM User Guide, "IAM JSON policy elements".
 */
#ifndef AWS_POLICY_H
#define AWS_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/list.h"

enum {
	POLICY_TEXT_MAX = 10240, /* bytes, of either kind of policy */
};

/* A statement of ours. Borrowed; what is not needed is NULL. */
struct policy_statement {
	const char *sid;
	const char *const *actions;    /* until NULL */
	const struct list *principals; /* ARNs, of "AWS" */
	const struct list *resources; /* ARNs; a repository's policy has none */
	/*
	 * With a key, everybody is allowed whom the one condition lets:
	 * {"StringEquals":{"aws:PrincipalOrgID":[values]}}.
	 */
	const char *test, *key; /* its operator, and what it looks at */
	const struct list *values;
};

/* A policy without statements. */
struct cJSON *policy_new(void);

/*
 * The policy in text; its Statement is made an array if it was a single one.
 * The caller frees it with json_free. Errors: ERR_REFUSED, with the place, for
 * what is no policy, and for what could not be written again unchanged.
 */
int policy_parse(const char *text, size_t len, struct cJSON **policy,
    struct err *err);

/*
 * Adds the statement, or to the one of its Sid what that lacks. Errors:
 * ERR_REFUSED if that one is not of the kind: somebody else has changed it.
 */
int policy_merge(struct cJSON *policy, const struct policy_statement *wanted,
    struct err *err);

/*
 * Takes the principals, resources and values out of the statement of that Sid,
 * and the whole of it when none are named, or none is left. Errors: as
 * policy_merge.
 */
int policy_remove(struct cJSON *policy, const struct policy_statement *named,
    struct err *err);

/* Has it no statement? ECR takes no such policy: it is to be deleted. */
bool policy_is_empty(const struct cJSON *policy);

/*
 * Do they mean the same? One text is as good as a list of it, order does not
 * matter, an account is as good as its root, and what has no statement says
 * nothing.
 */
bool policy_is_equal(const struct cJSON *a, const struct cJSON *b);

/* Adds it as text. Errors: ERR_REFUSED, when it is too long for ECR. */
int policy_add_to(struct buf *out, const struct cJSON *policy, struct err *err);

/* Its first statement, or NULL; json_next has the others. */
const struct cJSON *policy_first(const struct cJSON *policy);

/* Adds what a statement of the policy is called: its Sid, or its number. */
void policy_add_name(struct buf *out, const struct cJSON *policy,
    const struct cJSON *statement);

/*
 * The same text, or the same account: its number is as good as its root's ARN.
 */
bool policy_is_same_text(const char *a, const char *b);

/* Adds the texts of a value: itself or its elements. */
void policy_add_texts(struct list *texts, const struct cJSON *value);

/* Sets a member to these texts: to one text, or to a list. */
void policy_set_texts(struct cJSON *object, const char *name,
    const struct list *texts);

/* By Action or NotAction, and their wildcards. */
bool policy_has_action(const struct cJSON *statement, const char *action);

/*
 * The statement that denies the action to all identities of the account, come
 * what may; NULL: none does.
 */
const struct cJSON *policy_find_denial(const struct cJSON *policy,
    const char *account, const char *action);

/* The number of the account that an ARN is in, or that text is; else NULL. */
const char *policy_find_account(const char *text);

#endif
