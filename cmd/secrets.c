/* The Secret in each namespace: read, decide, apply. */
#include "cmd/secrets.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define TYPE "kubernetes.io/dockerconfigjson"
#define KEY ".dockerconfigjson"
#define EXPIRES_AT "ecr-secret/expires-at"

enum {
	DATA_MAX = 1024 * 1024, /* Kubernetes' own limit for a Secret */
};

struct secret {
	const char *namespace;
	struct cluster_call *call;   /* under way, or NULL */
	struct kube_secret now;      /* as it was read */
	struct docker_config config; /* what it is to hold */
	char expires[CLOCK_TEXT_MAX];
	struct err err; /* why it can't be written */
};

void
secrets_start_reading(struct secrets *secrets, struct cluster_api *api,
    const struct list *namespaces, const char *name)
{
	secrets->api = api;
	secrets->n = namespaces->n;
	secrets->items = xcalloc(secrets->n, sizeof(struct secret));
	for (size_t i = 0; i < secrets->n; i++) {
		secrets->items[i].namespace = namespaces->items[i];
		secrets->items[i].call =
		    k8s_start_read(api, namespaces->items[i], name);
	}
}

static int
finish_read(struct secret *secret)
{
	struct cluster_call *call = secret->call;

	secret->call = NULL;
	kube_secret_free(&secret->now);
	return k8s_finish_read(call, &secret->now, &secret->err);
}

/* What can't be undone by writing: another type, or a frozen Secret. */
static int
check_existing(const struct secret *secret, struct err *err)
{
	const char *type = kube_secret_type(&secret->now);

	if (type == NULL || strcmp(type, TYPE) != 0)
		return err_set(err, ERR_REFUSED,
		    "it has type %.100s, which can't be changed to %s; delete "
		    "it or give another --name",
		    type != NULL ? type : "none", TYPE);
	if (kube_secret_is_immutable(&secret->now))
		return err_set(err, ERR_REFUSED,
		    "it is immutable; give another --name, or delete it: pods have "
		    "no pull secret until the next run");
	return 0;
}

/*
 * Without the right to read, nothing can be kept: neither other registries
 * nor the entry of one that has no new token. The reason is in err already.
 */
static int
check_unreadable(const struct docker_wish *wish, struct err *err)
{
	bool keeps = wish->others == DOCKER_KEEP;

	for (size_t i = 0; i < wish->entries_n; i++)
		keeps = keeps || wish->entries[i].auth == NULL;
	if (!keeps) {
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "not looked at before it is written: %s", err->text);
		return 0;
	}
	err_wrap(err, "what it holds can't be kept");
	return -1;
}

/*
 * The earliest expiry goes on the Secret. A kept entry that doesn't tell its
 * own is covered by what the Secret said so far, unless that is over: then it
 * was said of an entry that is no longer there.
 */
static void
note_expiry(struct secret *secret, time_t now)
{
	const char *noted = kube_secret_annotation(&secret->now, EXPIRES_AT);
	time_t at = secret->config.expires_at, before;

	if (secret->config.has_unknown_expiry && noted != NULL &&
	    clock_parse(noted, &before) && before > now && before < at)
		at = before;
	clock_format(at, secret->expires);
}

/* Builds what the Secret is to hold, or sets why it must stay as it is. */
static int
decide(struct secret *secret, const struct secrets_wish *wish, struct err *err)
{
	bool exists = secret->now.object != NULL;
	struct docker_wish docker = wish->docker;
	struct buf old = { 0 };
	int rc = 0;

	docker_config_free(&secret->config);
	if (exists)
		rc = check_existing(secret, err);
	else if (secret->now.is_unreadable)
		rc = check_unreadable(&docker, err);
	if (rc == 0 && exists)
		rc = kube_secret_add_data(&secret->now, KEY, &old, err);
	docker.old = buf_str(&old);
	docker.old_len = old.len;
	if (rc == 0)
		rc = docker_config_compose(&docker, &secret->config, err);
	if (rc == 0 && secret->config.text.len > DATA_MAX)
		rc = err_set(err, ERR_REFUSED,
		    "it would hold %zu bytes, and a Secret's limit is %d",
		    secret->config.text.len, DATA_MAX);
	if (rc == 0)
		note_expiry(secret, wish->now);
	else
		err_wrap(err, "%s/%s", secret->namespace, wish->name);
	buf_free(&old);
	return rc;
}

