/* One Secret on its way: read, decide, apply. */
#include "cmd/secret_write.h"

#include <string.h>

#include "base/log.h"

enum {
	DATA_MAX = 1024 * 1024, /* Kubernetes' own limit for a Secret */
};

/* What can't be undone by writing: another type, or a frozen Secret. */
int
secret_write_check(const struct secret_wish *wish,
    const struct kube_secret *now, struct err *err)
{
	const char *type = kube_secret_type(now);

	if (type == NULL || strcmp(type, wish->format->type) != 0)
		return err_set(err, ERR_REFUSED,
		    "it has type %.100s, which can't be changed to %s; delete "
		    "it or give another --name",
		    type != NULL ? type : "none", wish->format->type);
	if (kube_secret_is_immutable(now))
		return err_set(err, ERR_REFUSED,
		    "it is immutable; give another --name, or delete it: pods have "
		    "no pull secret until the next run");
	return 0;
}

bool
secret_write_is_foreign(const struct secret_wish *wish,
    const struct kube_secret *now)
{
	const struct format_field *field = wish->format->fields;

	while (field->key != NULL &&
	    kube_secret_other_owner(now, field->key, SECRET_EXPIRES_AT) == NULL)
		field++;
	return field->key != NULL;
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
note_expiry(struct secret_write *write, time_t now)
{
	const char *noted = write->now.object == NULL ?
	    NULL :
	    kube_secret_annotation(&write->now, SECRET_EXPIRES_AT);
	time_t at = write->payload->expires_at, before;

	if (write->payload->has_unknown_expiry && noted != NULL &&
	    clock_parse(noted, &before) && before > now && before < at)
		at = before;
	clock_format(at, write->expires);
}

/*
 * A Secret that was never there lets nobody down by staying away. One that
 * can't be read may be there, and is not held back.
 */
static int
check_absent(const struct secret_wish *wish, struct err *err)
{
	if (wish->unverified == NULL)
		return 0;
	return err_set(err, wish->unverified_kind,
	    "not created: %.500s could not be verified", wish->unverified);
}

/* Builds what the Secret is to hold, or sets why it must stay as it is. */
static int
decide(struct secret_write *write, const struct secret_wish *wish)
{
	struct err *err = &write->err;
	size_t size = 0;
	int rc = 0;

	payload_free(&write->own);
	if (write->now.object != NULL)
		rc = secret_write_check(wish, &write->now, err);
	else if (write->now.is_unreadable)
		rc = check_unreadable(&wish->docker, err);
	else
		rc = check_absent(wish, err);
	if (rc == 0)
		rc = payload_compose(wish->format, &wish->docker, &write->now,
		    &write->own, err);
	for (size_t i = 0; i < write->own.fields_n; i++)
		size += write->own.fields[i].value.len;
	if (rc == 0 && size > DATA_MAX)
		rc = err_set(err, ERR_REFUSED,
		    "it would hold %zu bytes, and a Secret's limit is %d", size,
		    DATA_MAX);
	if (rc < 0) {
		err_wrap(err, "%s/%s", write->namespace, wish->name);
		return -1;
	}
	write->payload = &write->own;
	note_expiry(write, wish->now);
	return 0;
}

static void
start_read(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish)
{
	write->is_applied = false;
	write->call = k8s_start_read(api, write->namespace, wish->name);
}

struct k8s_apply
secret_write_describe(const struct secret_wish *wish,
    const struct payload *payload, const char *expires)
{
	const char *label = wish->format->label;

	return (struct k8s_apply){
		.name = wish->name,
		.type = wish->format->type,
		.fields = payload->fields,
		.fields_n = payload->fields_n,
		.annotation = { SECRET_EXPIRES_AT, expires },
		.label = { label == NULL ? NULL : FORMAT_LABEL, label },
	};
}

/* Force takes over from another manager, and only from one that was seen. */
static void
start_apply(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish, const char *version, bool is_forced)
{
	struct k8s_apply apply;

	write->is_applied = true;
	apply = secret_write_describe(wish, write->payload, write->expires);
	apply.namespace = write->namespace;
	apply.resource_version = version;
	apply.is_forced = is_forced;
	apply.is_dry_run = wish->is_dry_run;
	write->call = k8s_start_apply(api, &apply);
}

void
secret_write_start(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish, const char *namespace)
{
	write->namespace = namespace;
	start_read(write, api, wish);
}

void
secret_write_start_apply(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish, const char *version, bool is_forced)
{
	clock_format(write->payload->expires_at, write->expires);
	start_apply(write, api, wish, version, is_forced);
}

/* The version that was decided on; of what can't be seen it is any. */
static const char *
decided_version(const struct secret_write *write)
{
	if (write->now.object != NULL)
		return kube_secret_version(&write->now);
	return write->now.is_unreadable ? NULL : K8S_ABSENT;
}

/* Returns true for the end, good or bad. */
static bool
finish_read(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish)
{
	struct cluster_call *call = write->call;

	write->call = NULL;
	kube_secret_free(&write->now);
	if (k8s_finish_read(call, &write->now, &write->err) < 0)
		return true;
	/* Somebody may have written the very same: another run of ours. */
	if (write->has_conflict &&
	    payload_is_held(write->payload, &write->now)) {
		write->err.kind = ERR_NONE;
		return true;
	}
	if (decide(write, wish) < 0)
		return true;
	write->err.kind = ERR_NONE;
	start_apply(write, api, wish, decided_version(write),
	    secret_write_is_foreign(wish, &write->now));
	return false;
}

/* After a conflict: reads once more, and decides again by that. */
static bool
finish_apply(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish)
{
	struct cluster_call *call = write->call;
	enum k8s_outcome outcome;

	write->call = NULL;
	if (k8s_finish_apply(call, &outcome, &write->err) < 0)
		return true;
	if (outcome == K8S_WRITTEN) {
		write->err.kind = ERR_NONE;
		return true;
	}
	if (write->now.is_unreadable)
		err_hint(&write->err,
		    "it can't be read, so it is not taken over: the Role lacks "
		    "\"get\"");
	else if (write->has_conflict)
		err_hint(&write->err,
		    "it was read again, and changed again: stop the other "
		    "writer, or give another --name");
	else {
		write->has_conflict = true;
		start_read(write, api, wish);
		return false;
	}
	return true;
}

bool
secret_write_step(struct secret_write *write, struct cluster_api *api,
    const struct secret_wish *wish)
{
	return write->is_applied ? finish_apply(write, api, wish) :
				   finish_read(write, api, wish);
}

void
secret_write_warn(const struct secret_write *write,
    const struct secret_wish *wish)
{
	const struct docker_held_entry *entry = &write->payload->spoiler;
	struct err why; /* in one line, whatever the key is */

	if (entry->key == NULL)
		return;
	(void)err_set(&why, ERR_REFUSED,
	    "%s/%s: entry %.300s, which was kept, %s", write->namespace,
	    wish->name, entry->key, entry->fault);
	err_hint(&why, "%s", entry->remedy);
	log_event(LOG_WARNING,
	    LOG_FIELDS({ "namespace", write->namespace },
		{ "name", wish->name }, { "entry", entry->key }),
	    "%s", why.text);
}

void
secret_write_free(struct secret_write *write)
{
	if (write->call != NULL)
		cluster_call_free(write->call);
	kube_secret_free(&write->now);
	payload_free(&write->own);
	*write = (struct secret_write){ 0 };
}
