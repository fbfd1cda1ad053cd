/*
 * Which namespaces to write to: names as they stand, and those of the cluster
 * that match globs or a selector. Names alone need no right to list.
 */
#ifndef CMD_NAMESPACES_H
#define CMD_NAMESPACES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/list.h"
#include "cmd/report.h"
#include "k8s.h"

/* Names and globs with "*" and "?". Borrowed. */
struct namespaces_wish {
	const struct list *wanted;   /* empty: all that match the selector */
	const struct list *excluded; /* from any of them */
	const char *selector;        /* of labels; NULL: none */
	bool is_all;
};

/* Could this be a namespace's name, or a glob for some? */
bool namespaces_is_pattern(const char *text);

/* Do the cluster's namespaces have to be listed for it? */
bool namespaces_need_list(const struct namespaces_wish *wish);

/*
 * Adds the names, sorted and once each if they are listed, else as they are
 * given. A glob without a match is reported. Errors: ERR_REFUSED when there is
 * none at all, and as kube_list_finish.
 */
int namespaces_find(const struct namespaces_wish *wish, struct cluster_api *api,
    struct list *found, struct report *report, struct err *err);

#endif
