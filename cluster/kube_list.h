/*
 * Lists of namespaces, Secrets of one name and ServiceAccounts, a page at a
 * time. Calls are started and finished, so that several overlap.
 */
#ifndef CLUSTER_KUBE_LIST_H
#define CLUSTER_KUBE_LIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cluster/api.h"

struct cJSON;

enum {
	/* Of a list that ran out of the server's history, each time anew. */
	KUBE_LIST_TRIES = 3,
};

/*
 * A page of a list. finish frees the call; the caller frees *page with
 * kube_page_free. more is NULL at first, then the page's before. On failure too
 * *page says whether the next page is gone, since the list took so long, or may
 * not be read. Errors: as http_wait and cluster_set_error.
 */
struct kube_page {
	struct cJSON *json; /* parts of it are in text */
	struct buf text;
	const char *more; /* where the next page begins, borrowed; NULL: none */
	bool is_outdated; /* why there is none: begin anew (410) */
	/* The same: single reads may do. We lack the right (403), the page is
	 * too long, or one item holds what our JSON library refuses. */
	bool needs_reads;
};

/* Metadata of all namespaces; selector may be NULL. */
struct cluster_call *kube_list_start_namespaces(struct cluster_api *api,
    const char *selector, const char *more);

/* The Secrets of that name in all namespaces. */
struct cluster_call *kube_list_start_secrets(struct cluster_api *api,
    const char *name, const char *more);

/*
 * The ServiceAccounts of a namespace or of all (NULL), of a name or of any
 * (NULL); remedy is for a 403.
 */
struct cluster_call *kube_list_start_accounts(struct cluster_api *api,
    const char *namespace, const char *name, const char *more,
    const char *remedy);

int kube_list_finish(struct cluster_call *call, struct kube_page *page,
    struct err *err);

/* The page's first item, and each one's next by json_next; NULL: no more. */
struct cJSON *kube_page_first(const struct kube_page *page);
void kube_page_free(struct kube_page *page);

#endif
