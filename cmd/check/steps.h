/*
 * Private to cmd/check/: what the steps of a check share, and what they do.
 * Those that print do so in the order in which they stand here.
 */
#ifndef CMD_CHECK_STEPS_H
#define CMD_CHECK_STEPS_H

#include <stdbool.h>

#include "aws/sts.h"
#include "cluster/look.h"
#include "cmd/check/findings.h"
#include "cmd/format.h"
#include "cmd/options/options.h"
#include "cmd/place.h"
#include "cmd/report.h"
#include "cmd/token_source.h"
#include "registry/docker_config.h"
#include "registry/docker_entries.h"
#include "registry/image.h"

enum {
	CHECK_ATTEMPTS = 3, /* who can't be reached is a finding */
	CHECK_TOKEN_LIFE_S = 12 * 60 * 60, /* of ECR's tokens */
};

/* The command that writes the Secret, and what comes of it. */
#define CHECK_REFRESH(has_others, rest)                         \
	((has_others) ? "run ecr-secret refresh --merge" rest : \
			"run ecr-secret refresh" rest)

/* Where a finding comes of another that is above it. */
#define CHECK_ABOVE "mend what failed first"

/* What mends a pod that lacks its ServiceAccount's role. */
#define CHECK_WEBHOOK                                                         \
	"delete the pod, so that the EKS webhook sees the next one; if that " \
	"changes nothing, the webhook is missing"

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

void check_settings(struct check *check);
void check_aws(struct check *check);
void check_endpoints(struct check *check);
void check_cluster(struct check *check);
void check_namespaces(struct check *check);
void check_images(struct check *check);

/* --- Endpoints: is anybody there where the tokens are asked for? ----------- */

void check_endpoints_ask(struct check *check);
void check_endpoints_wait(struct check *check);
bool check_endpoint_is_dead(const struct check *check, size_t token);
void check_endpoints_free(struct check *check);

/* --- Images ---------------------------------------------------------------- */

/* The way to their registries, while their passwords are fetched. */
void check_images_open(struct check *check);

/* The images themselves, once the Secret was read. */
void check_images_ask(struct check *check);

/* For one that is missing in our own registry: prints why, if it can. */
void check_replication(struct check *check, const char *text,
    const struct image *image);

/* --- Namespaces ------------------------------------------------------------ */

/* Starts what is asked of one. */
void check_namespace_start(struct check *check, const char *name,
    struct check_namespace *asked);
void check_rights_start(struct check *check, struct check_namespace *asked);
void check_read_secret(struct check_namespace *asked); /* once */

/* Print it. */
void check_rights(struct check *check, struct check_namespace *asked);
void check_secret(struct check *check, const char *namespace,
    const struct kube_secret *secret);
void check_users(struct check *check, struct check_namespace *asked);
void check_pods(struct check *check, const char *namespace, struct look *look,
    const struct look *accounts, bool has_account);
void check_pods_elsewhere(struct check *check, struct look *look);
void check_cronjobs(struct check *check, struct check_namespace *asked);

/* --- What a document holds ------------------------------------------------- */

/* Does a refresh stop at it, without --merge? */
bool check_has_others(const struct check *check,
    const struct docker_entries *held);

/* What mends an entry's fault: a refresh, if it writes the entry. */
const char *check_entry_remedy(const struct check *check,
    const struct docker_entries *held, const struct docker_held_entry *entry);

/* What mends it where a registry is not in it. */
const char *check_missing_remedy(const struct check *check,
    const struct docker_entries *held);

/* --- What objects of Kubernetes say ---------------------------------------- */

/* Does any container of a pod's spec run this program? */
bool check_runs_us(const struct cJSON *spec);

/* Does a list of {name} have it? */
bool check_has_name(const struct cJSON *references, const char *name);

/* A member of an object's metadata, or "?". */
const char *check_name_of(const struct cJSON *object, const char *member);

/* What the EKS webhook for IRSA reads on a ServiceAccount; NULL: no role. */
const char *check_role_of(const struct cJSON *account);

#endif
