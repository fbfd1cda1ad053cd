/* What ECR keeps for a registry as a whole; see ecr_registry.h. */
#include "aws/ecr_registry.h"

#include <string.h>

#include "aws/ecr_api.h"
#include "aws/policy.h"
#include "aws/replication.h"
#include "base/mem.h"

/* DescribeRegistry, whose answer is to be written again. */
static int
ask_exactly(struct aws *aws, const struct ecr_registry *registry,
    struct cJSON **answer, struct err *err)
{
	struct aws_call *call = ecr_api_start(aws,
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
ecr_fetch_replication(struct aws *aws, const struct ecr_registry *registry,
    char **account, struct cJSON **configuration, struct err *err)
{
	const char *region = registry->region;
	struct cJSON *answer = NULL, *found;
	const char *id;
	int rc = -1;

	if (ask_exactly(aws, registry, &answer, err) < 0)
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

/* Where only the refusal of what is written counts. */
static int
tell(struct aws *aws, const struct ecr_registry *registry, const char *action,
    const char *body, struct err *err)
{
	struct cJSON *answer = NULL;
	int rc = ecr_api_ask(aws,
	    &(struct ecr_question){
		.action = action,
		.body = body,
		.region = registry->region,
		.creds = registry->creds,
	    },
	    &answer, err);

	json_free(answer);
	return rc;
}

int
ecr_write_replication(struct aws *aws, const struct ecr_registry *registry,
    const struct cJSON *configuration, struct err *err)
{
	struct buf body = { 0 }, excess = { 0 };
	int rc;

	buf_add_str(&body, "{\"replicationConfiguration\":");
	json_add_to(&body, configuration);
	buf_add_str(&body, "}");
	rc = tell(aws, registry, "PutReplicationConfiguration", body.data, err);
	replication_add_excess(configuration, &excess);
	if (rc < 0 && excess.len > 0)
		err_hint(err, "%s", excess.data);
	buf_free(&body);
	buf_free(&excess);
	return rc;
}

int
ecr_fetch_registry_policy(struct aws *aws, const struct ecr_registry *registry,
    struct cJSON **policy, struct err *err)
{
	struct cJSON *answer = NULL;
	const char *text;
	int rc = -1;

	if (ecr_api_ask(aws,
		&(struct ecr_question){
		    .action = "GetRegistryPolicy",
		    .body = "{}",
		    .region = registry->region,
		    .creds = registry->creds,
		    .none = "RegistryPolicyNotFoundException",
		},
		&answer, err) < 0)
		return -1;
	text = json_get_text(answer, "policyText");
	if (answer == NULL) {
		*policy = policy_new();
		rc = 0;
	} else if (text == NULL) {
		(void)err_set(err, ERR_DATA,
		    "ecr: %s: GetRegistryPolicy: the answer has no policyText",
		    registry->region);
	} else {
		rc = policy_parse(text, strlen(text), policy, err);
		if (rc < 0)
			err_wrap(err, "ecr: %s: GetRegistryPolicy",
			    registry->region);
	}
	json_free(answer);
	return rc;
}

int
ecr_write_registry_policy(struct aws *aws, const struct ecr_registry *registry,
    const struct cJSON *policy, struct err *err)
{
	struct buf text = { 0 }, body = { 0 };
	int rc;

	if (policy_is_empty(policy))
		return tell(aws, registry, "DeleteRegistryPolicy", "{}", err);
	rc = policy_add_to(&text, policy, err);
	if (rc < 0) {
		err_wrap(err, "%s: registry policy", registry->region);
	} else {
		buf_add_str(&body, "{\"policyText\":");
		buf_add_json(&body, text.data);
		buf_add_str(&body, "}");
		rc = tell(aws, registry, "PutRegistryPolicy", body.data, err);
	}
	buf_free(&text);
	buf_free(&body);
	return rc;
}
