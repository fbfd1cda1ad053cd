/* Setting up replication, and taking it away: both sides. */
#include <string.h>

#include "aws/endpoint.h"
#include "aws/replication_policy.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/edit.h"
#include "cmd/replicate/run.h"
#include "cmd/replicate/target.h"

static int
edit_and_tell(const struct edit *edit, struct err *err)
{
	struct cJSON *document = NULL;
	const char *outcome;
	bool is_changed = false;

	if (edit_document(edit, &document, &is_changed, err) < 0)
		return -1;
	json_free(document);
	outcome = !is_changed ? "as wanted already" :
	    edit->is_dry_run  ? "would be written (dry run)" :
				"written";
	log_event(LOG_INFO,
	    LOG_FIELDS({ "document", edit->what }, { "outcome", outcome }),
	    "%s: %s", edit->what, outcome);
	return 0;
}

/* --- The destination's policy -------------------------------------------------- */

static int
change_policy(const void *wish, struct cJSON *policy, struct err *err)
{
	const struct replication_grant *grant = wish;

	return policy_merge(policy, &grant->statement, err);
}

/* Exactly the resources that are named: the rest of the statement stays. */
static int
take_from_policy(const void *wish, struct cJSON *policy, struct err *err)
{
	const struct replication_grant *grant = wish;
	struct policy_statement named = grant->statement;

	named.principals = NULL;
	return policy_remove(policy, &named, err);
}

/* Lets the account source copy into a registry of this side, or no more. */
static int
edit_policy(const struct run *run, struct side *side,
    const struct replication_destination *registry, const char *source,
    struct err *err)
{
	const struct options *options = run->options;
	const struct ecr_resource resource =
	    side_registry(side, registry->region);
	struct replication_grant grant;
	struct buf what = { 0 };
	int rc;

	replication_make_grant(source, registry,
	    endpoint_partition(registry->region), &options->prefixes, &grant);
	buf_addf(&what, "%s/%s: registry policy for %s", registry->account,
	    registry->region, source);
	rc = edit_and_tell(
	    &(struct edit){
		.what = what.data,
		.resource = &resource,
		.kind = EDIT_POLICY,
		.change = options->remove ? take_from_policy : change_policy,
		.wish = &grant,
		.is_dry_run = options->dry_run,
	    },
	    err);
	replication_free_grant(&grant);
	buf_free(&what);
	return rc;
}

/* Whose registry is it that these credentials change? */
static int
check_account(struct side *side, const struct replication_destination *registry,
    struct err *err)
{
	struct cJSON *configuration = NULL;
	char *account = NULL;
	int rc = side_read_configuration(side, registry->region, &account,
	    &configuration, err);

	if (rc == 0 && strcmp(account, registry->account) != 0)
		rc = err_set(err, ERR_USAGE,
		    "--to %s/%s: the destination's credentials are those of "
		    "account %s",
		    registry->account, registry->region, account);
	mem_free(account);
	json_free(configuration);
	return rc;
}

int
run_let_in(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	struct side *side = &run->destination;
	struct replication_destination registry;

	if (run_open_side(run, side, &options->destination, err) < 0)
		return -1;
	registry.account = run->account;
	registry.region = side->region;
	if (list_has(&options->from, registry.account))
		return err_set(err, ERR_USAGE,
		    "--from %s: is the account of this registry, which needs "
		    "no policy for itself",
		    registry.account);
	for (size_t i = 0; i < options->from.n; i++)
		if (edit_policy(run, side, &registry, options->from.items[i],
			err) < 0)
			return -1;
	return 0;
}

/* --- The source's rules ------------------------------------------------------- */

static int
add_destinations(const void *wish, struct cJSON *configuration, struct err *err)
{
	(void)err;
	(void)replication_merge(configuration, wish);
	return 0;
}

static int
take_destinations(const void *wish, struct cJSON *configuration,
    struct err *err)
{
	(void)err;
	(void)replication_remove(configuration, wish);
	return 0;
}

static int
edit_rules(struct run *run, const struct replication_wish *wish,
    struct err *err)
{
	const struct options *options = run->options;
	const char *region = run->source.region;
	const struct ecr_resource resource =
	    side_registry(&run->source, region);
	struct buf what = { 0 };
	int rc;

	buf_addf(&what, "%s/%s: replication", run->account, region);
	rc = edit_and_tell(
	    &(struct edit){
		.what = what.data,
		.resource = &resource,
		.kind = EDIT_REPLICATION,
		.change =
		    options->remove ? take_destinations : add_destinations,
		.wish = wish,
		.is_dry_run = options->dry_run,
	    },
	    err);
	buf_free(&what);
	return rc;
}

