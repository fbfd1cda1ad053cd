/* The docker helper's tokens, in a file that is ours alone. */
#include "cmd/plugin/token_cache.h"

#include <string.h>
#include <sys/stat.h>

#include "aws/profile_file.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	CACHE_MAX = 4 * 1024 * 1024, /* a token has a few KB */
	PRIVATE = 0700,
};

/* --- Where it is, and who we are ------------------------------------------ */

/* The folders are made on the way; what that fails for, the write shows. */
static char *
find_path(void)
{
	char *home = NULL, *set = NULL;
	struct buf path = { 0 };
	struct err ignored;

	if (env_get("XDG_CACHE_HOME", &set, &ignored) == 0 && set != NULL &&
	    set[0] == '/')
		buf_add_str(&path, set);
	else if (env_get("HOME", &home, &ignored) == 0 && home != NULL)
		buf_addf(&path, "%s/.cache", home);
	mem_free(home);
	mem_free(set);
	if (path.len == 0)
		return NULL;
	(void)mkdir(path.data, PRIVATE);
	buf_add_str(&path, "/ecr-secret");
	(void)mkdir(path.data, PRIVATE);
	buf_add_str(&path, "/tokens.json");
	return buf_take(&path);
}

/* With its length, so that no two lists of texts are the same. */
static void
add_text(struct buf *out, const char *text)
{
	if (text == NULL)
		buf_add_str(out, "-");
	else
		buf_addf(out, "%zu:%s", strlen(text), text);
}

static void
add_list(struct buf *out, const struct list *list)
{
	buf_addf(out, "%zu.", list->n);
	for (size_t i = 0; i < list->n; i++)
		add_text(out, list->items[i]);
}

static void
add_digest(struct buf *out, const char *bytes, size_t len)
{
	unsigned char digest[DIGEST_SIZE];

	digest_sha256(bytes, len, digest);
	buf_add_hex(out, digest, sizeof(digest));
}

static int
add_identity(const struct options *options, struct buf *identity)
{
	struct buf all = { 0 };
	struct list variables = { 0 };
	struct err ignored;
	int rc;

	env_add_all("AWS_", &variables);
	add_list(&all, &variables);
	add_text(&all, options->region);
	add_text(&all, options->profile);
	add_list(&all, &options->roles);
	add_text(&all, options->external_id);
	add_text(&all, options->role_session_name);
	rc = profile_file_add_texts(&all, &ignored);
	if (rc == 0)
		add_digest(identity, all.data, all.len);
	list_free(&variables);
	buf_free(&all);
	return rc;
}

/* --- What it holds ---------------------------------------------------------- */

static void
load(struct token_cache *cache)
{
	struct buf text = { 0 };
	struct err ignored;

	json_free(cache->document);
	cache->document = NULL;
	if (file_read_private(cache->path, CACHE_MAX, &text, &ignored) == 0)
		cache->document = json_parse(buf_str(&text), text.len);
	if (!json_is_object(cache->document)) {
		json_free(cache->document);
		cache->document = json_new_object();
	}
	buf_free(&text);
}

void
token_cache_open(struct token_cache *cache, const struct options *options)
{
	cache->now = time(NULL);
	if (options->no_cache || add_identity(options, &cache->identity) < 0)
		return;
	cache->path = find_path();
	if (cache->path != NULL)
		load(cache);
}

static bool
get_time(const struct cJSON *object, const char *name, time_t *at)
{
	const char *text = json_get_text(object, name);

	return text != NULL && clock_parse(text, at);
}

/* False if it is not as we write it, or not good by our clock. */
static bool
read_token(const struct token_cache *cache, const struct cJSON *object,
    struct token_cached *cached)
{
	struct buf password = { 0 };
	time_t written_at = 0, expires_at = 0;
	bool is_good;

	cached->auth = json_get_text(object, "auth");
	cached->lender = json_get_text(object, "lender");
	is_good = cached->auth != NULL &&
	    ecr_add_password(cached->auth, &password) &&
	    get_time(object, "writtenAt", &written_at) &&
	    get_time(object, "expiresAt", &expires_at) &&
	    written_at <= cache->now && cache->now < expires_at;
	buf_free(&password);
	if (is_good) {
		cached->expires_at = expires_at;
		cached->is_young =
		    cache->now - written_at < expires_at - cache->now;
	}
	return is_good;
}

