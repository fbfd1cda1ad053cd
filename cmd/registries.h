/*
 * The registries that are to be written: what --registry names, one token for
 * each region, and the docker config entries that come of it.
 */
#ifndef CMD_REGISTRIES_H
#define CMD_REGISTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/creds.h"
#include "aws/ecr.h"
#include "base/err.h"
#include "base/list.h"
#include "registry/docker_config.h"

/* A registry; host is NULL for the caller's own until its token is there. */
struct registry {
	char *host;
	char *account; /* of SPECs without a host, else NULL */
	char *region;  /* NULL: the region for what names none */
	struct endpoint_variant variant; /* that the host asks for */
	size_t token;                    /* index of its token */
};

/* A region's token, or why there is none. */
struct registry_token {
	char *region;
	struct endpoint_variant variant;
	struct ecr_token token;
	struct err err;
};

struct registries {
	struct registry *items;
	size_t n;
	struct registry_token *tokens;
	size_t tokens_n;
};

/* Is this a registry's host, an ACCOUNT or ACCOUNT.REGION? */
bool registries_is_spec(const char *spec, bool any_host);

/*
 * Reads SPECs that were checked; none means the caller's own registry. Free
 * with registries_free.
 */
void registries_parse(const struct list *specs, struct registries *registries);

/* The first region that a SPEC names, or NULL. */
const char *registries_region(const struct registries *registries);

/*
 * Fetches one token for each region, all at once; each has its token or the
 * reason why not. Errors: ERR_CONFIG when no region is known.
 */
int registries_fetch(struct registries *registries, struct aws *aws,
    const struct creds *creds, bool any_host, struct err *err);

/* Fills entries[0..n), borrowed from registries. */
void registries_make_entries(const struct registries *registries,
    struct docker_entry *entries);

void registries_free(struct registries *registries);

#endif
