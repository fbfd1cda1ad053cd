/* The ServiceAccounts that are to pull with the Secret. */
#include "cmd/service_accounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "cluster/service_account.h"
#include "cmd/progress.h"
#include "k8s.h"

enum {
	ADD_TRIES = 10, /* of an account that others change at the same time */
};

struct work {
	const struct service_accounts_wish *wish;
	struct cluster_api *api;
	struct report *report;
	bool is_all;    /* whatever their names */
	bool is_listed; /* else each is read */
	struct list names;
	struct service_account *lacking; /* the Secret */
	size_t n;
	struct progress progress; /* of adding it */
};

static const char *
at(const struct list *list, size_t i)
{
	BUG_IF(list->items == NULL || i >= list->n);
	return list->items[i];
}

/* What a 403 is answered with: the rule that all of this needs. */
static char *
make_remedy(const struct work *work, const char *namespace)
{
	struct buf text = { 0 };

	if (work->wish->is_fan_out)
		buf_add_str(&text, "add to a ClusterRole: ");
	else
		buf_addf(&text, "add to a Role in namespace %s: ", namespace);
	buf_add_str(&text,
	    "- {apiGroups: [\"\"], resources: [serviceaccounts]");
	for (size_t i = 0; i < work->names.n; i++)
		buf_addf(&text, "%s%s", i == 0 ? ", resourceNames: [" : ", ",
		    work->names.items[i]);
	buf_addf(&text, "%s, verbs: [get, %spatch]}",
	    work->names.n > 0 ? "]" : "", work->is_listed ? "list, " : "");
	return buf_take(&text);
}

/* A call that is under way, or none. */
struct slot {
	struct cluster_call *call;
};

/* Calls, as many at once as may be; each is finished in its turn. */
static void
overlap(struct work *work, size_t n,
    struct cluster_call *(*start)(struct work *work, size_t i),
    void (*finish)(struct work *work, size_t i, struct cluster_call *call))
{
	size_t parallel = work->wish->parallel;
	struct slot *slots = xcalloc(parallel, sizeof(*slots));

	for (size_t i = 0; i < n + parallel; i++) {
		struct slot *slot = &slots[i % parallel];

		if (slot->call != NULL)
			finish(work, i - parallel, slot->call);
		slot->call = i < n ? start(work, i) : NULL;
	}
	mem_free(slots);
}

/* Takes over what account holds. */
static void
take(struct work *work, struct service_account *account)
{
	if (account->has_secret) {
		service_account_free(account);
		return;
	}
	/* Room for twice as many, whenever a power of two is full. */
	if ((work->n & (work->n - 1)) == 0)
		work->lacking = xrealloc(work->lacking,
		    (work->n == 0 ? 1 : 2 * work->n) * sizeof(*account));
	work->lacking[work->n++] = *account;
}

