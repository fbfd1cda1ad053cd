/* Which namespaces to write to. */
#include "cmd/namespaces.h"

#include <fnmatch.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

/* The cluster's namespaces. */
struct listed {
	struct list active;
	struct list terminating; /* nothing can be made in them any more */
};

bool
namespaces_is_pattern(const char *text)
{
	return k8s_is_namespace(text) ||
	    (text_is_glob(text) &&
		text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-*?")] ==
		    '\0');
}

static bool
is_match(const char *name, const struct list *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (fnmatch(patterns->items[i], name, 0) == 0)
			return true;
	return false;
}

bool
namespaces_need_list(const struct namespaces_wish *wish)
{
	bool needs = wish->is_all || wish->selector != NULL;

	for (size_t i = 0; i < wish->wanted->n; i++)
		needs = needs || text_is_glob(wish->wanted->items[i]);
	return needs;
}

/* A namespace whose name would lead to another path is none. */
static void
take(void *arg, struct cJSON *item)
{
	struct listed *listed = arg;
	const struct cJSON *metadata = json_get(item, "metadata");
	const char *name = json_get_text(metadata, "name");

	if (name == NULL || !k8s_is_namespace(name))
		return;
	if (json_get(metadata, "deletionTimestamp") != NULL)
		list_add(&listed->terminating, name);
	else
		list_add(&listed->active, name);
}

static void
forget(void *arg)
{
	struct listed *listed = arg;

	list_free(&listed->active);
	list_free(&listed->terminating);
}

/* A name that was given is taken unseen, unless a selector is to judge it. */
static bool
is_literal(const struct namespaces_wish *wish, const char *name)
{
	return wish->selector == NULL && list_has(wish->wanted, name);
}

/* Of a listed one. */
static bool
is_wanted(const struct namespaces_wish *wish, const char *name)
{
	return (wish->wanted->n == 0 || is_match(name, wish->wanted)) &&
	    !is_match(name, wish->excluded);
}

static void
say_terminating(const struct namespaces_wish *wish, const struct list *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (is_wanted(wish, names->items[i]) &&
		    !is_literal(wish, names->items[i]))
			log_event(LOG_INFO,
			    LOG_FIELDS({ "namespace", names->items[i] }),
			    "%s: terminating, left alone", names->items[i]);
}

/* A glob that matches nothing is a mistake, or will be one. */
static void
report_unmatched(const struct namespaces_wish *wish, const struct list *listed,
    struct report *report)
{
	for (size_t i = 0; i < wish->wanted->n; i++) {
		const char *pattern = wish->wanted->items[i];
		size_t j = 0;
		struct err err = { 0 };

		while (j < listed->n &&
		    fnmatch(pattern, listed->items[j], 0) != 0)
			j++;
		if (j < listed->n || !text_is_glob(pattern))
			continue;
		(void)err_set(&err, ERR_REFUSED,
		    "--namespace: no namespace matches \"%s\"", pattern);
		report_failed(report, i, &err);
	}
}

static void
choose(const struct namespaces_wish *wish, const struct list *listed,
    struct list *found)
{
	struct list all = { 0 };

	for (size_t i = 0; i < listed->n; i++)
		if (is_wanted(wish, listed->items[i]))
			list_add(&all, listed->items[i]);
	for (size_t i = 0; i < wish->wanted->n && wish->selector == NULL; i++)
		if (!text_is_glob(wish->wanted->items[i]) &&
		    is_wanted(wish, wish->wanted->items[i]))
			list_add(&all, wish->wanted->items[i]);
	list_sort(&all);
	for (size_t i = 0; i < all.n; i++)
		if (i == 0 || strcmp(all.items[i], all.items[i - 1]) != 0)
			list_add(found, all.items[i]);
	list_free(&all);
}

static void
take_names(const struct namespaces_wish *wish, struct list *found)
{
	for (size_t i = 0; i < wish->wanted->n; i++)
		if (!list_has(found, wish->wanted->items[i]) &&
		    !is_match(wish->wanted->items[i], wish->excluded))
			list_add(found, wish->wanted->items[i]);
}

int
namespaces_find(const struct namespaces_wish *wish, struct cluster_api *api,
    struct list *found, struct report *report, struct err *err)
{
	struct listed listed = { 0 };
	size_t failed = report->failed;
	int rc = 0;

	if (!namespaces_need_list(wish)) {
		take_names(wish, found);
	} else {
		rc = kube_list_finish(kube_list_start_namespaces(api,
					  wish->selector),
		    &(struct kube_list_taker){ take, forget, &listed }, NULL,
		    err);
		if (rc == 0) {
			say_terminating(wish, &listed.terminating);
			report_unmatched(wish, &listed.active, report);
			choose(wish, &listed.active, found);
		}
	}
	forget(&listed);
	if (rc == 0 && found->n == 0) {
		rc = -1;
		if (report->failed == failed)
			(void)err_set(err, ERR_REFUSED,
			    "k8s: no namespace is left of those that --namespace, "
			    "--namespace-selector and --exclude-namespace say");
	}
	return rc;
}
