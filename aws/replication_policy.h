/*
 * What a registry's policy says of replication: whom it lets copy images in,
 * and the statement that lets an account do so. Pure. By the ECR user guide,
 * "Registry permissions examples": the source's root may ecr:ReplicateImage,
 * and ecr:CreateRepository where there is none.
 */
#ifndef AWS_REPLICATION_POLICY_H
#define AWS_REPLICATION_POLICY_H

#include <stdbool.h>

#include "aws/policy.h"
#include "aws/replication.h"

/* Our statement for one source; its Sid has the account in it. */
struct replication_grant {
	struct policy_statement statement; /* borrows from what follows */
	char *sid;
	struct list principals;
	struct list resources;
};

/*
 * The statement that lets the account source copy into repositories of the
 * registry that begin with one of the prefixes (none: any).
 */
void replication_make_grant(const char *source,
    const struct replication_destination *registry, const char *partition,
    const struct list *prefixes, struct replication_grant *grant);

void replication_free_grant(struct replication_grant *grant);

/*
 * Does the policy allow all that the grant does, by whatever statements? What
 * conditions say is not known here; they count as met.
 */
bool replication_is_granted(const struct cJSON *policy, const char *source,
    const struct replication_grant *grant);

/* Adds the accounts that may copy anything in, each once; "*" is any. */
void replication_find_sources(const struct cJSON *policy,
    struct list *accounts);

/* Adds a line for each statement on replication, in words. */
void replication_describe_policy(const struct cJSON *policy,
    struct list *lines);

#endif