/* --- Both ---------------------------------------------------------------------- */

/* New ones come every year: a mistake, perhaps. */
static void
warn_of_region(const struct replication_destination *registry)
{
	const char *nearest = endpoint_nearest_region(registry->region);

	if (strcmp(nearest, registry->region) != 0)
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "--to %s/%s: no such region is known here; %s is",
		    registry->account, registry->region, nearest);
}

static int
check_target(const struct run *run,
    const struct replication_destination *registry, struct err *err)
{
	const char *region = run->source.region;

	if (strcmp(registry->account, run->account) == 0 &&
	    strcmp(registry->region, region) == 0)
		return err_set(err, ERR_USAGE,
		    "--to %s/%s: is the source itself: name another region "
		    "or account",
		    registry->account, registry->region);
	if (strcmp(endpoint_partition(registry->region),
		endpoint_partition(region)) != 0)
		return err_set(err, ERR_USAGE,
		    "--to %s/%s: is of partition %s, and images are only "
		    "copied within the source's, %s",
		    registry->account, registry->region,
		    endpoint_partition(registry->region),
		    endpoint_partition(region));
	return 0;
}

/* The other side of each destination in another account. */
static int
edit_policies(struct run *run, const struct replication_wish *wish,
    struct err *err)
{
	for (size_t i = 0; i < wish->n; i++) {
		const struct replication_destination *registry =
		    &wish->destinations[i];

		if (strcmp(registry->account, run->account) == 0)
			continue; /* an account needs no policy for itself */
		if (check_account(&run->destination, registry, err) < 0 ||
		    edit_policy(run, &run->destination, registry, run->account,
			err) < 0)
			return -1;
	}
	return 0;
}

/* The destination comes first, so that no copy fails; and goes last. */
static int
edit_both(struct run *run, const struct replication_wish *wish, struct err *err)
{
	const struct options *options = run->options;

	if (!run_has_destination(run))
		return edit_rules(run, wish, err);
	if (!options->remove && edit_policies(run, wish, err) < 0)
		return -1;
	if (edit_rules(run, wish, err) < 0)
		return -1;
	return options->remove ? edit_policies(run, wish, err) : 0;
}

/* What is left to do, and what people don't expect. */
static void
advise(const struct run *run, const struct replication_wish *wish)
{
	for (size_t i = 0; i < wish->n && !run_has_destination(run); i++) {
		const struct replication_destination *registry =
		    &wish->destinations[i];
		struct buf command = { 0 };

		if (strcmp(registry->account, run->account) == 0)
			continue;
		run_add_command(run, registry, wish->prefixes, &command);
		log_event(LOG_INFO, LOG_FIELDS({ "command", command.data }),
		    "%s/%s must let it in, as that account: %s",
		    registry->account, registry->region, command.data);
		buf_free(&command);
	}
	log_event(LOG_INFO, LOG_NO_FIELDS,
	    "only what is pushed from now on is copied; what was not: "
	    "ecr-secret replicate --list-unreplicated");
}

/* Filled from --to; a region that is not said is the source's. */
static int
read_targets(const struct run *run, struct target *targets,
    struct replication_destination *destinations, struct err *err)
{
	const struct list *to = &run->options->to;

	for (size_t i = 0; i < to->n; i++) {
		BUG_IF(!target_parse(to->items[i], &targets[i]));
		destinations[i].account = targets[i].account;
		destinations[i].region = targets[i].region != NULL ?
		    targets[i].region :
		    run->source.region;
		if (check_target(run, &destinations[i], err) < 0)
			return -1;
		warn_of_region(&destinations[i]);
	}
	return 0;
}

int
run_add_rule(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	size_t n = options->to.n;
	struct target *targets = xcalloc(n, sizeof(*targets));
	struct replication_destination *destinations =
	    xcalloc(n, sizeof(*destinations));
	struct replication_wish wish = { destinations, n, &options->prefixes };
	int rc = -1;

	if (run_open_sides(run, err) < 0 ||
	    read_targets(run, targets, destinations, err) < 0 ||
	    edit_both(run, &wish, err) < 0)
		goto out;
	if (!options->remove)
		advise(run, &wish);
	rc = 0;
out:
	mem_free(targets);
	mem_free(destinations);
	return rc;
}
