/* Private to aws/creds*.c: where a container's credentials are asked for. */
#ifndef AWS_CREDS_CONTAINER_H
#define AWS_CREDS_CONTAINER_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Adds the URL that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which wins, or
 * _FULL_URI names; nothing where both are NULL. Pure.
 *
 * Plain HTTP may go to loopback and the agents' own addresses, whole ones. The
 * SDKs also resolve a name, and allow it if all of its addresses are such; we
 * refuse every name but localhost, since the answer may be another one when
 * the request itself, with its token, resolves the name again. Errors:
 * ERR_CONFIG.
 */
int creds_container_url(const char *relative, const char *full, struct buf *url,
    struct err *err);

#endif
