/*
 * What grant is to write: who may pull, or push too, as statements of a
 * repository's policy, each with a Sid of ours; and the policy that the other
 * side needs. Pure.
 */
#ifndef CMD_GRANT_WISH_H
#define CMD_GRANT_WISH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/list.h"

struct grant_wish {
	struct list principals;    /* ARNs */
	struct list organisations; /* "o-..." */
	bool has_push;
	bool is_removal;
};

/* Is it an account, an IAM ARN of a root, role or user, or "org:o-..."? */
bool grant_wish_is_principal(const char *text);

/*
 * Adds a principal that was checked; an account by its root in the partition.
 * Errors: ERR_USAGE for an ARN of another partition.
 */
int grant_wish_add(struct grant_wish *wish, const char *text,
    const char *partition, struct err *err);

/*
 * Changes the policy: principals come into our statement for a pull, or that
 * for a pull and a push; a removal takes them out of both, or with has_push
 * out of the latter alone, and without any takes out the statements. Errors:
 * as policy_merge.
 */
int grant_wish_apply(const struct grant_wish *wish, struct cJSON *policy,
    struct err *err);

/* Adds "account 111122223333 and organisation o-1 may pull and push". */
void grant_wish_add_words(const struct grant_wish *wish, struct buf *out);

/* Adds a principal in words: "account 111122223333", "role ARN". */
void grant_wish_add_principal(struct buf *out, const char *text);

/* Is it the Sid of a statement of ours? */
bool grant_wish_is_sid(const char *sid);

/* What a push asks of ECR besides; NULL at the end. */
extern const char *const grant_push_actions[];

/*
 * Adds the identity policy of who pulls, or pushes too, for the resources:
 * ARNs, which may have wildcards.
 */
void grant_wish_add_identity_policy(struct buf *out,
    const struct list *resources, bool has_push);

void grant_wish_free(struct grant_wish *wish);

#endif
