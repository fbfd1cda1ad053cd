/* check: an image that is missing, and could have come by replication. */
#include <string.h>

#include "aws/ecr_registry.h"
#include "aws/replication_missing.h"
#include "aws/replication_policy.h"
#include "cmd/check/steps.h"
#include "registry/host.h"

static struct ecr_resource
registry_in(struct check *check, const char *region)
{
	return (struct ecr_resource){
		.aws = &check->source.aws,
		.creds = &check->source.creds,
		.region = region,
	};
}

/* Whom the registry's policy lets copy images in. */
static int
find_sources(struct check *check, const char *region, struct list *sources,
    struct err *err)
{
	const struct ecr_resource registry = registry_in(check, region);
	struct cJSON *policy = NULL;

	if (ecr_fetch_policy(&registry, NULL, &policy, err) < 0)
		return -1;
	replication_find_sources(policy, sources);
	json_free(policy);
	return 0;
}

/* The replication of our registry in the region that we call from. */
static int
read_own(struct check *check, const char *region, struct cJSON **configuration,
    struct err *err)
{
	const struct ecr_resource registry = registry_in(check, region);

	return ecr_fetch_replication(&registry, NULL, configuration, err);
}

static void
explain(struct check *check, const struct registry_host *host,
    const char *repository, struct buf *out, struct err *err)
{
	const char *region = check->source.aws.region;
	struct list sources = { 0 };
	struct cJSON *configuration = NULL;
	struct replication_missing missing = {
		.registry = { host->account, host->region },
		.repository = repository,
		.allowed = &sources,
	};

	if (find_sources(check, host->region, &sources, err) == 0 &&
	    region != NULL && strcmp(region, host->region) != 0 &&
	    read_own(check, region, &configuration, err) == 0) {
		/* Who has no rules does not expect a copy. */
		if (json_first(json_get(configuration, "rules")) != NULL)
			missing.configuration = configuration;
		missing.source.account = host->account;
		missing.source.region = region;
	}
	if (err->kind == ERR_NONE)
		replication_explain_missing(&missing, out);
	json_free(configuration);
	list_free(&sources);
}

void
check_replication(struct check *check, const char *text,
    const struct image *image)
{
	struct registry_host host;
	struct buf why = { 0 };
	struct err err = { 0 };

	/* Another account's registry does not tell us. */
	if (!registry_host_parse(image->host, &host) ||
	    check->identity.account == NULL ||
	    strcmp(host.account, check->identity.account) != 0)
		return;
	explain(check, &host, image->repository, &why, &err);
	if (err.kind != ERR_NONE)
		findings_note_by(&check->findings, &err,
		    "only needed to see whether replication should have "
		    "brought the image");
	else if (why.len > 0)
		findings_tell(&check->findings, FINDING_NOTE,
		    "where it is pushed, see: ecr-secret replicate",
		    "%s: if it is to come by replication: %s", text, why.data);
	buf_free(&why);
}
