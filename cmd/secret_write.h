/*
 * One Secret on its way: read it, decide by what it holds, apply it, and after
 * a conflict all of that once more.
 */
#ifndef CMD_SECRET_WRITE_H
#define CMD_SECRET_WRITE_H

#include <stdbool.h>
#include <time.h>

#include "base/clock.h"
#include "cmd/format.h"
#include "cmd/report.h"
#include "k8s.h"
#include "registry/docker_config.h"

/* What is wanted of every Secret. Borrowed. */
struct secret_wish {
	const char *name;
	const struct format *format;
	struct docker_wish docker; /* old is filled for each */
	const char *own_region;    /* of an entry without a host yet */
	time_t min_remaining_s;    /* 0: none is fresh */
	size_t parallel;           /* so many are under way at once */
	bool is_dry_run;
	time_t now; /* by the corrected clock */
	/* An image that its token does not open: no new Secret, and why. */
	const char *unverified;
	enum err_kind unverified_kind;
};

/* All zeroes is none. */
struct secret_write {
	const char *namespace; /* borrowed; NULL: none is under way */
	size_t index;          /* of the Secret, for its owner */
	struct cluster_call *call;
	bool is_applied;               /* the call is an apply, not a read */
	bool has_conflict;             /* it was read again */
	struct kube_secret now;        /* as it was read */
	struct payload own;            /* composed for it */
	const struct payload *payload; /* what it is to hold: own, or all's */
	char expires[CLOCK_TEXT_MAX];
	struct err err;
};

/* Starts with a read. */
void secret_write_start(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish, const char *namespace);

/*
 * Starts with the apply of write's payload in its namespace, which are set, on
 * what a list has shown: version and is_forced are as in struct k8s_apply.
 */
void secret_write_start_apply(struct secret_write *write,
    struct cluster_api *api, const struct secret_wish *wish,
    const char *version, bool is_forced);

/*
 * After its call is done: goes on to the next one, or ends, which is true; then
 * err says whether it failed.
 */
bool secret_write_step(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish);

/* What to apply, or to print, but for where; borrowed. */
struct k8s_apply secret_write_describe(const struct secret_wish *wish,
    const struct payload *payload, const char *expires);

/* Can a Secret that exists be written at all? Errors: ERR_REFUSED. */
int secret_write_check(const struct secret_wish *wish,
    const struct kube_secret *now, struct err *err);

/* Does another manager own what we write of it? */
bool secret_write_is_foreign(const struct secret_wish *wish,
    const struct kube_secret *now);

/* After a good end: warns if kubelet can't read it because of what was kept. */
void secret_write_warn(const struct secret_write *write,
    const struct secret_wish *wish);

/* The call must be done, or the http client gone. */
void secret_write_free(struct secret_write *write);

#endif
