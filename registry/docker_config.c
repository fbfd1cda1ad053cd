/* The document in a dockerconfigjson Secret: what it becomes. */
#include "registry/docker_config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "registry/docker_auth.h"
#include "registry/host.h"

/* The wish, and the two documents that compose works on. */
struct work {
	const struct docker_wish *wish;
	struct cJSON *old;
	struct cJSON *old_auths; /* in old; NULL: none that can be used */
	struct cJSON *made;
};

static const struct docker_entry *
find_entry(const struct work *work, const char *key)
{
	char *normal = registry_normal_key(key);
	const struct docker_entry *found = NULL;

	for (size_t i = 0; i < work->wish->entries_n && found == NULL; i++)
		if (strcmp(normal, work->wish->entries[i].host) == 0)
			found = &work->wish->entries[i];
	mem_free(normal);
	return found;
}

/* Names what the old document has besides our entries. */
static void
list_others(const struct work *work, struct list *others)
{
	const struct cJSON *member, *key;

	for (member = json_first(work->old); member != NULL;
	    member = json_next(member)) {
		if (member != work->old_auths) {
			list_addf(others, "\"%.100s\"", json_name(member));
			continue;
		}
		for (key = json_first(member); key != NULL;
		    key = json_next(key))
			if (find_entry(work, json_name(key)) == NULL)
				list_addf(others, "%.300s", json_name(key));
	}
}

static int
refuse_loss(const struct work *work, struct err *err)
{
	struct list others = { 0 };
	struct buf names = { 0 };
	int rc = 0;

	list_others(work, &others);
	for (size_t i = 0; i < others.n && names.len < 500; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", others.items[i]);
	if (others.n > 0)
		rc = err_set(err, ERR_REFUSED,
		    "it also holds %s, which would be lost; --merge keeps, "
		    "--force drops what is not named by --registry",
		    buf_str(&names));
	buf_free(&names);
	list_free(&others);
	return rc;
}

/* Moves the old document's other members and registries to the new one. */
static void
keep_others(struct work *work, struct cJSON *auths)
{
	struct cJSON *member, *next, *key, *next_key;

	for (member = json_first(work->old); member != NULL; member = next) {
		next = json_next(member);
		if (member != work->old_auths) {
			json_move(work->old, member, work->made,
			    json_name(member));
			continue;
		}
		for (key = json_first(member); key != NULL; key = next_key) {
			next_key = json_next(key);
			if (find_entry(work, json_name(key)) == NULL)
				json_move(member, key, auths, json_name(key));
		}
	}
}

/*
 * A registry without a token this time keeps its entry, by its bare host; of
 * several spellings the one that lives longest.
 */
static void
keep_entry(struct work *work, const struct docker_entry *entry,
    struct cJSON *auths)
{
	struct cJSON *key = json_first(work->old_auths), *best = NULL;
	time_t latest = 0;

	for (; key != NULL; key = json_next(key)) {
		time_t at = docker_auth_expiry(json_get_text(key, "auth"));

		if (find_entry(work, json_name(key)) != entry)
			continue;
		if (best == NULL || at > latest ||
		    (at == latest &&
			strcmp(json_name(key), entry->host) == 0)) {
			best = key;
			latest = at;
		}
	}
	if (best != NULL)
		json_move(work->old_auths, best, auths, entry->host);
}

static bool
is_ecr(const char *key)
{
	char *normal = registry_normal_key(key);
	struct registry_host host;
	bool is_host = registry_host_parse(normal, &host);

	mem_free(normal);
	return is_host;
}

/* Finds the earliest expiry of the entries and of all ECR registries kept. */
static void
find_expiry(const struct work *work, const struct cJSON *auths,
    struct docker_config *config)
{
	for (const struct cJSON *key = json_first(auths); key != NULL;
	    key = json_next(key)) {
		const struct docker_entry *entry =
		    find_entry(work, json_name(key));
		time_t at;

		if (entry == NULL && !is_ecr(json_name(key)))
			continue;
		at = entry != NULL && entry->auth != NULL ?
		    entry->expires_at :
		    docker_auth_expiry(json_get_text(key, "auth"));
		if (at == 0)
			config->has_unknown_expiry = true;
		else if (config->expires_at == 0 || at < config->expires_at)
			config->expires_at = at;
	}
}

/* The first that lets kubelet read nothing, if there is one. */
static void
find_spoiler(const struct cJSON *auths, struct docker_held_entry *spoiler)
{
	const struct cJSON *key = json_first(auths);

	while (key != NULL && !docker_entry_spoils(key))
		key = json_next(key);
	if (key != NULL)
		docker_entry_read(key, spoiler);
}

static void
compose(struct work *work, struct docker_config *config)
{
	struct cJSON *auths = json_add_object(work->made, "auths");

	if (work->wish->others == DOCKER_KEEP)
		keep_others(work, auths);
	find_spoiler(auths, &config->spoiler);
	for (size_t i = 0; i < work->wish->entries_n; i++) {
		const struct docker_entry *entry = &work->wish->entries[i];

		if (entry->auth != NULL)
			json_add_text(json_add_object(auths, entry->host),
			    "auth", entry->auth);
		else
			keep_entry(work, entry, auths);
	}
	for (const struct cJSON *key = json_first(auths); key != NULL;
	    key = json_next(key))
		config->registries++;
	find_expiry(work, auths, config);
	json_add_to(&config->text, work->made);
}

/* Finds "auths": one object, or null. Clients differ over anything else. */
static bool
find_auths(struct work *work)
{
	size_t n = 0;

	for (struct cJSON *member = json_first(work->old); member != NULL;
	    member = json_next(member)) {
		if (strcmp(json_name(member), "auths") != 0)
			continue;
		if (!json_is_object(member) && !json_is_null(member))
			return false;
		work->old_auths = member;
		n++;
	}
	return n <= 1;
}

/* What is there must be understood, unless nothing of it is to be kept. */
static int
check_old(struct work *work, struct err *err)
{
	const struct docker_wish *wish = work->wish;
	bool keeps = wish->others != DOCKER_DROP;

	if (wish->old_len == 0)
		return 0;
	for (size_t i = 0; i < wish->entries_n; i++)
		keeps = keeps || wish->entries[i].auth == NULL;
	if (json_is_object(work->old) && find_auths(work))
		return wish->others == DOCKER_REFUSE ? refuse_loss(work, err) :
						       0;
	work->old_auths = NULL;
	if (!keeps)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "it holds a document that can't be carried over unchanged; "
	    "--force replaces it, once every registry has a token");
}

