/*
 * kubeconfig files, as kubectl reads them: several are merged, a context names
 * a cluster, a user and a namespace, and paths are relative to the file that
 * they are in (client-go, tools/clientcmd; "Organizing Cluster Access Using
 * kubeconfig Files").
 */
#ifndef CLUSTER_KUBECONFIG_H
#define CLUSTER_KUBECONFIG_H

#include <stdint.h>

#include "base/list.h"
#include "cluster/api.h"

/*
 * Reads all files and takes the context of that name, or, if that is NULL, the
 * current one. Of entries of one name the first file's is used, alone. An exec
 * plugin is run, for timeout_ms at most, unless it is one for EKS: then
 * cluster->eks is set, and the token is left to the caller. The caller frees
 * *cluster with cluster_free.
 *
 * Errors: ERR_USAGE for a context that no file has; ERR_CONFIG; what the plugin
 * leads to: ERR_RETRY (its time was over), ERR_DATA.
 */
int kubeconfig_find(const struct list *paths, const char *context,
    int64_t timeout_ms, struct cluster *cluster, struct err *err);

#endif
