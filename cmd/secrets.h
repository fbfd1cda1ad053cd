/*
 * The Secret in each namespace: read them, leave the fresh ones alone, write
 * the rest, those first that expire first. There may be 10,000: what is kept
 * of each is small, and so many are under way at once as --parallel says.
 */
#ifndef CMD_SECRETS_H
#define CMD_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/list.h"
#include "cmd/format.h"
#include "cmd/progress.h"
#include "cmd/report.h"
#include "cmd/secret_write.h"
#include "k8s.h"
#include "registry/docker_config.h"

struct secret; /* what is known of one */

struct secrets {
	struct cluster_api *api;        /* borrowed, as is the next */
	const struct secret_wish *wish; /* of all */
	struct secret *items;
	size_t n;
	size_t stale;                /* how many are to be written */
	struct payload plain;        /* of a Secret that is ours alone */
	struct secret_write *writes; /* those under way */
	size_t parallel;
	size_t next;               /* the first that was not started */
	struct cluster_call *list; /* under way, or NULL */
	bool is_listed;            /* they are read by a list, if we may */
	bool has_list;             /* which is over, and holds for a write */
	struct {
		struct buf text; /* data of the one before: most are alike */
		struct docker_held held;
	} before;
	struct progress progress; /* of the writes */
	time_t clock_ahead_s; /* the API server's, if by more than a little */
	time_t pace_s; /* of runs, if that is too slow for the limit; or 0 */
	time_t pace_limit_s;
};

/*
 * Takes the namespaces, which are borrowed. Of many that are all that match
 * (is_fan_out), the Secrets are read by one list, else one by one.
 */
void secrets_open(struct secrets *secrets, struct cluster_api *api,
    const struct list *namespaces, bool is_fan_out,
    const struct secret_wish *wish);

/* Starts reading, so that the answers arrive while AWS is asked. */
void secrets_start_reading(struct secrets *secrets);

/*
 * For --min-remaining: reports the fresh ones, which are then left alone.
 * Errors: when the list can't be had.
 */
int secrets_leave_fresh(struct secrets *secrets, struct report *to,
    struct err *err);

/*
 * Writes each Secret that may be written, and reports each one's outcome; one
 * that fails does not stop the others. Errors: when the list can't be had.
 */
int secrets_write(struct secrets *secrets, struct report *to, struct err *err);

/*
 * Adds the namespaces whose Secret is fresh or was written, sorted if they are
 * many, else as they were given.
 */
void secrets_add_good(const struct secrets *secrets, struct list *namespaces);

void secrets_free(struct secrets *secrets);

#endif
