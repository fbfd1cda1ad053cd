/* The way to an API server: which of those that there may be. */
#ifndef CLUSTER_FIND_H
#define CLUSTER_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api.h"

/* What the options say; each text may be NULL. */
struct cluster_wish {
	const char *kubeconfig;
	const char *context;
	const char
	    *service_account_dir; /* NULL: the usual one, if it is there */
	int64_t timeout_ms;       /* of a plugin */
};

/*
 * The first of: the kubeconfig of the wish; its service_account_dir, unless it
 * has a context; the files of KUBECONFIG, of which those that are missing are
 * skipped; a pod's mounted files; ~/.kube/config. With a context, kubeconfigs
 * only. The caller frees *cluster with cluster_free. Errors: ERR_CONFIG, and
 * those of kubeconfig_find.
 */
int cluster_find(const struct cluster_wish *wish, struct cluster *cluster,
    struct err *err);

/* Is there nothing at all that could name a cluster? */
bool cluster_is_nowhere(const struct cluster_wish *wish);

#endif
