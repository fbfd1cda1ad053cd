/* check: the Secret as it is. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cmd/check/steps.h"
#include "cmd/secret_write.h"
#include "registry/docker_entries.h"
#include "registry/host.h"

enum {
	NAMES_MAX = 500, /* of a sentence for people; more are "..." */
};

/* A Secret that is looked at, and how to speak of it. */
struct view {
	struct check *check;
	struct findings *findings;
	const char *namespace;
	const char *name;
	const struct format *format;
	const struct kube_secret *secret;
	struct docker_entries held; /* of a docker config */
	bool has_others;            /* at which a refresh stops */
};

static void
say_duration(struct buf *out, time_t seconds)
{
	long long s = (long long)(seconds < 0 ? -seconds : seconds);

	if (s >= 3600)
		buf_addf(out, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else
		buf_addf(out, "%lld min", s / 60);
}

/* All who have a part in it, each once, from its managedFields. */
static void
add_managers(const struct cJSON *metadata, struct buf *out)
{
	const struct cJSON *item =
	    json_first(json_get(metadata, "managedFields"));
	struct list names = { 0 };

	for (; item != NULL; item = json_next(item)) {
		const char *name = json_get_text(item, "manager");

		if (name != NULL && !list_has(&names, name)) {
			buf_addf(out, "%s%s", names.n > 0 ? ", " : "", name);
			list_add(&names, name);
		}
	}
	if (names.n == 0)
		buf_add_str(out, "none");
	list_free(&names);
}

static void
say_managers(const struct view *view)
{
	const char *key = view->format->fields[0].key;
	const char *other =
	    kube_secret_other_owner(view->secret, key, SECRET_EXPIRES_AT);
	struct buf names = { 0 };
	char at[CLOCK_TEXT_MAX];
	time_t applied = kube_secret_applied_at(view->secret);

	add_managers(json_get(view->secret->object, "metadata"), &names);
	clock_format(applied, at);
	findings_ok(view->findings, "%s/%s: %s, field managers: %s",
	    view->namespace, view->name, kube_secret_type(view->secret),
	    names.data);
	if (applied != 0)
		findings_ok(view->findings, "applied by %s at %s, and %s",
		    KUBE_FIELD_MANAGER, at,
		    kube_secret_is_untouched(view->secret, key) ?
			"as it was left since" :
			"changed by others since");
	if (other != NULL)
		findings_tell(view->findings, FINDING_NOTE,
		    "let one program alone write this Secret",
		    "%.100s owns a part of it, which the next refresh takes "
		    "over",
		    other);
	buf_free(&names);
}

/* A refresh replaces the old spellings of a host: https://HOST/v2/. */
static bool
is_key_of(const char *key, const char *host)
{
	char *normal = registry_normal_key(key);
	bool is = host != NULL && strcmp(normal, host) == 0;

	mem_free(normal);
	return is;
}

static bool
is_wanted(const struct check *check, const char *key)
{
	for (size_t i = 0; i < check->entries_n; i++)
		if (is_key_of(key, check->entries[i].host))
			return true;
	return false;
}

/*
 * Does a refresh stop at it? Where only images name the registries, there may
 * be more of ECR's that it is told of.
 */
static bool
is_other(const struct check *check, const char *key)
{
	char *normal = registry_normal_key(key);
	bool may_be_named = check->is_implied && registry_host_is_ecr(normal);

	mem_free(normal);
	return !may_be_named && !is_wanted(check, key);
}

bool
check_has_others(const struct check *check, const struct docker_entries *held)
{
	for (size_t i = 0; i < held->n; i++)
		if (is_other(check, held->items[i].key))
			return true;
	return held->member != NULL;
}

const char *
check_entry_remedy(const struct check *check, const struct docker_entries *held,
    const struct docker_held_entry *entry)
{
	return entry->is_mended && is_wanted(check, entry->key) ?
	    CHECK_REFRESH(check_has_others(check, held),
		", which writes it as it should be") :
	    entry->remedy;
}

/* How long it still lives; from that, how old it is. */
static void
say_age(const struct view *view, const struct docker_held_entry *entry)
{
	time_t left = entry->expires_at - http_now(view->check->http);
	struct buf rest = { 0 }, age = { 0 };
	char at[CLOCK_TEXT_MAX];

	clock_format(entry->expires_at, at);
	say_duration(&rest, left);
	say_duration(&age, CHECK_TOKEN_LIFE_S - left);
	if (entry->expires_at == 0)
		findings_ok(view->findings,
		    "entry %.300s: its password does not tell its expiry",
		    entry->key);
	else if (left <= 0)
		findings_fail(view->findings, ERR_DENIED,
		    CHECK_REFRESH(view->has_others,
			", and see why it did not run"),
		    "entry %.300s: its token expired at %s, %s ago", entry->key,
		    at, rest.data);
	else
		findings_ok(view->findings,
		    "entry %.300s: its token is %s old, good until %s, for %s",
		    entry->key, age.data, at, rest.data);
	buf_free(&rest);
	buf_free(&age);
}

static void
say_entry(const struct view *view, const struct docker_held_entry *entry)
{
	const char *remedy =
	    check_entry_remedy(view->check, &view->held, entry);

	if (entry->spoils_all)
		findings_fail(view->findings, ERR_REFUSED, remedy,
		    "entry %.300s %s", entry->key, entry->fault);
	else if (entry->fault != NULL)
		findings_tell(view->findings, FINDING_WARNING, remedy,
		    "entry %.300s %s", entry->key, entry->fault);
	if ((entry->is_ecr || is_wanted(view->check, entry->key)) &&
	    !entry->spoils_all && entry->auth != NULL)
		say_age(view, entry);
}

const char *
check_missing_remedy(const struct check *check,
    const struct docker_entries *held)
{
	if (held->fault != NULL)
		return held->remedy;
	if (check_has_others(check, held))
		return "run ecr-secret refresh with --registry for it, and "
		       "--merge for what else is there";
	return "run ecr-secret refresh with --registry for it";
}

/* Each registry that is to be there. */
static void
say_missing(const struct view *view)
{
	const struct check *check = view->check;
	const struct docker_entries *held = &view->held;

	for (size_t i = 0; i < check->entries_n; i++) {
		const char *host = check->entries[i].host;
		bool is_held = host == NULL;

		for (size_t j = 0; j < held->n && !is_held; j++)
			is_held = is_key_of(held->items[j].key, host);
		if (!is_held)
			findings_fail(view->findings, ERR_REFUSED,
			    check_missing_remedy(check, held),
			    "%s/%s holds no entry %s", view->namespace,
			    view->name, host);
	}
}

/* All of them in one sentence; docker leaves settings of its own there, too. */
static void
say_others(const struct view *view)
{
	const struct docker_entries *held = &view->held;
	struct buf names = { 0 };

	if (held->member != NULL)
		buf_addf(&names, "\"%.100s\"", held->member);
	for (size_t i = 0; i < held->n && names.len < NAMES_MAX; i++)
		if (is_other(view->check, held->items[i].key))
			buf_addf(&names, "%s%.300s", names.len > 0 ? ", " : "",
			    held->items[i].key);
	findings_tell(view->findings, FINDING_NOTE,
	    "give the refresh --merge, which keeps them, or --force, which "
	    "drops them",
	    "%s/%s also holds %s%s: a refresh that is not told what to do with "
	    "what it does not write stops there",
	    view->namespace, view->name, names.data,
	    names.len < NAMES_MAX ? "" : ", ...");
	buf_free(&names);
}

static void
say_docker_config(struct view *view)
{
	struct docker_entries *held = &view->held;
	struct buf text = { 0 };
	struct err err = { 0 };

	if (kube_secret_add_data(view->secret, view->format->fields[0].key,
		&text, &err) < 0) {
		findings_fail_by(view->findings, &err,
		    "run ecr-secret refresh --force");
	} else if (docker_entries_read(buf_str(&text), text.len, held) < 0) {
		findings_fail(view->findings, ERR_REFUSED, held->remedy,
		    "%s/%s %s", view->namespace, view->name, held->fault);
	} else {
		view->has_others = check_has_others(view->check, held);
		if (view->has_others)
			say_others(view);
		for (size_t i = 0; i < held->n; i++)
			say_entry(view, &held->items[i]);
		say_missing(view);
	}
	docker_entries_free(held);
	buf_free(&text);
}

/* One registry's password in a form of its own: by our note. */
static void
say_note(const struct view *view)
{
	const char *noted =
	    kube_secret_annotation(view->secret, SECRET_EXPIRES_AT);
	time_t at;

	if (noted == NULL || !clock_parse(noted, &at))
		findings_tell(view->findings, FINDING_NOTE,
		    "run ecr-secret refresh, which notes it",
		    "%s/%s does not say when its password expires",
		    view->namespace, view->name);
	else if (at <= http_now(view->check->http))
		findings_fail(view->findings, ERR_DENIED,
		    "run ecr-secret refresh, and see why it did not run",
		    "%s/%s: expired at %s", view->namespace, view->name, noted);
	else
		findings_ok(view->findings, "%s/%s: good until %s",
		    view->namespace, view->name, noted);
}

void
check_secret(struct check *check, const char *namespace,
    const struct kube_secret *secret)
{
	const char *name = check->options->name;
	struct view view = {
		.check = check,
		.findings = &check->findings,
		.namespace = namespace,
		.name = name,
		.format = format_find(check->options->format),
		.secret = secret,
	};
	struct err err = { 0 };

	if (secret->object == NULL) {
		findings_fail(&check->findings, ERR_REFUSED,
		    "run ecr-secret refresh; a Secret in another namespace "
		    "is of no use to this one's pods",
		    "%s/%s does not exist", namespace, name);
		return;
	}
	if (secret_write_check(&(struct secret_wish){ .format = view.format },
		secret, &err) < 0) {
		err_wrap(&err, "%s/%s", namespace, name);
		findings_fail_by(&check->findings, &err,
		    "delete the Secret, and run ecr-secret refresh at once");
		return;
	}
	say_managers(&view);
	if (view.format->is_docker)
		say_docker_config(&view);
	else
		say_note(&view);
}
