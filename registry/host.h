/*
 * Host names of private ECR registries, pure. The grammar is that of the two
 * official credential helpers.
 */
#ifndef REGISTRY_HOST_H
#define REGISTRY_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arn.h"
#include "base/list.h"

enum {
	HOST_ACCOUNT_LEN = ARN_ACCOUNT_LEN,
	HOST_REGION_MAX = ARN_REGION_MAX,
};

struct registry_host {
	char account[HOST_ACCOUNT_LEN + 1];
	char region[HOST_REGION_MAX + 1];
	bool is_fips;
	bool is_dual_stack; /* the host is one of on.aws and its like */
	size_t suffix_at;   /* where that begins in the text */
};

/* False if text, in any case, is not a whole such name. */
bool registry_host_parse(const char *text, struct registry_host *host);

/* Is this a name of ECR's public registry? Both are bare and in lower case. */
bool registry_host_is_public(const char *host);

/* Of its two names, is it the one of dual stack? */
bool registry_host_is_public_dual_stack(const char *host);

/* Is this, in any case, the bare host of a registry of ECR, of either kind? */
bool registry_host_is_ecr(const char *host);

/*
 * The host, with its port if it has one, of an image or a URL, as it is spelled
 * there. The caller frees it with mem_free.
 */
char *registry_host_of(const char *text);

/*
 * Adds all names of the registry whose normal host this is, its own first: by
 * FIPS, dual stack, and both, where its partition has such names; the other
 * name of the public one; no more for hosts that are not ECR's.
 */
void registry_host_add_names(const char *host, struct list *names);

/* Is text exactly twelve digits? */
bool registry_is_account(const char *text, size_t len);

/*
 * A docker config key without what clients ignore in it: scheme, "/v1/",
 * "/v2/", slash at the end and case. Two keys that name the same registry give
 * the same text. The caller frees it with mem_free.
 */
char *registry_normal_key(const char *key);

#endif
