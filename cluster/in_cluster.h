/* The way to the API server from inside a pod: the mounted ServiceAccount. */
#ifndef CLUSTER_IN_CLUSTER_H
#define CLUSTER_IN_CLUSTER_H

#include "cluster/api.h"

/*
 * Reads KUBERNETES_SERVICE_HOST and _PORT and dir's token and namespace. The caller
 * frees *cluster with cluster_free. Errors: ERR_CONFIG.
 */
int cluster_find_in_cluster(const char *dir, struct cluster *cluster,
    struct err *err);

#endif
