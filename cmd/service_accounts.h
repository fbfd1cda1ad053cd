/*
 * The ServiceAccounts that --service-account names: each one's pods are to pull
 * with the Secret. Those that lack it get it; nothing is taken from any.
 */
#ifndef CMD_SERVICE_ACCOUNTS_H
#define CMD_SERVICE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "cluster/api.h"
#include "cmd/report.h"

/* Borrowed. */
struct service_accounts_wish {
	const struct list *names;      /* or "*" alone: all */
	const struct list *namespaces; /* where the Secret is */
	const char *secret;
	bool is_fan_out; /* the namespaces are sorted; lists find them all */
	bool is_dry_run;
	size_t parallel; /* requests in flight */
	size_t order;    /* of their first failure, in the report */
};

/*
 * Looks at each, by one list for each name in a fan-out, and adds the Secret
 * where it is not. Reports each one that was changed, is missing or can't be
 * changed; none stops the others.
 */
void service_accounts_add(const struct service_accounts_wish *wish,
    struct cluster_api *api, struct report *report);

#endif
