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

#endif
