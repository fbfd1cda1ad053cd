/* A Secret as the API server shows it, and who owns what of it. Pure. */
#ifndef CLUSTER_KUBE_SECRET_H
#define CLUSTER_KUBE_SECRET_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"

#define KUBE_FIELD_MANAGER "ecr-secret"

/* A Secret as it was read. All zeroes is one that does not exist. */
struct kube_secret {
	struct cJSON *object; /* NULL: does not exist, or can't be read */
	bool is_unreadable;   /* we lack the right */
};

/* Questions about a Secret that exists; texts are borrowed, or NULL. */
const char *kube_secret_type(const struct kube_secret *secret);
const char *kube_secret_version(const struct kube_secret *secret);
const char *kube_secret_annotation(const struct kube_secret *secret,
    const char *name);
const char *kube_secret_label(const struct kube_secret *secret,
    const char *name);
bool kube_secret_is_immutable(const struct kube_secret *secret);

/*
 * Adds the bytes under data's key; nothing if it isn't there. Errors: ERR_DATA
 * when data are not what Kubernetes sends.
 */
int kube_secret_add_data(const struct kube_secret *secret, const char *key,
    struct buf *out, struct err *err);

/* The same as base64, borrowed; NULL if it is not there. */
const char *kube_secret_data_text(const struct kube_secret *secret,
    const char *key);

/* When we applied it last; 0 if it isn't known. */
time_t kube_secret_applied_at(const struct kube_secret *secret);

/*
 * Is data's key as we have applied it: ours, and nobody else's? Who changes a
 * value owns it.
 */
bool kube_secret_is_untouched(const struct kube_secret *secret,
    const char *key);

/*
 * The first manager but ours that owns the type, data's key or the annotation;
 * NULL if there is none.
 */
const char *kube_secret_other_owner(const struct kube_secret *secret,
    const char *key, const char *annotation);

void kube_secret_free(struct kube_secret *secret);

#endif
