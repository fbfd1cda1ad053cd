/*
 * The replication configuration of a registry, pure: the document that
 * DescribeRegistry answers with and PutReplicationConfiguration replaces as a
 * whole. What we don't know in it stays as it is. By the ECR API Reference,
 * ReplicationConfiguration, and the user guide, "Private image replication".
 *
 * A rule copies what is pushed to repositories that begin with one of its
 * prefixes (none: to every repository) to each of its destinations.
 */
#ifndef AWS_REPLICATION_H
#define AWS_REPLICATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct cJSON;

/* A registry that is copied to. Borrowed. */
struct replication_destination {
	const char *account;
	const char *region;
};

/* What is to be set up, or taken away: one rule. Borrowed. */
struct replication_wish {
	const struct replication_destination *destinations;
	size_t n;
	const struct list *prefixes; /* empty: every repository */
};

/* Could this be a filter's prefix, by the API's pattern and lengths? */
bool replication_is_prefix(const char *text);

/* A configuration without rules, to be freed with json_free. */
struct cJSON *replication_new(void);

/*
 * Is the configuration one that we understand enough to change? Errors:
 * ERR_DATA, with where it is not.
 */
int replication_check(const struct cJSON *configuration, struct err *err);

/*
 * Adds the wish's destinations that no rule of exactly these prefixes has: to
 * such a rule that holds nothing which we don't know, else as a rule of its
 * own. Returns whether that changed anything.
 */
bool replication_merge(struct cJSON *configuration,
    const struct replication_wish *wish);

/*
 * Takes the wish's destinations out of all rules of exactly these prefixes; a
 * rule that has no more of them goes. Returns whether that changed anything.
 */
bool replication_remove(struct cJSON *configuration,
    const struct replication_wish *wish);

/* The same rules, in whatever order they and their parts stand? */
bool replication_is_equal(const struct cJSON *a, const struct cJSON *b);

/* Adds to out which of ECR's limits it exceeds, and by what; "" for none. */
void replication_add_excess(const struct cJSON *configuration, struct buf *out);

/* Adds a line for each rule: "team*, base* -> 444455556666/eu-west-1". */
void replication_describe(const struct cJSON *configuration,
    struct list *lines);

/*
 * Adds where pushes to a repository are copied, each as "ACCOUNT/REGION" and
 * once, in the order of the rules.
 */
void replication_find_targets(const struct cJSON *configuration,
    const char *repository, struct list *targets);

/* The same of all rules, whatever their prefixes. */
void replication_find_all_targets(const struct cJSON *configuration,
    struct list *targets);

/*
 * Adds the prefixes of all rules with this destination; false if it has a rule
 * for every repository, or if one filters by what we don't know.
 */
bool replication_find_prefixes(const struct cJSON *configuration,
    const struct replication_destination *destination, struct list *prefixes);

#endif