/* Force takes over from another manager, and only from one that was seen. */
static void
start_apply(struct secrets *secrets, struct secret *secret,
    const struct secrets_wish *wish)
{
	secret->call = k8s_start_apply(secrets->api,
	    &(struct k8s_apply){
		.namespace = secret->namespace,
		.name = wish->name,
		.type = TYPE,
		.key = KEY,
		.value = &secret->config.text,
		.annotation = EXPIRES_AT,
		.annotation_value = secret->expires,
		.resource_version = kube_secret_version(&secret->now),
		.is_forced = kube_secret_other_owner(&secret->now, KEY,
				 EXPIRES_AT) != NULL,
		.is_dry_run = wish->is_dry_run,
	    });
}

static int
finish_apply(struct secret *secret, enum k8s_outcome *outcome)
{
	struct cluster_call *call = secret->call;

	secret->call = NULL;
	return k8s_finish_apply(call, outcome, &secret->err);
}

/* Somebody may have written the very same bytes: another run of ours. */
static bool
holds_wanted(const struct secret *secret)
{
	struct buf data = { 0 };
	struct err ignored;
	bool is_same =
	    kube_secret_add_data(&secret->now, KEY, &data, &ignored) == 0 &&
	    data.len == secret->config.text.len &&
	    memcmp(data.data, secret->config.text.data, data.len) == 0;

	buf_free(&data);
	return is_same;
}

/* After a conflict: reads once more, and decides again by that. */
static int
write_again(struct secrets *secrets, struct secret *secret,
    const struct secrets_wish *wish)
{
	enum k8s_outcome outcome;

	if (secret->now.is_unreadable) {
		err_hint(&secret->err,
		    "it can't be read, so it is not taken "
		    "over: the Role lacks \"get\"");
		return -1;
	}
	secret->call =
	    k8s_start_read(secrets->api, secret->namespace, wish->name);
	if (finish_read(secret) < 0)
		return -1;
	if (holds_wanted(secret))
		return 0;
	if (decide(secret, wish, &secret->err) < 0)
		return -1;
	start_apply(secrets, secret, wish);
	if (finish_apply(secret, &outcome) < 0)
		return -1;
	if (outcome == K8S_WRITTEN)
		return 0;
	err_hint(&secret->err,
	    "it was read again, and changed again: stop the "
	    "other writer, or give another --name");
	return -1;
}

static void
finish_write(struct secrets *secrets, struct secret *secret,
    const struct secrets_wish *wish, struct report *report)
{
	enum k8s_outcome outcome = K8S_WRITTEN;
	int rc = -1;

	if (secret->call != NULL)
		rc = finish_apply(secret, &outcome);
	if (rc == 0 && outcome == K8S_CONFLICT)
		rc = write_again(secrets, secret, wish);
	if (rc < 0) {
		report_failed(report, &secret->err);
		return;
	}
	report_written(report,
	    &(struct report_secret){
		.namespace = secret->namespace,
		.name = wish->name,
		.registries = secret->config.registries,
		.expires = secret->expires,
		.is_dry_run = wish->is_dry_run,
	    });
}

void
secrets_write(struct secrets *secrets, const struct secrets_wish *wish,
    struct report *report)
{
	for (size_t i = 0; i < secrets->n; i++) {
		struct secret *secret = &secrets->items[i];

		if (finish_read(secret) == 0 &&
		    decide(secret, wish, &secret->err) == 0)
			start_apply(secrets, secret, wish);
	}
	for (size_t i = 0; i < secrets->n; i++)
		finish_write(secrets, &secrets->items[i], wish, report);
}

void
secrets_free(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->n; i++) {
		if (secrets->items[i].call != NULL)
			cluster_call_free(secrets->items[i].call);
		kube_secret_free(&secrets->items[i].now);
		docker_config_free(&secrets->items[i].config);
	}
	mem_free(secrets->items);
	*secrets = (struct secrets){ 0 };
}
