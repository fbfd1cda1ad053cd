/* The Secret in each namespace: which are written, and in what order. */
#include "cmd/secrets.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/secrets_look.h"

void
secrets_open(struct secrets *secrets, struct cluster_api *api,
    const struct list *namespaces, bool is_fan_out,
    const struct secret_wish *wish)
{
	secrets->api = api;
	secrets->wish = wish;
	secrets->is_listed = is_fan_out;
	secrets->n = namespaces->n;
	secrets->stale = namespaces->n;
	secrets->items = xcalloc(secrets->n, sizeof(struct secret));
	secrets->parallel =
	    wish->parallel < secrets->n ? wish->parallel : secrets->n;
	secrets->writes =
	    xcalloc(secrets->parallel, sizeof(struct secret_write));
	for (size_t i = 0; i < secrets->n; i++)
		secrets->items[i] =
		    (struct secret){ .namespace = namespaces->items[i],
			    .order = i };
}

/* What expires first is written first: a run cut short starves nobody. */
static int
compare_expiry(const void *a, const void *b)
{
	const struct secret *first = a, *second = b;

	if (first->expires_at != second->expires_at)
		return first->expires_at < second->expires_at ? -1 : 1;
	return first->order < second->order ? -1 : 1;
}

/* Has every registry a token? Else entries of the Secret are to be kept. */
static bool
is_complete(const struct docker_wish *wish)
{
	size_t i = 0;

	while (i < wish->entries_n && wish->entries[i].auth != NULL)
		i++;
	return i == wish->entries_n;
}

/* Of what is to become of an absent one, a write of its own decides. */
static bool
is_plain(const struct secrets *secrets, const struct secret *secret)
{
	const struct secret_wish *wish = secrets->wish;

	if (secrets->plain.fields_n == 0)
		return false;
	if (secret->known == ABSENT)
		return wish->unverified == NULL;
	return secret->known == OURS && is_complete(&wish->docker);
}

/* Starts the next that is to be written, if there is one. */
static void
admit(struct secrets *secrets, struct secret_write *write)
{
	struct secret *secret;

	while (secrets->next < secrets->n &&
	    secrets->items[secrets->next].is_good)
		secrets->next++;
	if (secrets->next == secrets->n)
		return;
	write->index = secrets->next++;
	secret = &secrets->items[write->index];
	if (is_plain(secrets, secret)) {
		write->namespace = secret->namespace;
		write->payload = &secrets->plain;
		secret_write_start_apply(write, secrets->api, secrets->wish,
		    secret->known == ABSENT ? K8S_ABSENT : secret->version,
		    secret->is_foreign);
	} else {
		secret_write_start(write, secrets->api, secrets->wish,
		    secret->namespace);
	}
}

void
secrets_start_reading(struct secrets *secrets)
{
	if (secrets->is_listed && !secrets->has_list && secrets->stale > 0)
		secrets->list =
		    kube_list_start_secrets(secrets->api, secrets->wish->name);
	for (size_t i = 0; !secrets->is_listed && i < secrets->parallel; i++)
		admit(secrets, &secrets->writes[i]);
}

static void
finish(struct secrets *secrets, struct secret_write *write, struct report *to)
{
	struct secret *secret = &secrets->items[write->index];
	time_t applied_at = write->now.object != NULL ?
	    kube_secret_applied_at(&write->now) :
	    secret->applied_at;

	secret->is_good = write->err.kind == ERR_NONE;
	if (secret->is_good) {
		secret_write_warn(write, secrets->wish);
		secrets_report(secrets, write->index,
		    &(struct report_secret){
			.registries = write->payload->registries,
			.expires = write->expires,
		    },
		    to);
	} else {
		report_failed(to, secret->order, &write->err);
	}
	if (secret->is_good && applied_at > 0 &&
	    secrets->wish->min_remaining_s == 0)
		secrets_note_pace(secrets, secrets->wish->now - applied_at,
		    write->payload->expires_at - secrets->wish->now);
	secret_write_free(write);
	progress_step(&secrets->progress);
}

static void
warn_of_pace(const struct secrets *secrets)
{
	if (secrets->pace_s > 0)
		log_event(LOG_WARNING,
		    LOG_FIELDS({ "pace_s", NULL, secrets->pace_s }),
		    "the run before this one was %lld min ago or more: two at "
		    "that pace would miss the end of a token that has %lld "
		    "min left; run it more often",
		    (long long)secrets->pace_s / 60,
		    (long long)secrets->pace_limit_s / 60);
}

static void
write_all(struct secrets *secrets, struct report *to)
{
	bool is_busy = true, has_moved;

	while (is_busy) {
		is_busy = has_moved = false;
		for (size_t i = 0; i < secrets->parallel; i++) {
			struct secret_write *write = &secrets->writes[i];

			if (write->namespace == NULL)
				admit(secrets, write);
			if (write->namespace == NULL)
				continue;
			is_busy = true;
			if (!cluster_is_done(write->call))
				continue;
			has_moved = true;
			if (secret_write_step(write, secrets->api,
				secrets->wish))
				finish(secrets, write, to);
		}
		if (is_busy && !has_moved)
			cluster_turn(secrets->api);
	}
}

int
secrets_write(struct secrets *secrets, struct report *to, struct err *err)
{
	const struct kube_secret none = { 0 };
	const struct secret_wish *wish = secrets->wish;

	if (secrets->is_listed && !secrets->has_list &&
	    secrets_finish_list(secrets, to, err) < 0)
		return -1;
	if (secrets->is_listed) {
		if (payload_compose(wish->format, &wish->docker, &none,
			&secrets->plain, err) < 0)
			return -1;
		qsort(secrets->items, secrets->n, sizeof(*secrets->items),
		    compare_expiry);
	}
	progress_begin(&secrets->progress, "Secrets", secrets->stale);
	write_all(secrets, to);
	progress_end(&secrets->progress);
	warn_of_pace(secrets);
	return 0;
}

void
secrets_add_good(const struct secrets *secrets, struct list *namespaces)
{
	for (size_t i = 0; i < secrets->n; i++)
		if (secrets->items[i].is_good)
			list_add(namespaces, secrets->items[i].namespace);
	if (secrets->is_listed)
		list_sort(namespaces);
}

void
secrets_free(struct secrets *secrets)
{
	if (secrets->list != NULL)
		cluster_call_free(secrets->list);
	for (size_t i = 0; i < secrets->parallel; i++)
		secret_write_free(&secrets->writes[i]);
	for (size_t i = 0; i < secrets->n; i++)
		mem_free(secrets->items[i].version);
	mem_free(secrets->writes);
	mem_free(secrets->items);
	payload_free(&secrets->plain);
	buf_free(&secrets->before.text);
	*secrets = (struct secrets){ 0 };
}
