/*
 * --verify: asks the registry for an image's manifest with the new token, as a
 * node that pulls it will, before the token is written.
 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include <stddef.h>

#include "aws/config.h"
#include "base/err.h"
#include "registry/docker_config.h"

/* NULL, or what text should be: an image that can be asked for. */
const char *verify_find_fault(const char *text);

/*
 * Finds the entry of the image's registry; *entry is NULL while it may be the
 * one whose host is not known yet. The image was checked by verify_find_fault.
 * Errors: ERR_USAGE, with the hosts that there are.
 */
int verify_find_entry(const char *text, const struct docker_entry *entries,
    size_t n, const struct docker_entry **entry, struct err *err);

/*
 * Asks for the image's manifest with the entry's token. It takes half of what
 * is left of the run's time at most. Errors: as http_wait and probe_explain.
 */
int verify_image(const char *text, const struct docker_entry *entry,
    const struct aws *aws, struct err *err);

#endif