int
docker_config_compose(const struct docker_wish *wish,
    struct docker_config *config, struct err *err)
{
	struct work work = { .wish = wish };
	struct docker_config made = { 0 };
	int rc;

	work.old = wish->others == DOCKER_DROP ?
	    json_parse(wish->old, wish->old_len) :
	    json_parse_exact(wish->old, wish->old_len);
	rc = check_old(&work, err);
	if (rc == 0) {
		work.made = json_new_object();
		compose(&work, &made);
		*config = made;
	}
	json_free(work.old);
	json_free(work.made);
	return rc;
}

/* The only ECR registry of the region, by the name that a token has. */
static const char *
find_own(const struct cJSON *auths, const char *region)
{
	const char *found = NULL;

	for (const struct cJSON *key = json_first(auths); key != NULL;
	    key = json_next(key)) {
		struct registry_host host;

		if (!registry_host_parse(json_name(key), &host) ||
		    strcmp(host.region, region) != 0 || host.is_fips ||
		    host.is_dual_stack)
			continue;
		if (found != NULL)
			return NULL;
		found = json_name(key);
	}
	return found;
}

/* As we write it, but for the password: of that it is enough that it is there. */
static bool
is_as_written(const struct cJSON *value, const char *host)
{
	const char *auth = json_get_text(value, "auth");
	struct buf user = { 0 }, password = { 0 };
	bool is_so = strcmp(json_name(value), host) == 0 && auth != NULL &&
	    docker_entry_is_text(value) &&
	    docker_auth_split(auth, &user, &password) &&
	    strcmp(buf_str(&user), "AWS") == 0 && password.len > 0;

	buf_free(&user);
	buf_free(&password);
	return is_so;
}

static bool
is_held(const struct work *work)
{
	size_t found = 0;

	for (const struct cJSON *key = json_first(work->old_auths); key != NULL;
	    key = json_next(key)) {
		const struct docker_entry *entry =
		    find_entry(work, json_name(key));

		if (entry == NULL)
			continue;
		if (!is_as_written(key, entry->host))
			found = SIZE_MAX / 2; /* it is to be mended */
		found++;
	}
	return found == work->wish->entries_n;
}

/* The wish as if there were no tokens yet, for all of the hosts. */
static void
find_hosts(const struct work *work, const char *own_region, struct list *hosts)
{
	const struct docker_wish *wish = work->wish;
	const char *own = find_own(work->old_auths, own_region);

	for (size_t i = 0; i < wish->entries_n; i++) {
		if (wish->entries[i].host != NULL)
			list_add(hosts, wish->entries[i].host);
		else if (own != NULL && wish->has_all_names)
			registry_host_add_names(own, hosts);
		else
			list_add(hosts, own != NULL ? own : "");
	}
}

static struct docker_entry *
make_entries(const struct list *hosts)
{
	struct docker_entry *entries = xcalloc(hosts->n, sizeof(*entries));

	for (size_t i = 0; i < hosts->n; i++)
		entries[i].host = hosts->items[i];
	return entries;
}

void
docker_config_look(const struct docker_wish *wish, const char *own_region,
    struct docker_held *held)
{
	struct docker_wish asked = *wish;
	struct work work = { .wish = wish };
	struct docker_config config = { 0 };
	struct docker_entry *entries;
	struct list hosts = { 0 }, others = { 0 };

	held->has_others = wish->old_len > 0;
	work.old = json_parse_exact(wish->old, wish->old_len);
	if (!json_is_object(work.old) || !find_auths(&work))
		goto out;
	find_hosts(&work, own_region, &hosts);
	entries = make_entries(&hosts);
	asked.entries = entries;
	asked.entries_n = hosts.n;
	work.wish = &asked;
	list_others(&work, &others);
	held->has_others = others.n > 0;
	held->is_as_wanted =
	    is_held(&work) && (others.n == 0 || wish->others == DOCKER_KEEP);
	find_expiry(&work, work.old_auths, &config);
	held->expires_at = config.expires_at;
	held->has_unknown_expiry = config.has_unknown_expiry;
	for (const struct cJSON *key = json_first(work.old_auths); key != NULL;
	    key = json_next(key))
		held->registries++;
	mem_free(entries);
out:
	list_free(&hosts);
	list_free(&others);
	json_free(work.old);
}

void
docker_config_free(struct docker_config *config)
{
	buf_free(&config->text);
	docker_entry_free(&config->spoiler);
	*config = (struct docker_config){ 0 };
}
