/* "docker-credential-ecr-secret": a docker credential helper; see the header. */
#include "cmd/plugin/docker_helper.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/standard.h"
#include "cmd/plugin/token_cache.h"
#include "cmd/token_source.h"
#include "registry/host.h"

/* The protocol's words, by which docker knows what is meant. */
#define NOT_FOUND "credentials not found in native keychain"
#define NO_SERVER_URL "no credentials server URL"
#define NO_USERNAME "no credentials username"

enum {
	INPUT_MAX = 256 * 1024, /* a password of any registry, and its URL */
};

struct helper {
	const struct options *options;
	struct http *http;
	struct token_source source;
	struct token_cache cache;
	struct buf input;
	char *url;       /* as it was asked for */
	char *host;      /* of that, in lower case */
	struct buf text; /* to be answered */
};

/* --- The host that is asked for ------------------------------------------- */

static int
take_url(struct helper *helper, const char *url, struct err *err)
{
	char *host;

	if (url == NULL || url[0] == '\0')
		return err_set(err, ERR_DATA, NO_SERVER_URL);
	helper->url = xstrdup(url);
	host = registry_host_of(url);
	helper->host = registry_normal_key(host);
	mem_free(host);
	return 0;
}

/* The whole input, but for white space around it. */
static int
read_url(struct helper *helper, struct err *err)
{
	static const char space[] = " \t\r\n";
	const char *start = buf_str(&helper->input);
	size_t len;
	char *url;
	int rc;

	start += strspn(start, space);
	len = strlen(start);
	while (len > 0 && strchr(space, start[len - 1]) != NULL)
		len--;
	url = xstrndup(start, len);
	rc = take_url(helper, url, err);
	mem_free(url);
	return rc;
}

/* --- get ------------------------------------------------------------------ */

static void
add_credentials(struct helper *helper, const char *auth)
{
	struct buf password = { 0 };

	BUG_IF(!ecr_add_password(auth, &password));
	buf_add_str(&helper->text, "{\"ServerURL\":");
	buf_add_json(&helper->text, helper->url);
	buf_add_str(&helper->text, ",\"Username\":\"AWS\",\"Secret\":");
	buf_add_json(&helper->text, password.data);
	buf_add_str(&helper->text, "}\n");
	buf_free(&password);
}

static int
find_credentials(struct helper *helper, struct err *err)
{
	struct token_source *source = &helper->source;

	if (token_source_open_host(source, helper->options, helper->host,
		helper->http, err) < 0)
		return -1;
	return token_source_find_credentials(source, err);
}

static int
fetch_token(struct helper *helper, struct err *err)
{
	const struct ecr_token *token;

	if (token_source_fetch_one(&helper->source, &token, err) < 0)
		return -1;
	add_credentials(helper, token->auth);
	token_cache_keep(&helper->cache, helper->host, token,
	    token->expires_at - http_now(helper->http), &helper->source.creds);
	return 0;
}

/* A token of the cache, while AWS can't be reached. */
static int
fall_back(struct helper *helper, const struct token_cached *cached,
    struct err *err)
{
	char expires[CLOCK_TEXT_MAX];

	if (err->kind != ERR_RETRY)
		return -1;
	clock_format(cached->expires_at, expires);
	log_event(LOG_WARNING, LOG_NO_FIELDS,
	    "%.1500s: the token of the cache, good until %s, has to do",
	    err->text, expires);
	add_credentials(helper, cached->auth);
	return 0;
}

/* Whose a token of the cache is, is known, or who lends credentials says it. */
static int
find_token(struct helper *helper, struct err *err)
{
	struct token_cached cached = { 0 };
	bool has = token_cache_find(&helper->cache, helper->host, &cached);
	bool is_known = cached.lender == NULL;

	if (has && cached.is_young && is_known) {
		add_credentials(helper, cached.auth);
		return 0;
	}
	if (find_credentials(helper, err) < 0)
		return has && is_known ? fall_back(helper, &cached, err) : -1;
	has = has && token_cache_is_of(&cached, &helper->source.creds);
	if (has && cached.is_young) {
		add_credentials(helper, cached.auth);
		return 0;
	}
	if (fetch_token(helper, err) == 0)
		return 0;
	return has ? fall_back(helper, &cached, err) : -1;
}

static int
get(struct helper *helper, struct err *err)
{
	if (read_url(helper, err) < 0)
		return -1;
	if (!registry_host_is_ecr(helper->host)) {
		log_event(LOG_INFO, LOG_NO_FIELDS,
		    "%.300s: not a registry of ECR", helper->host);
		return err_set(err, ERR_REFUSED, NOT_FOUND);
	}
	token_cache_open(&helper->cache, helper->options);
	return find_token(helper, err);
}

