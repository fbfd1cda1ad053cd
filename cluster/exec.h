/*
 * Exec plugins: programs that print a credential (client.authentication.k8s.io
 * v1 and v1beta1; Kubernetes documentation, "client-go credential plugins").
 */
#ifndef CLUSTER_EXEC_H
#define CLUSTER_EXEC_H

#include <stdint.h>

#include "cluster/api.h"
#include "cluster/kubeconfig_user.h"

struct cJSON;

/* Borrowed. */
struct exec_plugin {
	const struct cJSON *exec;  /* the user's member of that name */
	const struct cJSON *place; /* the cluster's body, to tell of */
	const struct kubeconfig_entry *user;
	int64_t timeout_ms; /* 20 s if it is more */
};

/*
 * Runs the plugin, and sets the token or certificate that it prints. One that
 * gets EKS tokens from AWS is not run: cluster->eks is set. Errors: ERR_CONFIG,
 * ERR_RETRY (its time was over), ERR_DATA (what it printed), ERR_SYSTEM.
 */
int exec_find_credential(const struct exec_plugin *plugin,
    struct cluster *cluster, struct err *err);

#endif
