/*
 * "ecr-secret check": walks the way of a refresh and of a pull, says of each
 * step what it found and what mends it, and changes nothing. Steps that need
 * what an earlier one could not find say so, and the rest goes on.
 */
#ifndef CMD_CHECK_CHECK_H
#define CMD_CHECK_CHECK_H

#include <stdbool.h>

#include "aws/sts.h"
#include "cluster/look.h"
#include "cmd/check/findings.h"
#include "cmd/command.h"
#include "cmd/format.h"
#include "cmd/options/options.h"
#include "cmd/place.h"
#include "cmd/report.h"
#include "cmd/token_source.h"
#include "registry/docker_config.h"
#include "registry/docker_entries.h"
#include "registry/image.h"

extern const struct command check_command;

/* --- Private to cmd/check/ ------------------------------------------------ */

enum {
	CHECK_ATTEMPTS = 3, /* who can't be reached is a finding */
	CHECK_TOKEN_LIFE_S = 12 * 60 * 60, /* of ECR's tokens */
};

/* The command that writes the Secret, and what comes of it. */
#define CHECK_REFRESH(has_others, rest)                         \
	((has_others) ? "run ecr-secret refresh --merge" rest : \
			"run ecr-secret refresh" rest)

/* Whom and what is asked about one namespace, all at once. */
struct check_namespace {
	const char *name; /* borrowed */
	struct check_right {
		const char *resource, *verb;
		const char *object; /* its name; NULL: any. Borrowed */
		struct cluster_call *call;
	} *rights;
	size_t rights_n;
	struct cluster_call *secret, *accounts, *pods, *cronjobs;
	struct kube_secret found; /* by check_read_secret */
	struct err err;           /* why there is none, or can't be seen */
};

struct check_image;
struct check_endpoint;

struct check {
	const struct options *options;
	struct findings findings;
	struct http *http;
	bool has_images;
	bool is_implied; /* which registries: those of the images */

	/* AWS: how far it came, and what stopped it. */
	struct token_source source;
	bool has_aws, has_creds;
	struct err region_err;            /* no region to ask for tokens */
	struct check_endpoint *endpoints; /* one a token, or NULL */
	bool has_clock;                   /* an endpoint told the time */
	time_t clock_s;                   /* what is missing from ours */
	struct sts_identity identity;
	struct docker_entry *entries; /* with a token, or none */
	size_t entries_n;

	/* The cluster, the same. */
	struct place place;
	bool has_cluster, is_cluster_absent;
	struct err cluster_err;
	struct cluster_call *self;     /* who are we there? */
	bool is_self_refused;          /* that was no answer */
	struct cluster_call *pending;  /* all pods that can't start */
	struct check_namespace *asked; /* one a namespace; NULL: none */
	char *user;

	struct docker_entries held; /* in the first namespace's Secret */
	struct check_image *images; /* that are asked for; NULL: not yet */
};

/* Each prints its findings; in the order in which they are printed. */
void check_settings(struct check *check);
void check_aws(struct check *check);
void check_cluster(struct check *check);
void check_namespaces(struct check *check);
void check_images(struct check *check);

/* Asks whether anybody is there where the tokens are asked for. */
void check_endpoints_ask(struct check *check); /* prints nothing */
void check_endpoints_wait(struct check *check);
void check_endpoints(struct check *check);
bool check_endpoint_is_dead(const struct check *check, size_t token);
void check_endpoints_free(struct check *check);

/* The way to the images' registries; prints nothing. */
void check_images_open(struct check *check);

/* Starts to ask for the images, once the Secret was read; prints nothing. */
void check_images_ask(struct check *check);

/* Starts and prints what is asked of one namespace. */
void check_namespace_start(struct check *check, const char *name,
    struct check_namespace *asked);
void check_read_secret(struct check_namespace *asked); /* once */
void check_rights_start(struct check *check, struct check_namespace *asked);
void check_rights(struct check *check, struct check_namespace *asked);
void check_secret(struct check *check, const char *namespace,
    const struct kube_secret *secret);

/* Does a document hold what a refresh stops at, without --merge? */
bool check_has_others(const struct check *check,
    const struct docker_entries *held);

/* What mends an entry's fault: a refresh, if it writes the entry. */
const char *check_entry_remedy(const struct check *check,
    const struct docker_entries *held, const struct docker_held_entry *entry);

/* What mends it where a registry is not in such a document. */
const char *check_missing_remedy(const struct check *check,
    const struct docker_entries *held);

void check_users(struct check *check, struct check_namespace *asked);
void check_pods(struct check *check, const char *namespace, struct look *look,
    const struct look *accounts, bool has_account);
void check_pods_elsewhere(struct check *check, struct look *look);
void check_cronjobs(struct check *check, struct check_namespace *asked);

/* For an image that is missing in our own registry. */
void check_replication(struct check *check, const char *text,
    const struct image *image);

/* Does any container of a pod's spec run this program? */
bool check_runs_us(const struct cJSON *spec);

/* Does a list of {name} have it? And a member of an object's metadata, or "?". */
bool check_has_name(const struct cJSON *references, const char *name);
const char *check_name_of(const struct cJSON *object, const char *member);

/* What the EKS webhook for IRSA reads on a ServiceAccount; NULL: no role. */
const char *check_role_of(const struct cJSON *account);

#endif
