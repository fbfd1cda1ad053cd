/* What is known of each Secret before a write: by a list, or one by one. */
#include "cmd/secrets_look.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	SLACK_S = 300,              /* by which runs come late */
	LIFETIME_MAX_S = 24 * 3600, /* twice a token's: later is not true */
	AHEAD_MAX_S = 300,          /* of the API server's clock to ours */
};

void
secrets_report(const struct secrets *secrets, size_t i,
    const struct report_secret *outcome, struct report *to)
{
	struct report_secret whole = *outcome;

	whole.namespace = secrets->items[i].namespace;
	whole.name = secrets->wish->name;
	whole.is_dry_run = secrets->wish->is_dry_run;
	report_good(to, &whole);
}

void
secrets_note_pace(struct secrets *secrets, time_t pace_s, time_t limit_s)
{
	if (pace_s > secrets->pace_s && 2 * pace_s > limit_s + SLACK_S) {
		secrets->pace_s = pace_s;
		secrets->pace_limit_s = limit_s;
	}
}

static void
look_at_data(struct secrets *secrets, const struct kube_secret *now,
    struct docker_held *held)
{
	const struct secret_wish *wish = secrets->wish;
	const char *text =
	    kube_secret_data_text(now, wish->format->fields[0].key);
	bool is_alike = wish->format->is_docker && text != NULL &&
	    text[0] != '\0' &&
	    strcmp(text, buf_str(&secrets->before.text)) == 0;

	if (is_alike) {
		*held = secrets->before.held;
		return;
	}
	format_look(wish->format, &wish->docker, wish->own_region, now, held);
	buf_clear(&secrets->before.text);
	if (text != NULL && !held->has_unknown_expiry)
		buf_add_str(&secrets->before.text, text);
	secrets->before.held = *held;
}

/*
 * When it is, for what is fresh: while AWS is not asked, a clock that is far
 * behind would take any token for fresh. One that is ahead only costs a write.
 */
static time_t
tell_time(struct secrets *secrets)
{
	time_t ahead_s = cluster_clock_ahead(secrets->api);

	if (ahead_s <= AHEAD_MAX_S || secrets->wish->min_remaining_s == 0)
		return secrets->wish->now;
	if (secrets->clock_ahead_s == 0)
		log_event(LOG_WARNING,
		    LOG_FIELDS({ "offset_s", NULL, ahead_s }),
		    "clock: this machine's is %lld s behind that of the API "
		    "server, which decides what is fresh",
		    (long long)ahead_s);
	secrets->clock_ahead_s = ahead_s;
	return secrets->wish->now + ahead_s;
}

/* Is it as it is to be, for as long as --min-remaining says? */
static bool
is_fresh(const struct secret_wish *wish, const struct docker_held *held,
    time_t now)
{
	return wish->min_remaining_s > 0 && held->is_as_wanted &&
	    !held->has_unknown_expiry &&
	    held->expires_at > now + wish->min_remaining_s &&
	    held->expires_at <= now + LIFETIME_MAX_S;
}

/* What is known of a Secret now that it was seen. */
static void
look(struct secrets *secrets, struct secret *secret,
    const struct kube_secret *now, struct docker_held *held)
{
	const struct secret_wish *wish = secrets->wish;
	time_t at = tell_time(secrets);
	struct err why;

	look_at_data(secrets, now, held);
	secret->expires_at = held->expires_at;
	secret->applied_at = kube_secret_applied_at(now);
	secret->is_foreign = secret_write_is_foreign(wish, now);
	secret->known = OTHERS;
	if (secret_write_check(wish, now, &why) < 0)
		return;
	if (!held->has_others || wish->docker.others == DOCKER_DROP)
		secret->known = OURS;
	secret->is_good = is_fresh(wish, held, at);
	if (wish->min_remaining_s > 0 && secret->applied_at > 0 &&
	    held->expires_at > 0)
		secrets_note_pace(secrets,
		    at + wish->min_remaining_s - held->expires_at,
		    wish->min_remaining_s);
}

static void
report_fresh(struct secrets *secrets, size_t i, const struct docker_held *held,
    struct report *to)
{
	char expires[CLOCK_TEXT_MAX];

	clock_format(held->expires_at, expires);
	secrets_report(secrets, i,
	    &(struct report_secret){
		.registries = held->registries,
		.expires = expires,
		.is_fresh = true,
	    },
	    to);
	secrets->stale--;
}

static int
compare_namespace(const void *key, const void *item)
{
	return strcmp(key, ((const struct secret *)item)->namespace);
}

