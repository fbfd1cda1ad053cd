/*
 * A private registry, one of which each account has in each region, and its
 * repositories: their names, and the documents that ECR replaces as a whole.
 * By the ECR API Reference.
 */
#ifndef AWS_ECR_REGISTRY_H
#define AWS_ECR_REGISTRY_H

#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/json.h"
#include "base/list.h"

/* A registry, or a repository in it, and who asks there. Borrowed. */
struct ecr_resource {
	struct aws *aws;
	const struct creds *creds;
	const char *region;
	const char *account; /* of the repositories; NULL: the caller's own */
	const char
	    *repository; /* NULL: the registry itself, the caller's own */
};

/* Adds the names of all repositories. Errors: as ecr_api_list. */
int ecr_list_repositories(const struct ecr_resource *registry,
    struct list *names, struct err *err);

/*
 * Reads the policy of a repository or of the registry, which is one without
 * statements where there is none; and, unless account is NULL, whose it is, or
 * NULL where that is not said. The caller frees both, with json_free and
 * mem_free. Errors: as ecr_api_ask and policy_parse; ERR_DATA for an answer
 * without a policy.
 */
int ecr_fetch_policy(const struct ecr_resource *resource, char **account,
    struct cJSON **policy, struct err *err);

/*
 * Writes it; one without statements by deleting what is there. Errors: as
 * ecr_api_ask and policy_add_to.
 */
int ecr_write_policy(const struct ecr_resource *resource,
    const struct cJSON *policy, struct err *err);

/*
 * The same for the registry's replication configuration, which is checked.
 * Errors: as ecr_api_ask; ERR_DATA for a configuration that we don't
 * understand, ERR_REFUSED for one that could not be written again unchanged.
 */
int ecr_fetch_replication(const struct ecr_resource *registry, char **account,
    struct cJSON **configuration, struct err *err);
int ecr_write_replication(const struct ecr_resource *registry,
    const struct cJSON *configuration, struct err *err);

#endif