/* --- The other verbs ------------------------------------------------------- */

/* Checked, and not kept. */
static int
store(struct helper *helper, struct err *err)
{
	struct cJSON *json =
	    json_parse(buf_str(&helper->input), helper->input.len);
	int rc = -1;

	if (!json_is_object(json)) {
		(void)err_set(err, ERR_DATA,
		    "the credentials to store are not a JSON object");
		goto out;
	}
	if (take_url(helper, json_get_text(json, "ServerURL"), err) < 0)
		goto out;
	if (json_get_nonempty(json, "Username") == NULL) {
		(void)err_set(err, ERR_DATA, NO_USERNAME);
		goto out;
	}
	if (!registry_host_is_ecr(helper->host))
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%.300s: not a registry of ECR: its password is not kept",
		    helper->host);
	rc = 0;
out:
	json_free(json);
	return rc;
}

static int
erase(struct helper *helper, struct err *err)
{
	if (read_url(helper, err) < 0)
		return -1;
	token_cache_open(&helper->cache, helper->options);
	token_cache_forget(&helper->cache, helper->host);
	return 0;
}

/* What get would answer without asking AWS. */
static int
list(struct helper *helper, struct err *err)
{
	struct list hosts = { 0 };

	(void)err;
	token_cache_open(&helper->cache, helper->options);
	token_cache_add_hosts(&helper->cache, &hosts);
	buf_add_str(&helper->text, "{");
	for (size_t i = 0; i < hosts.n; i++) {
		struct buf url = { 0 };

		buf_addf(&url, "https://%s", hosts.items[i]);
		buf_add_str(&helper->text, i > 0 ? "," : "");
		buf_add_json(&helper->text, url.data);
		buf_add_str(&helper->text, ":\"AWS\"");
		buf_free(&url);
	}
	buf_add_str(&helper->text, "}\n");
	list_free(&hosts);
	return 0;
}

static int
version(struct helper *helper, struct err *err)
{
	(void)err;
	buf_addf(&helper->text,
	    "docker-credential-ecr-secret (ecr-secret) %s\n", VERSION);
	return 0;
}

static const struct verb {
	const char *name;
	bool has_input;
	int (*answer)(struct helper *helper, struct err *err);
} verbs[] = {
	{ "get", true, get },
	{ "store", true, store },
	{ "erase", true, erase },
	{ "list", false, list },
	{ "version", false, version },
};

static const char verb_names[] = "get, store, erase, list or version";

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

static bool
is_verb(const char *text)
{
	return find_verb(text) != NULL;
}

static int
answer(struct helper *helper, struct err *err)
{
	const struct list *arguments = &helper->options->arguments;
	const struct verb *verb =
	    arguments->n == 1 ? find_verb(arguments->items[0]) : NULL;

	if (verb == NULL)
		return err_set(err, ERR_USAGE, "one verb is needed: %s",
		    verb_names);
	if (verb->has_input &&
	    standard_read(INPUT_MAX, http_remaining_ms(helper->http),
		&helper->input, err) < 0)
		return -1;
	return verb->answer(helper, err);
}

static void
docker_helper(const struct options *options, struct report *report)
{
	struct helper helper = { .options = options };
	struct err err = { 0 };

	helper.http = http_new(options->timeout_ms, 0);
	if (answer(&helper, &err) == 0)
		standard_write(&helper.text);
	else
		report_failed(report, 0, &err);
	http_free(helper.http); /* first: transfers borrow from the rest */
	token_source_close(&helper.source);
	token_cache_free(&helper.cache);
	mem_free(helper.url);
	mem_free(helper.host);
	buf_free(&helper.input);
	buf_free(&helper.text);
}

static int
finish_docker_helper(struct report *report)
{
	if (report->failed == 0)
		return 0;
	(void)puts(report->worst.text);
	return 1;
}

const struct command docker_helper_command = {
	.id = COMMAND_HELPER,
	.name = "docker-credential-ecr-secret",
	.usage = "docker-credential-ecr-secret get|store|erase|list|version",
	.purpose =
	    "Answers docker, podman and whoever else has a credential helper: "
	    "with ECR\ncredentials for the host on standard input.",
	.success = "it was answered",
	.run = docker_helper,
	.argument = "VERB",
	.check = { is_verb, verb_names },
	.is_program = true,
	.finish = finish_docker_helper,
};
