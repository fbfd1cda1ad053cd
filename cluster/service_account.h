/*
 * A ServiceAccount's imagePullSecrets. The list is atomic: by apply or a merge
 * one would replace what others have put there. So it is read, and the Secret
 * added by a JSON Patch (RFC 6902), whose test of the resourceVersion fails if
 * anybody was quicker.
 */
#ifndef CLUSTER_SERVICE_ACCOUNT_H
#define CLUSTER_SERVICE_ACCOUNT_H

#include <stdbool.h>

#include "base/err.h"
#include "cluster/api.h"

struct cJSON;

/* What was seen of one. All zeroes is none. */
struct service_account {
	char *namespace;
	char *name;
	char *version;   /* its resourceVersion */
	bool has_any;    /* there are imagePullSecrets */
	bool has_secret; /* the one that was asked for among them */
};

/* Which one. Borrowed. */
struct service_account_place {
	const char *namespace;
	const char *name;
};

/*
 * Sees whether the object, of an answer or a list's item, has the Secret.
 * Errors: ERR_DATA when it is no ServiceAccount; the items of a list don't say.
 */
int service_account_take(const struct cJSON *object, const char *secret,
    struct service_account *account, struct err *err);

/*
 * GET of one; the remedy is for when a right is missing. finish frees the call;
 * the caller frees *account with service_account_free. Errors: as http_wait and
 * cluster_set_error.
 */
struct cluster_call *service_account_start_read(struct cluster_api *api,
    const struct service_account_place *place, const char *remedy);
int service_account_finish_read(struct cluster_call *call, const char *secret,
    struct service_account *account, struct err *err);

/*
 * Adds the Secret to those of the account as it was seen. *is_refused, which
 * may mean that it has changed since: read it again; err says why. Other
 * errors: as above.
 */
struct cluster_call *service_account_start_add(struct cluster_api *api,
    const struct service_account *account, const char *secret,
    const char *remedy, bool is_dry_run);
int service_account_finish_add(struct cluster_call *call, bool *is_refused,
    struct err *err);

void service_account_free(struct service_account *account);

#endif
