/* Private to cmd/replicate/: a run, and the four things that it may be for. */
#ifndef CMD_REPLICATE_RUN_H
#define CMD_REPLICATE_RUN_H

#include <stdint.h>

#include "aws/replication.h"
#include "cmd/options/options.h"
#include "cmd/replicate/side.h"

struct run {
	const struct options *options;
	struct http *http;
	int64_t ends_ms; /* of --wait, by the monotonic clock */
	struct side source;
	struct side destination;
	char *account;               /* the registry's that is looked at */
	struct cJSON *configuration; /* and its replication, as it was read */
};

/* Are there options for the other side's credentials? */
bool run_has_destination(const struct run *run);

/*
 * Opens a side, which is own in the options, and reads what its registry has:
 * that is the one that is looked at. Errors: as side_open and
 * side_read_configuration.
 */
int run_open_side(struct run *run, struct side *side,
    const struct option_side *own, struct err *err);

/*
 * Opens the source so; then the destination, if there are
 * options for it. Errors: as side_open and side_read_configuration.
 */
int run_open_sides(struct run *run, struct err *err);

/* Adds the command that lets our account into a registry. */
void run_add_command(const struct run *run,
    const struct replication_destination *registry, const struct list *prefixes,
    struct buf *out);

/* --to: the rules of the source and, with credentials, the other side. */
int run_add_rule(struct run *run, struct err *err);

/* --from: the policy of the destination. */
int run_let_in(struct run *run, struct err *err);

/* Neither: how things are, in words or as JSON; and what was not copied. */
int run_show(struct run *run, struct err *err);

/* --status, with --wait. Errors: ERR_RETRY and ERR_REFUSED by what is seen. */
int run_show_status(struct run *run, struct err *err);

/* Prints the tagged images that were not copied as rules want it now. */
int run_list_unreplicated(struct run *run, struct err *err);

#endif
