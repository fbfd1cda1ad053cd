/*
 * Which keys of a docker config kubelet uses for an image, pure: the rules of
 * k8s.io/kubernetes/pkg/credentialprovider. Docker and containerd know no
 * globs: for them only a key that is the bare host will do.
 */
#ifndef REGISTRY_KEYRING_H
#define REGISTRY_KEYRING_H

#include <stdbool.h>

#include "base/list.h"

/*
 * Is the key for the image, which is HOST/REPOSITORY without tag and digest?
 * Scheme and a leading /v1/ or /v2/ of the key don't count. The port and the
 * number of labels are the same, each label matches that of the key, where *
 * and [...] are wildcards, and the key's path is how the image's begins: /team
 * is also for /team2. Case counts.
 */
bool keyring_has(const char *key, const char *image);

/*
 * Adds those of the keys that are for the image, all of which kubelet tries,
 * in its order: the longer path first.
 */
void keyring_find(const struct list *keys, const char *image,
    struct list *found);

/* What is odd about a key that shall be a registry's bare host. */
struct keyring_oddities {
	bool has_scheme;
	bool is_ignored; /* kubelet can't read it */
	bool is_glob;
	bool has_capitals; /* in the host */
	bool has_port;
	bool has_path; /* besides a /v1/ or /v2/ that counts for nothing */
};

/* Fills *odd, and returns the key's host in lower case; mem_free it. */
char *keyring_look(const char *key, struct keyring_oddities *odd);

#endif
