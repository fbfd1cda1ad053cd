/* One side of replication; see side.h. */
#include "cmd/replicate/side.h"

#include "aws/sts.h"

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

struct ecr_resource
side_registry(struct side *side, const char *region)
{
	return (struct ecr_resource){
		.aws = &side->aws,
		.creds = &side->creds,
		.region = region,
	};
}

int
side_read_configuration(struct side *side, const char *region, char **account,
    struct cJSON **configuration, struct err *err)
{
	const struct ecr_resource registry = side_registry(side, region);

	return ecr_fetch_replication(&registry, account, configuration, err);
}

int
side_read_policy(struct side *side, const char *region, struct cJSON **policy,
    struct err *err)
{
	const struct ecr_resource registry = side_registry(side, region);

	return ecr_fetch_policy(&registry, NULL, policy, err);
}
