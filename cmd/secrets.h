/*
 * The Secret in each namespace: read it, decide by what it holds, apply it.
 * The reads are started before AWS is asked, so that both waits overlap.
 */
#ifndef CMD_SECRETS_H
#define CMD_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/list.h"
#include "cmd/report.h"
#include "k8s.h"
#include "registry/docker_config.h"

/* What is wanted of every Secret. Borrowed. */
struct secrets_wish {
	const char *name;
	struct docker_wish docker; /* old is filled for each */
	bool is_dry_run;
	time_t now; /* by the corrected clock */
};

struct secret; /* one of them, under way */

struct secrets {
	struct cluster_api *api; /* borrowed */
	struct secret *items;
	size_t n;
};

/* Starts reading the Secret in each namespace; the list is borrowed. */
void secrets_start_reading(struct secrets *secrets, struct cluster_api *api,
    const struct list *namespaces, const char *name);

/*
 * Writes each Secret that may be written, and reports each one's outcome; one
 * that fails does not stop the others.
 */
void secrets_write(struct secrets *secrets, const struct secrets_wish *wish,
    struct report *report);

void secrets_free(struct secrets *secrets);

#endif
