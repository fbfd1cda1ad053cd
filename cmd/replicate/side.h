/*
 * One side of replication: who asks there, and what is read of a registry,
 * which there is one of in each region.
 */
#ifndef CMD_REPLICATE_SIDE_H
#define CMD_REPLICATE_SIDE_H

#include "aws/config.h"
#include "aws/creds.h"
#include "aws/ecr_api.h"
#include "aws/ecr_registry.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "cmd/options/options.h"

struct side {
	struct aws aws;
	struct creds creds;
	const char *region; /* where nothing else is said */
};

/*
 * Finds who asks: own's profile and roles in place of the options' where it has
 * them. Free *side with side_close in any case. Errors: as aws_open,
 * creds_find and sts_assume_chain.
 */
int side_open(struct side *side, const struct options *options,
    const struct option_side *own, struct http *http, struct err *err);

/* After the http client is gone: transfers borrow from it. */
void side_close(struct side *side);

/* The two questions of aws/ecr_api.h, asked by this side's credentials. */
int side_ask(struct side *side, const struct ecr_question *question,
    struct cJSON **answer, struct err *err);
int side_list(struct side *side, const struct ecr_question *question,
    const char *name, struct cJSON **elements, struct err *err);

/* Its registry in a region, and what aws/ecr_registry.h reads of that. */
struct ecr_resource side_registry(struct side *side, const char *region);
int side_read_configuration(struct side *side, const char *region,
    char **account, struct cJSON **configuration, struct err *err);
int side_read_policy(struct side *side, const char *region,
    struct cJSON **policy, struct err *err);

#endif
