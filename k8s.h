/*
 * The Kubernetes API: read a Secret, apply a Secret (server-side apply, field
 * manager "ecr-secret"). Knows nothing of AWS. Calls are started and finished,
 * so that those for several namespaces overlap.
 */
#ifndef K8S_H
#define K8S_H

#include <stdbool.h>

#include "base/err.h"
#include "cluster/api.h"
#include "cluster/kube_secret.h"

/* Names that Kubernetes allows: a DNS subdomain, and a DNS label. */
bool k8s_is_name(const char *text);
bool k8s_is_namespace(const char *text);

/* What to apply. Strings are borrowed. */
struct k8s_apply {
	const char *namespace;
	const char *name;
	const char *type;
	const char *key;         /* in data */
	const struct buf *value; /* its bytes, not base64 */
	const char *annotation;  /* a name and its value; NULL: none */
	const char *annotation_value;
	const char *resource_version; /* that was read; NULL: none */
	bool is_forced;               /* takes over from another manager */
	bool is_dry_run; /* the server checks, and writes nothing */
};

enum k8s_outcome {
	K8S_WRITTEN,
	K8S_CONFLICT, /* 409: read and decide again; err says with whom */
};

/*
 * GET of one Secret. finish frees the call; the caller frees *secret with
 * kube_secret_free. That it does not exist or can't be read is no error here:
 * *secret says so, and err, in the second case, why. Errors: as http_wait and
 * cluster_set_error.
 */
struct cluster_call *k8s_start_read(struct cluster_api *api,
    const char *namespace, const char *name);
int k8s_finish_read(struct cluster_call *call, struct kube_secret *secret,
    struct err *err);

/* Server-side apply of one Secret. Errors: the same. */
struct cluster_call *k8s_start_apply(struct cluster_api *api,
    const struct k8s_apply *apply);
int k8s_finish_apply(struct cluster_call *call, enum k8s_outcome *outcome,
    struct err *err);

#endif