/* A Secret in a namespace that is not ours to write is none of ours. */
static void
look_at_item(struct secrets *secrets, struct cJSON *item, struct report *to)
{
	const struct kube_secret now = { .object = item };
	const char *namespace =
	    json_get_text(json_get(item, "metadata"), "namespace");
	const char *version = kube_secret_version(&now);
	struct docker_held held = { 0 };
	struct secret *secret;

	if (namespace == NULL || version == NULL)
		return;
	secret = bsearch(namespace, secrets->items, secrets->n, sizeof(*secret),
	    compare_namespace);
	if (secret == NULL || secret->is_good)
		return;
	look(secrets, secret, &now, &held);
	if (secret->is_good) {
		report_fresh(secrets, (size_t)(secret - secrets->items), &held,
		    to);
	} else {
		mem_free(secret->version);
		secret->version = xstrdup(version);
	}
}

/* Goes through all pages; *page is empty, or says what became of the last. */
static int
read_pages(struct secrets *secrets, struct kube_page *page, struct report *to,
    struct err *err)
{
	int rc;

	do {
		struct cluster_call *call = secrets->list;

		secrets->list = NULL;
		kube_page_free(page);
		rc = kube_list_finish(call, page, err);
		if (rc == 0 && page->more != NULL)
			secrets->list = kube_list_start_secrets(secrets->api,
			    secrets->wish->name, page->more);
		for (struct cJSON *item = kube_page_first(page);
		    rc == 0 && item != NULL; item = json_next(item))
			look_at_item(secrets, item, to);
	} while (secrets->list != NULL);
	return rc;
}

/*
 * A list that was looked at when the caller's own registry was not known holds
 * for no write: what is in the Secrets may be somebody else's after all.
 */
static void
take_list(struct secrets *secrets)
{
	const struct docker_wish *docker = &secrets->wish->docker;

	secrets->has_list = true;
	for (size_t i = 0; i < docker->entries_n; i++)
		if (docker->entries[i].host == NULL)
			secrets->has_list = false;
	for (size_t i = 0; i < secrets->n; i++)
		if (secrets->items[i].known == UNSEEN)
			secrets->items[i].known = ABSENT;
}

/* What can't be had by a list is read one by one: that takes another right. */
int
secrets_finish_list(struct secrets *secrets, struct report *to, struct err *err)
{
	struct kube_page page = { 0 };
	int rc = -1, tries = 0;

	buf_clear(&secrets->before.text);
	do {
		if (secrets->list == NULL)
			secrets->list = kube_list_start_secrets(secrets->api,
			    secrets->wish->name, NULL);
		rc = read_pages(secrets, &page, to, err);
	} while (rc < 0 && page.is_outdated && ++tries < KUBE_LIST_TRIES);
	if (rc == 0) {
		take_list(secrets);
	} else if (page.needs_reads) {
		log_event(LOG_WARNING, LOG_NO_FIELDS, "%s; each is read",
		    err->text);
		err->kind = ERR_NONE;
		secrets->is_listed = false;
		rc = 0;
	}
	kube_page_free(&page);
	return rc;
}

/* Reads as many at once as may be, and looks at each. */
static void
look_one_by_one(struct secrets *secrets, struct report *to)
{
	struct cluster_call **calls =
	    xcalloc(secrets->parallel, sizeof(struct cluster_call *));

	for (size_t i = 0; i < secrets->n + secrets->parallel; i++) {
		size_t slot = i % secrets->parallel;
		size_t done = i - secrets->parallel;
		struct kube_secret now = { 0 };
		struct docker_held held = { 0 };
		struct err why;

		if (calls[slot] != NULL &&
		    k8s_finish_read(calls[slot], &now, &why) == 0 &&
		    now.object != NULL) {
			look(secrets, &secrets->items[done], &now, &held);
			if (secrets->items[done].is_good)
				report_fresh(secrets, done, &held, to);
		}
		kube_secret_free(&now);
		calls[slot] = i < secrets->n ?
		    k8s_start_read(secrets->api, secrets->items[i].namespace,
			secrets->wish->name) :
		    NULL;
	}
	mem_free(calls);
	for (size_t i = 0; i < secrets->n; i++)
		secrets->items[i].known = UNSEEN;
}

int
secrets_leave_fresh(struct secrets *secrets, struct report *to, struct err *err)
{
	if (secrets->is_listed && secrets_finish_list(secrets, to, err) < 0)
		return -1;
	if (!secrets->is_listed)
		look_one_by_one(secrets, to);
	return 0;
}
