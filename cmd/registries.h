/*
 * The registries that are to be written: what --registry names, the roles to
 * ask as, one token for each role and region, and the docker config entries
 * that come of it.
 */
#ifndef CMD_REGISTRIES_H
#define CMD_REGISTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/creds.h"
#include "aws/ecr.h"
#include "base/err.h"
#include "base/list.h"
#include "cmd/registry_spec.h"
#include "cmd/report.h"
#include "registry/docker_config.h"

/* A registry; its spec gets a host once that is known. */
struct registry {
	struct registry_spec spec;
	size_t token;      /* index of its token */
	struct list names; /* that entries are made for; its host first */
};

/* Who asks: the caller is the first, then each role of the specs. */
struct registry_role {
	const struct registry_spec *spec; /* the first that names it */
	const struct creds *creds;        /* the caller's, or those assumed */
	struct creds assumed;
	struct err err; /* why there are none */
	bool is_reported;
};

/* A region's token for a role, or why there is none. */
struct registry_token {
	size_t role; /* index of who asks */
	const char *region;
	struct endpoint_variant variant;
	bool is_public;
	struct aws_call *call; /* under way, or NULL */
	struct ecr_token token;
	struct err err;
	bool is_reported;
};

struct registries {
	struct registry *items;
	size_t n;
	struct registry_role *roles;
	size_t roles_n;
	struct registry_token *tokens;
	size_t tokens_n;
};

/*
 * Reads SPECs that were checked; none means the caller's own registry. Free
 * with registries_free.
 */
void registries_parse(const struct list *specs, struct registries *registries);

/* The first region that a SPEC names, or NULL. */
const char *registries_region(const struct registries *registries);

/*
 * Gives each registry its region, and with it its host; only the caller's own
 * is not known before it has its token. Errors, after which nothing is assigned:
 * ERR_CONFIG when no region is known, ERR_USAGE when one registry is named with
 * two roles. Once it has succeeded, it does nothing more.
 */
int registries_assign(struct registries *registries, struct aws *aws,
    struct err *err);

/*
 * Assumes each role once, and fetches one token for each role and region, all
 * that can be at once; each token is there, or the reason why not. creds are
 * borrowed.
 */
void registries_fetch(struct registries *registries, struct aws *aws,
    const struct creds *creds, bool any_host);

/*
 * Reports each failure once, in the order of the registries. Returns how many
 * registries have a token.
 */
size_t registries_report(struct registries *registries, struct report *report);

/*
 * The entries to write, one for each host, with all_hosts also under the
 * registry's other names; borrowed from registries, freed with mem_free. A host
 * that isn't known yet is NULL.
 */
struct docker_entry *registries_make_entries(struct registries *registries,
    bool all_hosts, size_t *n);

/* The entry of a host; NULL: there is none. */
const struct docker_entry *registries_find_entry(const struct docker_entry
						     *entries,
    size_t n, const char *host);

void registries_free(struct registries *registries);

#endif
