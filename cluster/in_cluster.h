/* The way to the API server from inside a pod: the mounted ServiceAccount. */
#ifndef CLUSTER_IN_CLUSTER_H
#define CLUSTER_IN_CLUSTER_H

#include <stdbool.h>

#include "cluster/api.h"

/* Is a token mounted at the usual place, and the API server's host set? */
bool in_cluster_is_here(void);

/*
 * Reads KUBERNETES_SERVICE_HOST and _PORT, and token, ca.crt and namespace in
 * dir, or, if that is NULL, at the usual place. The caller frees *cluster with
 * cluster_free. Errors: ERR_CONFIG.
 */
int in_cluster_find(const char *dir, struct cluster *cluster, struct err *err);

#endif
