/* "ecr-secret replicate"; see replicate.h. */
#include "cmd/replicate/replicate.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/replicate/run.h"

static bool
is_given(const struct option_side *side)
{
	return side->profile != NULL || side->roles.n > 0;
}

bool
run_has_destination(const struct run *run)
{
	return is_given(&run->options->destination);
}

int
run_open_side(struct run *run, struct side *side, const struct option_side *own,
    struct err *err)
{
	if (side_open(side, run->options, own, run->http, err) < 0)
		return -1;
	return side_read_configuration(side, side->region, &run->account,
	    &run->configuration, err);
}

int
run_open_sides(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	struct side *source = &run->source, *destination = &run->destination;

	if (run_open_side(run, source, &options->source, err) < 0)
		return -1;
	if (!run_has_destination(run))
		return 0;
	destination->aws.fallback_region = source->region;
	if (side_open(destination, options, &options->destination, run->http,
		err) == 0)
		return 0;
	err_wrap(err, "destination");
	return -1;
}

void
run_add_command(const struct run *run,
    const struct replication_destination *registry, const struct list *prefixes,
    struct buf *out)
{
	buf_addf(out, "ecr-secret replicate --region %s --from %s",
	    registry->region, run->account);
	for (size_t i = 0; i < prefixes->n; i++)
		buf_addf(out, " --prefix %s", prefixes->items[i]);
}

/* Which options go together. */
static int
check_options(const struct options *options, struct err *err)
{
	bool is_to = options->to.n > 0, is_from = options->from.n > 0;
	bool is_set_up = is_to || is_from, is_status = options->statuses.n > 0;
	const struct {
		bool is_wrong;
		const char *text;
	} rules[] = {
		{ is_to && is_from,
		    "--to is for the source, --from for the destination: give "
		    "one of them" },
		{ is_status && is_set_up,
		    "--status only looks: give it without --to and --from" },
		{ is_status && options->list_unreplicated,
		    "--status and --list-unreplicated: give one of them" },
		{ is_set_up && options->list_unreplicated,
		    "--list-unreplicated only looks: give it without --to and "
		    "--from" },
		{ options->wait_ms > 0 && !is_status,
		    "--wait: needs the --status that it waits for" },
		{ options->remove && !is_set_up,
		    "--remove: needs --to or --from, which say what to take "
		    "away" },
		{ options->prefixes.n > 0 && !is_set_up,
		    "--prefix: needs the --to or --from that it is for" },
		{ options->dry_run && !is_set_up,
		    "--dry-run: without --to or --from nothing is changed" },
		{ is_from && is_given(&options->source),
		    "--from changes the destination alone: give the source's "
		    "credentials with --to" },
		{ is_status && is_given(&options->destination),
		    "--status asks the source alone, which knows of all "
		    "copies: give no credentials of the destination" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].is_wrong)
			return err_set(err, ERR_USAGE, "%s", rules[i].text);
	return 0;
}

static int
work(struct run *run, struct err *err)
{
	const struct options *options = run->options;

	if (check_options(options, err) < 0)
		return -1;
	if (options->from.n > 0)
		return run_let_in(run, err);
	if (options->to.n > 0)
		return run_add_rule(run, err);
	if (options->statuses.n > 0)
		return run_show_status(run, err);
	if (options->list_unreplicated)
		return run_list_unreplicated(run, err);
	return run_show(run, err);
}

static void
replicate(const struct options *options, struct report *report)
{
	struct run run = {
		.options = options,
		.http = http_new(options->timeout_ms + options->wait_ms, 0),
		.ends_ms = clock_monotonic_ms() + options->wait_ms,
	};
	struct err err = { 0 };

	if (work(&run, &err) < 0)
		report_failed(report, 0, &err);
	http_free(run.http); /* first: transfers borrow from the rest */
	side_close(&run.source);
	side_close(&run.destination);
	mem_free(run.account);
	json_free(run.configuration);
}

const struct command replicate_command = {
	.id = COMMAND_REPLICATE,
	.name = "replicate",
	.usage = "replicate [OPTION]...",
	.purpose =
	    "Copies images to other registries as they are pushed: --to in the "
	    "source, --from\nin the destination. Without these it shows how "
	    "that is set up, and with\n--status whether images have been "
	    "copied.",
	.success = "as wanted, shown, or all copied",
	.run = replicate,
};
