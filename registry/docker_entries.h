/*
 * What a docker config holds, entry by entry, for people, pure: who can use an
 * entry, and why others can't. By the rules of docker, containerd and kubelet
 * (k8s.io/kubernetes/pkg/credentialprovider).
 */
#ifndef REGISTRY_DOCKER_ENTRIES_H
#define REGISTRY_DOCKER_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/json.h"

/* All zeroes is none. */
struct docker_held_entry {
	char *key;
	char *auth; /* as clients send it, in one line; NULL: none is usable */
	bool is_ecr;
	time_t expires_at;  /* 0: it does not tell */
	const char *fault;  /* "has a scheme, ..."; NULL: none */
	const char *remedy; /* of a fault */
	bool is_mended;     /* by a refresh that writes this entry */
	bool spoils_all;    /* kubelet then uses none of a pod's pull secrets */
};

struct docker_entries {
	struct docker_held_entry *items;
	size_t n;
	char *member;      /* the first beside "auths", or NULL */
	const char *fault; /* of the whole: "is not JSON"; NULL: none */
	const char *remedy;
};

/*
 * Reads a document, behind which a NUL stands. -1: it has a fault for which no
 * client finds a password in it. Free *entries with docker_entries_free.
 */
int docker_entries_read(const char *text, size_t len,
    struct docker_entries *entries);

void docker_entries_free(struct docker_entries *entries);

/* Reads one entry of "auths". Free *entry with docker_entry_free. */
void docker_entry_read(const struct cJSON *value,
    struct docker_held_entry *entry);

void docker_entry_free(struct docker_held_entry *entry);

/* As entry.spoils_all, for much less work. */
bool docker_entry_spoils(const struct cJSON *value);

/*
 * Is each member of an entry that is to be text so, if it is there? Else
 * kubelet can't read the document.
 */
bool docker_entry_is_text(const struct cJSON *value);

#endif
