/* One side of replication; see replicate_side.h. */
#include "cmd/replicate_side.h"

#include <string.h>

#include "aws/policy.h"
#include "aws/replication.h"
#include "aws/sts.h"
#include "base/mem.h"

int
side_open(struct side *side, const struct options *options,
    const struct option_side *own, struct http *http, struct err *err)
{
	bool is_own = own->profile != NULL || own->roles.n > 0;
	const struct list *roles = is_own ? &own->roles : &options->roles;
	const struct sts_role last = {
		.external_id = is_own ? NULL : options->external_id,
		.session_name = is_own ? NULL : options->role_session_name,
	};

	if (aws_open(&side->aws, http, options->region,
		own->profile != NULL ? own->profile : options->profile,
		err) < 0 ||
	    creds_find(&side->aws, &side->creds, err) < 0 ||
	    creds_find_region(&side->aws, &side->region, err) < 0)
		return -1;
	return sts_assume_chain(&side->aws, roles, &last, &side->creds, err);
}

void
side_close(struct side *side)
{
	creds_free(&side->creds);
	aws_close(&side->aws);
}

int
side_ask(struct side *side, const struct ecr_question *question,
    struct cJSON **answer, struct err *err)
{
	struct ecr_question asked = *question;

	asked.creds = &side->creds;
	return ecr_api_ask(&side->aws, &asked, answer, err);
}

int
side_list(struct side *side, const struct ecr_question *question,
    const char *name, struct cJSON **elements, struct err *err)
{
	struct ecr_question asked = *question;

	asked.creds = &side->creds;
	return ecr_api_list(&side->aws, &asked, name, elements, err);
}

/* DescribeRegistry, whose answer is to be written again. */
static int
ask_exactly(struct side *side, const char *region, struct cJSON **answer,
    struct err *err)
{
	struct aws_call *call = ecr_api_start(&side->aws,
	    &(struct ecr_question){ .action = "DescribeRegistry",
		.body = "{}",
		.region = region,
		.creds = &side->creds });
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

/* Where only the refusal of what is written counts. */
static int
tell(struct side *side, const char *region, const char *action,
    const char *body, struct err *err)
{
	struct cJSON *answer = NULL;
	int rc = side_ask(side,
	    &(struct ecr_question){
		.action = action, .body = body, .region = region },
	    &answer, err);

	json_free(answer);
	return rc;
}

int
side_read_configuration(struct side *side, const char *region, char **account,
    struct cJSON **configuration, struct err *err)
{
	struct cJSON *answer = NULL, *found;
	const char *id;
	int rc = -1;

	if (ask_exactly(side, region, &answer, err) < 0)
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
	*account = xstrdup(id);
	*configuration =
	    found != NULL ? json_take(answer, found) : replication_new();
	rc = 0;
out:
	json_free(answer);
	return rc;
}

int
side_write_configuration(struct side *side, const char *region,
    const struct cJSON *configuration, struct err *err)
{
	struct buf body = { 0 }, excess = { 0 };
	int rc;

	buf_add_str(&body, "{\"replicationConfiguration\":");
	json_add_to(&body, configuration);
	buf_add_str(&body, "}");
	rc = tell(side, region, "PutReplicationConfiguration", body.data, err);
	replication_add_excess(configuration, &excess);
	if (rc < 0 && excess.len > 0)
		err_hint(err, "%s", excess.data);
	buf_free(&body);
	buf_free(&excess);
	return rc;
}

int
side_read_policy(struct side *side, const char *region, struct cJSON **policy,
    struct err *err)
{
	struct cJSON *answer = NULL;
	const char *text;
	int rc = -1;

	if (side_ask(side,
		&(struct ecr_question){ .action = "GetRegistryPolicy",
		    .body = "{}",
		    .region = region,
		    .none = "RegistryPolicyNotFoundException" },
		&answer, err) < 0)
		return -1;
	text = json_get_text(answer, "policyText");
	if (answer == NULL) {
		*policy = policy_new();
		rc = 0;
	} else if (text == NULL) {
		(void)err_set(err, ERR_DATA,
		    "ecr: %s: GetRegistryPolicy: the answer has no policyText",
		    region);
	} else {
		rc = policy_parse(text, strlen(text), policy, err);
		if (rc < 0)
			err_wrap(err, "%s: registry policy", region);
	}
	json_free(answer);
	return rc;
}

int
side_write_policy(struct side *side, const char *region,
    const struct cJSON *policy, struct err *err)
{
	struct buf text = { 0 }, body = { 0 };
	int rc;

	if (policy_is_empty(policy))
		return tell(side, region, "DeleteRegistryPolicy", "{}", err);
	rc = policy_add_to(&text, policy, err);
	if (rc < 0) {
		err_wrap(err, "%s: registry policy", region);
	} else {
		buf_add_str(&body, "{\"policyText\":");
		buf_add_json(&body, text.data);
		buf_add_str(&body, "}");
		rc = tell(side, region, "PutRegistryPolicy", body.data, err);
	}
	buf_free(&text);
	buf_free(&body);
	return rc;
}
