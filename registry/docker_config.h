/*
 * The document in a kubernetes.io/dockerconfigjson Secret, pure: what it holds
 * and what it becomes. Docker's config.json: {"auths":{HOST:{"auth":...}}}.
 */
#ifndef REGISTRY_DOCKER_CONFIG_H
#define REGISTRY_DOCKER_CONFIG_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "registry/docker_entries.h"

/* One registry that we write. */
struct docker_entry {
	const char *host;  /* bare, lower case: the key */
	const char *auth;  /* NULL: no token this time, keep what is there */
	time_t expires_at; /* of auth */
};

/* What to do with registries and members that are not among the entries. */
enum docker_others {
	DOCKER_REFUSE,
	DOCKER_KEEP,
	DOCKER_DROP,
};

/* The old document (len 0: none), and what is to become of it. Borrowed. */
struct docker_wish {
	const char *old;
	size_t old_len;
	const struct docker_entry *entries;
	size_t entries_n;
	enum docker_others others;
	bool has_all_names; /* an entry without a host is all of a registry's */
};

struct docker_config {
	struct buf text;
	size_t registries; /* how many it has */
	time_t expires_at; /* the earliest known of its ECR entries; 0: none */
	bool has_unknown_expiry; /* an ECR entry was kept that doesn't tell */
	/* The first that was kept of others' and spoils all; or none. */
	struct docker_held_entry spoiler;
};

/*
 * Makes the new document. The old spelling of a key that we write is replaced.
 * Errors: ERR_REFUSED when others would be lost and DOCKER_REFUSE is given, or
 * when they can't be carried over unchanged. The caller frees *config with
 * docker_config_free.
 */
int docker_config_compose(const struct docker_wish *wish,
    struct docker_config *config, struct err *err);

/* What a document holds of a wish. */
struct docker_held {
	bool is_as_wanted; /* each registry, and none that has to go */
	bool has_others;   /* what is not the wish's, or can't be understood */
	size_t registries; /* how many it has */
	time_t expires_at; /* as in struct docker_config */
	bool has_unknown_expiry;
};

/*
 * Looks at wish's old document; the entries' auth is not used. A single entry
 * without a host is the one registry of own_region, if there is but one.
 */
void docker_config_look(const struct docker_wish *wish, const char *own_region,
    struct docker_held *held);

void docker_config_free(struct docker_config *config);

#endif
