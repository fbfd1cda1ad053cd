/* Repositories of a private registry of Amazon ECR, and their policies. */
#include "aws/ecr_repository.h"

#include <string.h>

#include "aws/ecr_api.h"
#include "aws/policy.h"
#include "base/mem.h"

/* The code that says that there is none. */
static const char no_policy[] = "RepositoryPolicyNotFoundException";

/* Adds the object's begin: whose registry. Something has to follow. */
static void
add_registry(struct buf *body, const struct ecr_registry *registry)
{
	buf_add_str(body, "{");
	if (registry->account != NULL)
		buf_addf(body, "\"registryId\":\"%s\",", registry->account);
}

static void
add_repository(struct buf *body, const struct ecr_registry *registry,
    const char *repository)
{
	add_registry(body, registry);
	buf_add_str(body, "\"repositoryName\":");
	buf_add_json(body, repository);
}

int
ecr_list_repositories(struct aws *aws, const struct ecr_registry *registry,
    struct list *names, struct err *err)
{
	struct buf body = { 0 };
	struct cJSON *found = NULL;
	const struct cJSON *repository;
	int rc;

	add_registry(&body, registry);
	buf_add_str(&body, "\"maxResults\":1000}");
	rc = ecr_api_list(aws,
	    &(struct ecr_question){
		.action = "DescribeRepositories",
		.body = body.data,
		.region = registry->region,
		.creds = registry->creds,
	    },
	    "repositories", &found, err);
	buf_free(&body);
	for (repository = json_first(found); repository != NULL;
	    repository = json_next(repository)) {
		const char *name = json_get_text(repository, "repositoryName");

		if (name != NULL)
			list_add(names, name);
	}
	json_free(found);
	return rc;
}

static int
read_policy(const struct cJSON *answer, const char *region,
    struct ecr_policy *policy, struct err *err)
{
	const char *text = json_get_text(answer, "policyText");
	const char *account = json_get_text(answer, "registryId");

	if (text == NULL)
		return err_set(err, ERR_DATA,
		    "ecr: %s: GetRepositoryPolicy: the answer has no "
		    "policyText",
		    region);
	if (policy_parse(text, strlen(text), &policy->document, err) < 0)
		return -1;
	if (account != NULL && policy_find_account(account) == account)
		policy->account = xstrdup(account);
	return 0;
}

int
ecr_fetch_policy(struct aws *aws, const struct ecr_registry *registry,
    const char *repository, struct ecr_policy *policy, struct err *err)
{
	struct buf body = { 0 };
	struct cJSON *answer = NULL;
	int rc;

	add_repository(&body, registry, repository);
	buf_add_str(&body, "}");
	rc = ecr_api_ask(aws,
	    &(struct ecr_question){
		.action = "GetRepositoryPolicy",
		.body = body.data,
		.region = registry->region,
		.creds = registry->creds,
		.none = no_policy,
	    },
	    &answer, err);
	if (rc == 0 && answer != NULL)
		rc = read_policy(answer, registry->region, policy, err);
	buf_free(&body);
	json_free(answer);
	return rc;
}

int
ecr_write_policy(struct aws *aws, const struct ecr_registry *registry,
    const char *repository, const char *text, struct err *err)
{
	struct buf body = { 0 };
	struct cJSON *answer = NULL;
	int rc;

	add_repository(&body, registry, repository);
	if (text != NULL) {
		buf_add_str(&body, ",\"policyText\":");
		buf_add_json(&body, text);
	}
	buf_add_str(&body, "}");
	rc = ecr_api_ask(aws,
	    &(struct ecr_question){
		.action = text != NULL ? "SetRepositoryPolicy" :
					 "DeleteRepositoryPolicy",
		.body = body.data,
		.region = registry->region,
		.creds = registry->creds,
		.none = text != NULL ? NULL : no_policy,
	    },
	    &answer, err);
	buf_free(&body);
	json_free(answer);
	return rc;
}

void
ecr_policy_free(struct ecr_policy *policy)
{
	json_free(policy->document);
	mem_free(policy->account);
	*policy = (struct ecr_policy){ 0 };
}
