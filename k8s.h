/*
 * The Kubernetes API: list namespaces, ServiceAccounts and Secrets of one name,
 * read a Secret, apply a Secret (server-side apply, field manager "ecr-secret").
 * Knows nothing of AWS. Calls are started and finished, so that several overlap.
 */
#ifndef K8S_H
#define K8S_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cluster/api.h"
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

/*
 * A page of a list. finish frees the call; the caller frees *page with
 * k8s_page_free. more is NULL at first, then the page's before. On failure too
 * *page says whether the next page is gone, since the list took so long, or may
 * not be read. Errors: as http_wait and cluster_set_error.
 */
struct k8s_page {
	struct cJSON *json; /* parts of it are in text */
	struct buf text;
	const char *more; /* where the next page begins, borrowed; NULL: none */
	bool is_outdated; /* why there is none: begin anew (410) */
	/* The same: single reads may do. We lack the right (403), or one item
	 * holds what our JSON library refuses. */
	bool needs_reads;
};

/* Metadata of all namespaces; selector may be NULL. */
struct cluster_call *k8s_start_list_namespaces(struct cluster_api *api,
    const char *selector, const char *more);

/* The Secrets of that name in all namespaces. */
struct cluster_call *k8s_start_list_secrets(struct cluster_api *api,
    const char *name, const char *more);

/*
 * The ServiceAccounts of a namespace or of all (NULL), of a name or of any
 * (NULL); remedy is for a 403.
 */
struct cluster_call *k8s_start_list_accounts(struct cluster_api *api,
    const char *namespace, const char *name, const char *more,
    const char *remedy);

int k8s_finish_list(struct cluster_call *call, struct k8s_page *page,
    struct err *err);

/* The page's first item, and each one's next by json_next; NULL: no more. */
struct cJSON *k8s_page_first(const struct k8s_page *page);
void k8s_page_free(struct k8s_page *page);

/* The Secret itself, as JSON. */
void k8s_add_manifest(const struct k8s_apply *apply, struct buf *out);

/* Server-side apply of one Secret. Errors: the same. */
struct cluster_call *k8s_start_apply(struct cluster_api *api,
    const struct k8s_apply *apply);
int k8s_finish_apply(struct cluster_call *call, enum k8s_outcome *outcome,
    struct err *err);

#endif
