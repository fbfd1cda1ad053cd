/*
 * How a Secret hands on its registries' password: what --format names. By the
 * documents of those who read it: Kubernetes' Secret types, and Argo CD's
 * "Declarative Setup" for Helm repositories in an OCI registry.
 */
#ifndef CMD_FORMAT_H
#define CMD_FORMAT_H

#include <stdbool.h>

#include "base/err.h"
#include "k8s.h"
#include "registry/docker_config.h"

/* Notes of ours on the Secret: an annotation, and Argo CD's label. */
#define SECRET_EXPIRES_AT "ecr-secret/expires-at"
#define FORMAT_LABEL "argocd.argoproj.io/secret-type"

enum {
	FORMAT_FIELDS_MAX = 5,
};

struct format {
	const char *name;
	const char *type;  /* of the Secret */
	const char *label; /* value of FORMAT_LABEL; NULL: no label */
	bool is_docker;    /* a docker config, of many registries */
	/* Of its data, in their order; ended by one without a key. */
	struct format_field {
		const char *key;
		const char *value; /* format.c's own */
	} fields[FORMAT_FIELDS_MAX + 1];
};

/* NULL if there is none of that name. */
const struct format *format_find(const char *name);

/* What a Secret is to hold. All zeroes is nothing. */
struct payload {
	struct k8s_field fields[FORMAT_FIELDS_MAX];
	size_t fields_n;
	size_t registries;
	time_t expires_at; /* the earliest known of its ECR entries; 0: none */
	bool has_unknown_expiry; /* an ECR entry was kept that doesn't tell */
	struct docker_held_entry spoiler; /* as in struct docker_config */
};

/*
 * Makes it of the wish, whose old is filled from the Secret as it is. Errors:
 * ERR_REFUSED when that would lose what is somebody else's, ERR_DATA for data
 * that are not Kubernetes'. The caller frees *payload with payload_free.
 */
int payload_compose(const struct format *format, const struct docker_wish *wish,
    const struct kube_secret *now, struct payload *payload, struct err *err);

/*
 * What a Secret that exists holds of the wish, by the expiry that its entries
 * tell; else by our note, if nobody has touched them since: then expires_at is
 * set all the same. That an unknown registry is held is believed only of what
 * nobody has touched.
 */
void format_look(const struct format *format, const struct docker_wish *wish,
    const char *own_region, const struct kube_secret *now,
    struct docker_held *held);

/* Does the Secret hold just these bytes? */
bool payload_is_held(const struct payload *payload,
    const struct kube_secret *now);

void payload_free(struct payload *payload);

#endif
