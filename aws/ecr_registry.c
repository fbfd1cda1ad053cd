/* A private registry and its repositories; see ecr_registry.h. */
#include "aws/ecr_registry.h"

#include <string.h>

#include "aws/ecr_api.h"
#include "aws/policy.h"
#include "aws/replication.h"
#include "base/mem.h"

/* Asks the question with this body, for who asks there. */
static int
ask(const struct ecr_resource *resource, const struct cJSON *body,
    const struct ecr_question *question, struct cJSON **answer, struct err *err)
{
	struct ecr_question asked = *question;
	struct buf text = { 0 };
	int rc;

	json_add_to(&text, body);
	asked.body = text.data;
	asked.region = resource->region;
	asked.creds = resource->creds;
	rc = ecr_api_ask(resource->aws, &asked, answer, err);
	buf_free(&text);
	return rc;
}

int
ecr_list_repositories(const struct ecr_resource *registry, struct list *names,
    struct err *err)
{
	struct buf body = { 0 };
	struct cJSON *found = NULL;
	const struct cJSON *repository;
	int rc;

	buf_add_str(&body, "{\"maxResults\":1000");
	if (registry->account != NULL)
		buf_addf(&body, ",\"registryId\":\"%s\"", registry->account);
	buf_add_str(&body, "}");
	rc = ecr_api_list(registry->aws,
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

/* --- Policies -------------------------------------------------------------- */

/* Its actions, and the code that says that there is none. */
struct policy_api {
	const char *get, *put, *delete, *none;
};
static const struct policy_api of_repository = { "GetRepositoryPolicy",
	"SetRepositoryPolicy", "DeleteRepositoryPolicy",
	"RepositoryPolicyNotFoundException" };
static const struct policy_api of_registry = { "GetRegistryPolicy",
	"PutRegistryPolicy", "DeleteRegistryPolicy",
	"RegistryPolicyNotFoundException" };

static const struct policy_api *
find_api(const struct ecr_resource *resource)
{
	return resource->repository != NULL ? &of_repository : &of_registry;
}

/* What names the resource in a question; nothing names a registry. */
static struct cJSON *
new_body(const struct ecr_resource *resource)
{
	struct cJSON *body = json_new_object();

	if (resource->repository == NULL)
		return body;
	if (resource->account != NULL)
		json_add_text(body, "registryId", resource->account);
	json_add_text(body, "repositoryName", resource->repository);
	return body;
}

/* The document in an answer of the get. */
static int
take_policy(const struct cJSON *answer, struct cJSON **policy, struct err *err)
{
	const char *text = json_get_text(answer, "policyText");

	if (text == NULL)
		return err_set(err, ERR_DATA, "the answer has no policyText");
	return policy_parse(text, strlen(text), policy, err);
}

int
ecr_fetch_policy(const struct ecr_resource *resource, char **account,
    struct cJSON **policy, struct err *err)
{
	const struct policy_api *api = find_api(resource);
	struct cJSON *body = new_body(resource), *answer = NULL;
	const char *id;
	int rc = ask(resource, body,
	    &(struct ecr_question){ .action = api->get, .none = api->none },
	    &answer, err);

	if (rc == 0 && answer == NULL) {
		*policy = policy_new();
	} else if (rc == 0) {
		rc = take_policy(answer, policy, err);
		if (rc < 0)
			err_wrap(err, "ecr: %s: %s", resource->region,
			    api->get);
	}
	if (rc == 0 && account != NULL) {
		id = json_get_text(answer, "registryId");
		*account = id != NULL && policy_find_account(id) == id ?
		    xstrdup(id) :
		    NULL;
	}
	json_free(body);
	json_free(answer);
	return rc;
}

int
ecr_write_policy(const struct ecr_resource *resource,
    const struct cJSON *policy, struct err *err)
{
	const struct policy_api *api = find_api(resource);
	bool is_none = policy_is_empty(policy);
	struct cJSON *body = new_body(resource), *answer = NULL;
	struct buf text = { 0 };
	int rc = is_none ? 0 : policy_add_to(&text, policy, err);

	if (!is_none)
		json_add_text(body, "policyText", buf_str(&text));
	if (rc == 0)
		rc = ask(resource, body,
		    &(struct ecr_question){
			.action = is_none ? api->delete : api->put,
			.none = is_none ? api->none : NULL,
		    },
		    &answer, err);
	buf_free(&text);
	json_free(body);
	json_free(answer);
	return rc;
}

/* --- Replication ----------------------------------------------------------- */

/* DescribeRegistry, whose answer is to be written again. */
static int
describe(const struct ecr_resource *registry, struct cJSON **answer,
    struct err *err)
{
	struct aws_call *call = ecr_api_start(registry->aws,
	    &(struct ecr_question){
		.action = "DescribeRegistry",
		.body = "{}",
		.region = registry->region,
		.creds = registry->creds,
	    });
	struct json_fault fault = { 0 };
	struct buf body = { 0 };
	int rc = aws_wait(call, &body, err);

	if (rc == 0) {
		*answer = json_parse_exact(buf_str(&body), body.len);
		if (*answer == NULL) {
			json_find_fault(buf_str(&body), body.len, &fault);
			rc = err_set(err, ERR_REFUSED,
			    "%s: the answer %s, at line %zu, column %zu",
			    aws_call_what(call), fault.why, fault.line,
			    fault.column);
		}
	}
	buf_free(&body);
	aws_call_free(call);
	return rc;
}

int
ecr_fetch_replication(const struct ecr_resource *registry, char **account,
    struct cJSON **configuration, struct err *err)
{
	const char *region = registry->region, *id;
	struct cJSON *answer = NULL, *found;
	int rc = -1;

	if (describe(registry, &answer, err) < 0)
		return -1;
	id = json_get_text(answer, "registryId");
	found = json_get(answer, "replicationConfiguration");
	if (id == NULL) {
		(void)err_set(err, ERR_DATA,
		    "ecr: %s: DescribeRegistry: the answer has no registryId",
		    region);
		goto out;
	}
	if (found != NULL && replication_check(found, err) < 0) {
		err_wrap(err, "%s/%s: replicationConfiguration", id, region);
		goto out;
	}
	if (account != NULL)
		*account = xstrdup(id);
	*configuration =
	    found != NULL ? json_take(answer, found) : replication_new();
	rc = 0;
out:
	json_free(answer);
	return rc;
}

int
ecr_write_replication(const struct ecr_resource *registry,
    const struct cJSON *configuration, struct err *err)
{
	struct cJSON *body = json_new_object(), *answer = NULL;
	struct buf excess = { 0 };
	int rc;

	json_add(body, "replicationConfiguration", json_copy(configuration));
	rc = ask(registry, body,
	    &(struct ecr_question){ .action = "PutReplicationConfiguration" },
	    &answer, err);
	replication_add_excess(configuration, &excess);
	if (rc < 0 && excess.len > 0)
		err_hint(err, "%s", excess.data);
	buf_free(&excess);
	json_free(body);
	json_free(answer);
	return rc;
}
