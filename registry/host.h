/*
 * Host names of private ECR registries, pure. The grammar is that of the two
 * official credential helpers.
 */
#ifndef REGISTRY_HOST_H
#define REGISTRY_HOST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	HOST_ACCOUNT_LEN = 12,
	HOST_REGION_MAX = 63,
};

struct registry_host {
	char account[HOST_ACCOUNT_LEN + 1];
	char region[HOST_REGION_MAX + 1];
	bool is_fips;
	bool is_dual_stack; /* the host is one of on.aws and its like */
};

/* False if text, in any case, is not a whole such name. */
bool registry_host_parse(const char *text, struct registry_host *host);

/* Is text exactly twelve digits? */
bool registry_is_account(const char *text, size_t len);

/*
 * A docker config key without what clients ignore in it: scheme, "/v1/",
 * "/v2/", slash at the end and case. Two keys that name the same registry give
 * the same text. The caller frees it with mem_free.
 */
char *registry_normal_key(const char *key);

#endif
