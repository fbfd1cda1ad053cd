/*
 * "docker-credential-ecr-secret VERB": the credential helper of docker, podman,
 * buildah and skopeo. By github.com/docker/docker-credential-helpers: the host
 * on standard input, the answer, or what went wrong, on standard output, and
 * exit code 1 for all that did. What ends any command at once (BUG_IF, no
 * memory, a signal) has its own code here, too: to that package, any but 0 is a
 * failure, and standard error, where it is told, is the user's.
 *
 * Tokens are kept in a cache (cmd/plugin/token_cache.h) for half of their life, and
 * for all of it while AWS can't be reached. What docker login hands over is
 * not kept: ECR's passwords are fetched when they are asked for.
 */
#ifndef CMD_PLUGIN_DOCKER_HELPER_H
#define CMD_PLUGIN_DOCKER_HELPER_H

#include "cmd/command.h"

extern const struct command docker_helper_command;

#endif
