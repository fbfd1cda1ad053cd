/* Private to cluster/kubeconfig*.c: a kubeconfig's entries, and its users. */
#ifndef CLUSTER_KUBECONFIG_USER_H
#define CLUSTER_KUBECONFIG_USER_H

#include "cluster/api.h"

struct cJSON;

/* A named context, cluster or user, and where it is. Borrowed. */
struct kubeconfig_entry {
	const char *file;
	const char *name;
	const struct cJSON *body;
};

/* A path in an entry as one that can be opened; for mem_free. */
char *kubeconfig_path(const struct kubeconfig_entry *entry, const char *path);

/*
 * Adds what is in the file that the field names, or in the field FIELD-data;
 * nothing if neither is there. *origin becomes the file's path, or the field.
 */
int kubeconfig_read_pem(const struct kubeconfig_entry *entry, const char *field,
    struct buf *pem, char **origin, struct err *err);

/*
 * Takes over who we are; place is the cluster's body, of which a plugin may be
 * told. Errors: as kubeconfig_find.
 */
int kubeconfig_take_user(const struct kubeconfig_entry *user,
    const struct cJSON *place, int64_t timeout_ms, struct cluster *cluster,
    struct err *err);

#endif
