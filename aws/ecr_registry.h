/*
 * What ECR keeps for a private registry as a whole, one of which each account
 * has in each region: its replication configuration and its policy. Only an
 * identity of the account can read and write them. By the ECR API Reference.
 */
#ifndef AWS_ECR_REGISTRY_H
#define AWS_ECR_REGISTRY_H

#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/json.h"

/* A registry, and who asks it. Borrowed. */
struct ecr_registry {
	const char *region;
	const char *account; /* of its repositories; NULL: the caller's own */
	const struct creds *creds;
};

/*
 * Reads whose registry the caller's own is, unless account is NULL, and its
 * replication configuration, checked. The caller frees both, with mem_free and
 * json_free. Errors: as ecr_api_ask; ERR_DATA for a configuration that we
 * don't understand, ERR_REFUSED for one that could not be written again
 * unchanged.
 */
int ecr_fetch_replication(struct aws *aws, const struct ecr_registry *registry,
    char **account, struct cJSON **configuration, struct err *err);
int ecr_write_replication(struct aws *aws, const struct ecr_registry *registry,
    const struct cJSON *configuration, struct err *err);

/*
 * The same for the policy of the caller's own registry; without one, a policy
 * without statements, which is written by deleting it. Errors: as ecr_api_ask,
 * policy_parse and policy_add_to; ERR_DATA for an answer without a policy.
 */
int ecr_fetch_registry_policy(struct aws *aws,
    const struct ecr_registry *registry, struct cJSON **policy,
    struct err *err);
int ecr_write_registry_policy(struct aws *aws,
    const struct ecr_registry *registry, const struct cJSON *policy,
    struct err *err);

#endif