bool
token_cache_find(const struct token_cache *cache, const char *host,
    struct token_cached *cached)
{
	const struct cJSON *tokens =
	    json_get(cache->document, buf_str(&cache->identity));

	return read_token(cache, json_get(tokens, host), cached);
}

static void
add_lender(const struct creds *creds, struct buf *out)
{
	if (creds->is_lent)
		add_digest(out, creds->access_key_id,
		    strlen(creds->access_key_id));
}

bool
token_cache_is_of(const struct token_cached *cached, const struct creds *creds)
{
	struct buf lender = { 0 };
	bool is_same;

	add_lender(creds, &lender);
	is_same = strcmp(buf_str(&lender),
		      cached->lender != NULL ? cached->lender : "") == 0;
	buf_free(&lender);
	return is_same;
}

void
token_cache_add_hosts(const struct token_cache *cache, struct list *hosts)
{
	const struct cJSON *token =
	    json_first(json_get(cache->document, buf_str(&cache->identity)));

	for (; token != NULL; token = json_next(token)) {
		struct token_cached cached;

		if (read_token(cache, token, &cached))
			list_add(hosts, json_name(token));
	}
}

/* --- Changes ---------------------------------------------------------------- */

/* Leaves out what is not good, and a host's; and whoever has nothing then. */
static void
drop(struct token_cache *cache, const char *host)
{
	struct cJSON *tokens = json_first(cache->document), *next;

	for (; tokens != NULL; tokens = next) {
		struct cJSON *token = json_first(tokens), *after;

		for (; token != NULL; token = after) {
			const char *name = json_name(token);
			struct token_cached cached;

			after = json_next(token);
			if (!read_token(cache, token, &cached) ||
			    (host != NULL && strcmp(name, host) == 0))
				json_remove(tokens, name);
		}
		next = json_next(tokens);
		if (json_first(tokens) == NULL)
			json_remove(cache->document, json_name(tokens));
	}
}

static void
save(struct token_cache *cache)
{
	struct buf text = { 0 };
	struct err err = { 0 };

	json_add_to(&text, cache->document);
	if (file_replace(cache->path, &text, &err) < 0)
		log_event(LOG_DEBUG, LOG_NO_FIELDS, "cache: %s", err.text);
	buf_free(&text);
}

static void
add_token(struct cJSON *object, const char *auth, const char *lender,
    time_t now, time_t expires_at)
{
	char written[CLOCK_TEXT_MAX], expires[CLOCK_TEXT_MAX];

	clock_format(now, written);
	clock_format(expires_at, expires);
	json_add_text(object, "auth", auth);
	json_add_text(object, "writtenAt", written);
	json_add_text(object, "expiresAt", expires);
	if (lender[0] != '\0')
		json_add_text(object, "lender", lender);
}

/* Read anew, since others may have written meanwhile. */
void
token_cache_keep(struct token_cache *cache, const char *host,
    const struct ecr_token *token, time_t left_s, const struct creds *creds)
{
	const char *identity = buf_str(&cache->identity);
	struct buf lender = { 0 };
	struct cJSON *tokens;

	if (cache->path == NULL)
		return;
	cache->now = time(NULL);
	load(cache);
	drop(cache, NULL);
	tokens = json_get(cache->document, identity);
	if (!json_is_object(tokens))
		tokens = json_add_object(cache->document, identity);
	add_lender(creds, &lender);
	add_token(json_add_object(tokens, host), token->auth, buf_str(&lender),
	    cache->now, cache->now + left_s);
	save(cache);
	buf_free(&lender);
}

void
token_cache_forget(struct token_cache *cache, const char *host)
{
	if (cache->path == NULL || json_first(cache->document) == NULL)
		return;
	drop(cache, host);
	save(cache);
}

void
token_cache_free(struct token_cache *cache)
{
	mem_free(cache->path);
	buf_free(&cache->identity);
	json_free(cache->document);
	*cache = (struct token_cache){ 0 };
}
