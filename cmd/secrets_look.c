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

/* What is read, and who is told of what is fresh. */
struct reading {
	struct secrets *secrets;
	struct report *to;
};

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

static void
report_fresh(const struct reading *reading, const struct secret *secret,
    const struct docker_held *held)
{
	struct secrets *secrets = reading->secrets;
	char expires[CLOCK_TEXT_MAX];

	clock_format(held->expires_at, expires);
	secrets_report(secrets, (size_t)(secret - secrets->items),
	    &(struct report_secret){
		.registries = held->registries,
		.expires = expires,
		.is_fresh = true,
	    },
	    reading->to);
	secrets->stale--;
}

/* What is known of a Secret now that it was seen. */
static void
look(const struct reading *reading, struct secret *secret,
    const struct kube_secret *now)
{
	struct secrets *secrets = reading->secrets;
	const struct secret_wish *wish = secrets->wish;
	time_t at = tell_time(secrets);
	struct docker_held held = { 0 };
	struct err why;

	look_at_data(secrets, now, &held);
	secret->expires_at = held.expires_at;
	secret->applied_at = kube_secret_applied_at(now);
	secret->is_foreign = secret_write_is_foreign(wish, now);
	secret->known = OTHERS;
	if (secret_write_check(wish, now, &why) < 0)
		return;
	if (!held.has_others || wish->docker.others == DOCKER_DROP)
		secret->known = OURS;
	secret->is_good = is_fresh(wish, &held, at);
	if (secret->is_good)
		report_fresh(reading, secret, &held);
	if (wish->min_remaining_s > 0 && secret->applied_at > 0 &&
	    held.expires_at > 0)
		secrets_note_pace(secrets,
		    at + wish->min_remaining_s - held.expires_at,
		    wish->min_remaining_s);
}

static int
compare_namespace(const void *key, const void *item)
{
	return strcmp(key, ((const struct secret *)item)->namespace);
}

/* A Secret in a namespace that is not ours to write is none of ours. */
static void
take(void *arg, struct cJSON *item)
{
	const struct reading *reading = arg;
	struct secrets *secrets = reading->secrets;
	const struct kube_secret now = { .object = item };
	const char *namespace =
	    json_get_text(json_get(item, "metadata"), "namespace");
	const char *version = kube_secret_version(&now);
	struct secret *secret;

	if (namespace == NULL || version == NULL)
		return;
	secret = bsearch(namespace, secrets->items, secrets->n, sizeof(*secret),
	    compare_namespace);
	if (secret == NULL || secret->is_good)
		return;
	look(reading, secret, &now);
	if (!secret->is_good) {
		mem_free(secret->version);
		secret->version = xstrdup(version);
	}
}

/* All but what is fresh, which was reported. */
static void
forget(void *arg)
{
	const struct reading *reading = arg;
	struct secrets *secrets = reading->secrets;

	buf_clear(&secrets->before.text);
	for (size_t i = 0; i < secrets->n; i++) {
		struct secret *secret = &secrets->items[i];

		if (secret->is_good)
			continue;
		mem_free(secret->version);
		*secret = (struct secret){ .namespace = secret->namespace,
			.order = secret->order };
	}
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
	struct reading reading = { secrets, to };
	bool needs_reads = false;
	int rc;

	forget(&reading);
	if (secrets->list == NULL)
		secrets->list =
		    kube_list_start_secrets(secrets->api, secrets->wish->name);
	rc = kube_list_finish(secrets->list,
	    &(struct kube_list_taker){ take, forget, &reading }, &needs_reads,
	    err);
	secrets->list = NULL;
	if (rc == 0) {
		take_list(secrets);
	} else if (needs_reads) {
		log_event(LOG_WARNING, LOG_NO_FIELDS, "%s; each is read",
		    err->text);
		err->kind = ERR_NONE;
		secrets->is_listed = false;
		rc = 0;
	}
	return rc;
}

/* Reads as many at once as may be, and looks at each. */
static void
look_one_by_one(struct secrets *secrets, struct report *to)
{
	const struct reading reading = { secrets, to };
	struct cluster_call **calls =
	    xcalloc(secrets->parallel, sizeof(struct cluster_call *));

	for (size_t i = 0; i < secrets->n + secrets->parallel; i++) {
		size_t slot = i % secrets->parallel;
		struct kube_secret now = { 0 };
		struct err why;

		if (calls[slot] != NULL &&
		    k8s_finish_read(calls[slot], &now, &why) == 0 &&
		    now.object != NULL)
			look(&reading, &secrets->items[i - secrets->parallel],
			    &now);
		kube_secret_free(&now);
		calls[slot] = i < secrets->n && !secrets->items[i].is_good ?
		    k8s_start_read(secrets->api, secrets->items[i].namespace,
			secrets->wish->name) :
		    NULL;
	}
	mem_free(calls);
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
