/*
 * "docker-credential-ecr-secret VERB": the credential helper of docker, podman,
 * buildah and skopeo. By github.com/docker/docker-credential-helpers: the host
 * on standard input, the answer, or what went wrong, on standard output, and
 * exit code 1 for all that did.
 *
 * Tokens are kept in a cache (cmd/token_cache.h) for half of their life, and
 * for all of it while AWS can't be reached. What docker login hands over is
 * not kept: ECR's passwords are fetched when they are asked for.
 */
#ifndef CMD_DOCKER_HELPER_H
#define CMD_DOCKER_HELPER_H

#include <stdbool.h>

#include "cmd/options.h"
#include "cmd/report.h"

void docker_helper(const struct options *options, struct report *report);

/* NULL if text is a verb, else what it should be. */
const char *docker_helper_find_fault(const char *text, bool any_host);

/* Says what went wrong, in the protocol's place; returns the exit code. */
int docker_helper_finish(struct report *report);

#endif
