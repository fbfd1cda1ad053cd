/*
 * The Kubernetes API: which names it allows, and one Secret, read or applied
 * (server-side apply, field manager "ecr-secret"). Lists and ServiceAccounts
 * are in cluster/. Knows nothing of AWS. Calls are started and finished, so
 * that several overlap.
 */
#ifndef K8S_H
#define K8S_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cluster/api.h"
#include "cluster/kube_list.h"
#include "cluster/kube_secret.h"

/* Names that Kubernetes allows: a DNS subdomain, and a DNS label. */
bool k8s_is_name(const char *text);
bool k8s_is_namespace(const char *text);

/* A member of a Secret's data, which may go to 10,000 of them. */
struct k8s_field {
	const char *key;
	struct buf value;  /* its bytes */
	struct buf base64; /* the same as they travel */
};

/* A label or an annotation. */
struct k8s_note {
	const char *name; /* NULL: none */
	const char *value;
};

/*
 * The resourceVersion of what must not exist yet: no object has it (etcd counts
 * from 2), and whatever an apply says, it may create. So a Secret that somebody
 * made since we looked is a conflict, and not lost.
 */
#define K8S_ABSENT "1"

/* What to apply. All is borrowed. */
struct k8s_apply {
	const char *namespace; /* NULL: none, in a manifest */
	const char *name;
	const char *type;
	const struct k8s_field *fields;
	size_t fields_n;
	struct k8s_note annotation;
	struct k8s_note label;
	const char *resource_version; /* that was read; NULL: any */
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

/* The Secret itself, as JSON. */
void k8s_add_manifest(const struct k8s_apply *apply, struct buf *out);

/* Server-side apply of one Secret. Errors: the same. */
struct cluster_call *k8s_start_apply(struct cluster_api *api,
    const struct k8s_apply *apply);
int k8s_finish_apply(struct cluster_call *call, enum k8s_outcome *outcome,
    struct err *err);

#endif
