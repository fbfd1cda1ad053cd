/* Repositories of a private registry of Amazon ECR, and their policies. */
#ifndef AWS_ECR_REPOSITORY_H
#define AWS_ECR_REPOSITORY_H

#include "aws/config.h"
#include "aws/ecr_registry.h"
#include "base/err.h"
#include "base/json.h"
#include "base/list.h"

/* Adds the names of all repositories. Errors: as ecr_api_list. */
int ecr_list_repositories(struct aws *aws, const struct ecr_registry *registry,
    struct list *names, struct err *err);

/* A repository's policy; all zeroes is none. */
struct ecr_policy {
	struct cJSON *document; /* NULL: the repository has none */
	char *account;          /* whose it is; NULL where that is not known */
};

/*
 * Free *policy with ecr_policy_free. Errors: as ecr_api_ask and policy_parse;
 * ERR_DATA for an answer without a policy.
 */
int ecr_fetch_policy(struct aws *aws, const struct ecr_registry *registry,
    const char *repository, struct ecr_policy *policy, struct err *err);

/*
 * Writes a repository's policy; text NULL deletes it. Errors: as ecr_api_ask.
 */
int ecr_write_policy(struct aws *aws, const struct ecr_registry *registry,
    const char *repository, const char *text, struct err *err);

void ecr_policy_free(struct ecr_policy *policy);

#endif