static int
compare_names(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

/* The index of the namespace among those where the Secret is, else their n. */
static size_t
find_namespace(const struct list *namespaces, const char *namespace)
{
	char **found = namespaces->n == 0 ?
	    NULL :
	    bsearch(namespace, namespaces->items, namespaces->n,
		sizeof(*namespaces->items), compare_names);

	return found == NULL ? namespaces->n :
			       (size_t)(found - namespaces->items);
}

/* --- What there is, one by one ----------------------------------------- */

static struct cluster_call *
start_read(struct work *work, size_t i)
{
	size_t n = work->names.n;
	const char *namespace = at(work->wish->namespaces, i / n);
	char *remedy = make_remedy(work, namespace);
	struct cluster_call *call = service_account_start_read(work->api,
	    &(struct service_account_place){
		namespace, at(&work->names, i % n) },
	    remedy);

	mem_free(remedy);
	return call;
}

static void
finish_read(struct work *work, size_t i, struct cluster_call *call)
{
	struct service_account account = { 0 };
	struct err err;

	if (service_account_finish_read(call, work->wish->secret, &account,
		&err) == 0)
		take(work, &account);
	else
		report_failed(work->report, work->wish->order + i, &err);
}

/* --- What there is, by lists ------------------------------------------- */

/* A list that is gone through. */
struct reading {
	struct work *work;
	size_t before; /* of those that lack the Secret */
	bool *is_seen; /* for each namespace, in a fan-out */
};

/* In a fan-out one for each name or one for all, else one a namespace. */
static struct cluster_call *
start_list(struct work *work, size_t i)
{
	const struct service_accounts_wish *wish = work->wish;
	const char *namespace =
	    wish->is_fan_out ? NULL : at(wish->namespaces, i);
	const char *name = work->is_all ? NULL : at(&work->names, i);
	char *remedy = make_remedy(work, namespace);
	struct cluster_call *call =
	    kube_list_start_accounts(work->api, namespace, name, remedy);

	mem_free(remedy);
	return call;
}

/* Those of other namespaces are none of ours. */
static void
take_item(void *arg, struct cJSON *item)
{
	const struct reading *reading = arg;
	const struct service_accounts_wish *wish = reading->work->wish;
	struct service_account account = { 0 };
	struct err ignored;
	size_t i = 0;

	if (service_account_take(item, wish->secret, &account, &ignored) < 0)
		return;
	if (wish->is_fan_out)
		i = find_namespace(wish->namespaces, account.namespace);
	if (i == wish->namespaces->n) {
		service_account_free(&account);
	} else {
		reading->is_seen[i] = true;
		take(reading->work, &account);
	}
}

static void
forget(void *arg)
{
	const struct reading *reading = arg;
	struct work *work = reading->work;

	while (work->n > reading->before)
		service_account_free(&work->lacking[--work->n]);
	memset(reading->is_seen, 0,
	    work->wish->namespaces->n * sizeof(*reading->is_seen));
}

static void
report_missing(struct work *work, const char *name, const bool *is_seen)
{
	const struct list *namespaces = work->wish->namespaces;

	for (size_t i = 0; i < namespaces->n; i++) {
		struct err err;

		if (is_seen[i])
			continue;
		(void)err_set(&err, ERR_REFUSED,
		    "k8s: ServiceAccount %s/%s: does not exist",
		    namespaces->items[i], name);
		report_failed(work->report, work->wish->order + i, &err);
	}
}

static void
finish_list(struct work *work, size_t i, struct cluster_call *call)
{
	struct reading reading = {
		.work = work,
		.before = work->n,
		.is_seen = xcalloc(work->wish->namespaces->n,
		    sizeof(*reading.is_seen)),
	};
	struct err err;

	if (kube_list_finish(call,
		&(struct kube_list_taker){ take_item, forget, &reading }, NULL,
		&err) < 0)
		report_failed(work->report, work->wish->order + i, &err);
	else if (!work->is_all)
		report_missing(work, at(&work->names, i), reading.is_seen);
	mem_free(reading.is_seen);
}

/* --- Adding the Secret --------------------------------------------------- */

static struct service_account *
account_at(const struct work *work, size_t i)
{
	BUG_IF(work->lacking == NULL || i >= work->n);
	return &work->lacking[i];
}

static struct cluster_call *
start_add(struct work *work, size_t i)
{
	const struct service_account *account = account_at(work, i);
	char *remedy = make_remedy(work, account->namespace);
	struct cluster_call *call = service_account_start_add(work->api,
	    account, work->wish->secret, remedy, work->wish->is_dry_run);

	mem_free(remedy);
	return call;
}

/*
 * After a refusal, which is in err: if it stands to the account as it is, it
 * was meant. Another run of ours may have added the Secret.
 */
static int
add_again(struct work *work, size_t i, bool *is_refused, struct err *err)
{
	struct service_account *account = account_at(work, i), now = { 0 };
	char *remedy = make_remedy(work, account->namespace);
	struct err why;
	bool has_changed;
	int rc =
	    service_account_finish_read(service_account_start_read(work->api,
					    &(struct service_account_place){
						account->namespace,
						account->name },
					    remedy),
		work->wish->secret, &now, &why);

	mem_free(remedy);
	if (rc < 0) {
		*err = why;
		return -1;
	}
	has_changed = strcmp(now.version, account->version) != 0;
	service_account_free(account);
	*account = now;
	if (!account->has_secret && !has_changed)
		return -1;
	*is_refused = false;
	return account->has_secret ?
	    0 :
	    service_account_finish_add(start_add(work, i), is_refused, err);
}

static void
finish_add(struct work *work, size_t i, struct cluster_call *call)
{
	const struct service_account *account = account_at(work, i);
	bool is_refused = false;
	struct err err;
	int rc = service_account_finish_add(call, &is_refused, &err);

	for (int tries = 1; rc == 0 && is_refused && tries < ADD_TRIES; tries++)
		rc = add_again(work, i, &is_refused, &err);
	if (rc == 0 && is_refused) {
		err_hint(&err, "it was changed by others %d times meanwhile",
		    ADD_TRIES);
		rc = -1;
	}
	if (rc == 0)
		report_account(work->report,
		    &(struct report_account){
			.namespace = account->namespace,
			.name = account->name,
			.secret = work->wish->secret,
			.is_dry_run = work->wish->is_dry_run,
		    });
	else
		report_failed(work->report, work->wish->order + i, &err);
	progress_step(&work->progress);
}

void
service_accounts_add(const struct service_accounts_wish *wish,
    struct cluster_api *api, struct report *report)
{
	struct work work = {
		.wish = wish,
		.api = api,
		.report = report,
		.is_all = list_has(wish->names, "*"),
	};

	if (wish->namespaces->n == 0)
		return;
	work.is_listed = wish->is_fan_out || work.is_all;
	for (size_t i = 0; i < wish->names->n && !work.is_all; i++)
		if (!list_has(&work.names, wish->names->items[i]))
			list_add(&work.names, wish->names->items[i]);
	if (!work.is_listed)
		overlap(&work, wish->namespaces->n * work.names.n, start_read,
		    finish_read);
	else if (wish->is_fan_out)
		overlap(&work, work.is_all ? 1 : work.names.n, start_list,
		    finish_list);
	else
		overlap(&work, wish->namespaces->n, start_list, finish_list);
	progress_begin(&work.progress, "ServiceAccounts", work.n);
	overlap(&work, work.n, start_add, finish_add);
	progress_end(&work.progress);
	for (size_t i = 0; i < work.n; i++)
		service_account_free(&work.lacking[i]);
	mem_free(work.lacking);
	list_free(&work.names);
}
