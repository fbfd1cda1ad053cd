/*
 * What stands behind the auth of a docker config's entry, pure: a user and a
 * password, and in ECR's passwords their end.
 */
#ifndef REGISTRY_DOCKER_AUTH_H
#define REGISTRY_DOCKER_AUTH_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"

/*
 * Adds what an auth stands for, as kubelet decodes it
 * (decodeDockerConfigFieldAuth): the standard alphabet, padded or not; what
 * wraps long lines, as base64(1) does, does not count. false: it is not base64
 * of USER:PASSWORD, and then kubelet can't read the document.
 */
bool docker_auth_split(const char *auth, struct buf *user,
    struct buf *password);

/*
 * An ECR password is base64 of JSON with its expiry, undocumented: a hint for
 * an entry's auth that we did not fetch; 0 where it is missing, or auth is NULL.
 */
time_t docker_auth_expiry(const char *auth);

#endif
