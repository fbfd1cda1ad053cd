/*
 * Lists of namespaces, Secrets of one name and ServiceAccounts, of which a page
 * at a time is held. Calls are started and finished, so that several overlap.
 */
#ifndef CLUSTER_KUBE_LIST_H
#define CLUSTER_KUBE_LIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cluster/api.h"

struct cJSON;

/* Metadata of all namespaces; selector may be NULL. */
struct cluster_call *kube_list_start_namespaces(struct cluster_api *api,
    const char *selector);

/* The Secrets of that name in all namespaces. */
struct cluster_call *kube_list_start_secrets(struct cluster_api *api,
    const char *name);

/*
 * The ServiceAccounts of a namespace or of all (NULL), of a name or of any
 * (NULL); remedy is for a 403.
 */
struct cluster_call *kube_list_start_accounts(struct cluster_api *api,
    const char *namespace, const char *name, const char *remedy);

/* Who takes a list. */
struct kube_list_taker {
	void (*take)(void *arg, struct cJSON *item); /* it stays the list's */
	void (*forget)(void *arg);                   /* all that was taken */
	void *arg;
};

/*
 * Gives all pages' items to taker, and frees the call. A list that takes longer
 * than the server's history lasts (410) is forgotten and begun anew, twice. On
 * failure the pages before were taken, and *needs_reads, unless it is NULL, is
 * whether single reads may do: we lack the right (403), a page is too long, or
 * one item holds what our JSON library refuses. Errors: as http_wait and
 * cluster_set_error, but ERR_RETRY for that 410; ERR_DATA.
 */
int kube_list_finish(struct cluster_call *call,
    const struct kube_list_taker *taker, bool *needs_reads, struct err *err);

#endif
