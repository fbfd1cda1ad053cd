/*
 * A look at something in the cluster that we need not be allowed to see: one
 * GET, of an object or of a list's first page.
 */
#ifndef CLUSTER_LOOK_H
#define CLUSTER_LOOK_H

#include <stdbool.h>

#include "base/err.h"
#include "cluster/api.h"

/* What was seen. All zeroes is nothing. */
struct look {
	struct cJSON *json; /* NULL: see err, or it does not exist */
	bool has_more;      /* of a list than this page */
	struct err err; /* why it can't be seen; ERR_NONE: it is not there */
};

/*
 * GET of path below the server, such as "/api/v1/namespaces/apps/pods"; what is
 * its name in messages: "pods in apps". A list's page has up to 500 items.
 */
struct cluster_call *look_start(struct cluster_api *api, const char *path,
    const char *what);

/* Waits, and frees the call; the caller frees *look with look_free. */
void look_finish(struct cluster_call *call, struct look *look);

/* The first item of a list, and each one's next by json_next; or NULL. */
struct cJSON *look_first(const struct look *look);

void look_free(struct look *look);

#endif
