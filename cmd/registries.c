/* The registries that are to be written, and their tokens. */
#include "cmd/registries.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "registry/host.h"

/* ACCOUNT or ACCOUNT.REGION */
static bool
is_account(const char *spec)
{
	size_t len = strcspn(spec, ".");

	return registry_is_account(spec, len) &&
	    (spec[len] == '\0' || endpoint_is_region(spec + len + 1));
}

/* Could text be "host" or "host:port"? */
static bool
is_host(const char *text)
{
	return text[0] != '\0' &&
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]")] ==
	    '\0';
}

bool
registries_is_spec(const char *spec, bool any_host)
{
	struct registry_host host;
	char *key = registry_normal_key(spec);
	bool is_good = registry_host_parse(key, &host) || is_account(key) ||
	    (any_host && is_host(key));

	mem_free(key);
	return is_good;
}

static void
parse_spec(const char *spec, struct registry *registry)
{
	struct registry_host host;
	char *key = registry_normal_key(spec);

	if (is_account(key)) {
		size_t len = strcspn(key, ".");

		registry->account = xstrndup(key, len);
		if (key[len] == '.')
			registry->region = xstrdup(key + len + 1);
		mem_free(key);
		return;
	}
	registry->host = key;
	if (registry_host_parse(key, &host)) {
		registry->region = xstrdup(host.region);
		registry->variant.is_fips = host.is_fips;
		registry->variant.is_dual_stack = host.is_dual_stack;
	}
}

void
registries_parse(const struct list *specs, struct registries *registries)
{
	registries->n = specs->n > 0 ? specs->n : 1;
	registries->items = xcalloc(registries->n, sizeof(struct registry));
	for (size_t i = 0; i < specs->n; i++)
		parse_spec(specs->items[i], &registries->items[i]);
}

const char *
registries_region(const struct registries *registries)
{
	for (size_t i = 0; i < registries->n; i++)
		if (registries->items[i].region != NULL)
			return registries->items[i].region;
	return NULL;
}

/* A FIPS host gets its token from a FIPS endpoint, so one of its own. */
static bool
is_token_of(const struct registry_token *token, const char *region,
    struct endpoint_variant variant)
{
	return strcmp(token->region, region) == 0 &&
	    token->variant.is_fips == variant.is_fips &&
	    token->variant.is_dual_stack == variant.is_dual_stack;
}

/* The index of the region's token, a new one if it is the first to ask. */
static size_t
want_token(struct registries *registries, const char *region,
    struct endpoint_variant variant)
{
	struct registry_token *tokens = registries->tokens;
	size_t i = 0;

	while (i < registries->tokens_n &&
	    !is_token_of(&tokens[i], region, variant))
		i++;
	if (i == registries->tokens_n) {
		tokens[i].region = xstrdup(region);
		tokens[i].variant = variant;
		registries->tokens_n++;
	}
	return i;
}

/* Gives each registry its region, its token and, if it can be, its host. */
static int
assign_tokens(struct registries *registries, struct aws *aws, struct err *err)
{
	registries->tokens =
	    xcalloc(registries->n, sizeof(struct registry_token));
	for (size_t i = 0; i < registries->n; i++) {
		struct registry *item = &registries->items[i];
		const char *region = item->region;
		struct buf host = { 0 };

		if (region == NULL && creds_find_region(aws, &region, err) < 0)
			return -1;
		item->token = want_token(registries, region, item->variant);
		if (item->account == NULL)
			continue;
		buf_addf(&host, "%s.dkr.ecr.%s.%s", item->account, region,
		    endpoint_dns_suffix(region));
		item->host = buf_take(&host);
	}
	return 0;
}

/* The caller's own registry is the one that the token's answer names. */
static int
check_own_host(const struct registry_token *token, struct err *err)
{
	struct registry_host host;

	if (registry_host_parse(token->token.host, &host) &&
	    strcmp(host.region, token->region) == 0)
		return 0;
	return err_set(err, ERR_DATA,
	    "ecr: %s: the answer names the registry \"%.300s\", which is not "
	    "ECR's in that region; --any-host accepts it",
	    token->region, token->token.host);
}

/* Waits for each token. A host that is not to be used spoils its token. */
static void
finish_tokens(struct registries *registries, struct aws_call **calls,
    bool any_host)
{
	bool is_own = registries->items[0].host == NULL;

	for (size_t i = 0; i < registries->tokens_n; i++) {
		struct registry_token *token = &registries->tokens[i];

		if (ecr_finish_token(calls[i], &token->token, &token->err) ==
			0 &&
		    is_own && !any_host &&
		    check_own_host(token, &token->err) < 0)
			ecr_token_free(&token->token);
	}
	if (is_own && registries->tokens[0].err.kind == ERR_NONE)
		registries->items[0].host =
		    registry_normal_key(registries->tokens[0].token.host);
}

int
registries_fetch(struct registries *registries, struct aws *aws,
    const struct creds *creds, bool any_host, struct err *err)
{
	struct aws_call **calls;

	if (assign_tokens(registries, aws, err) < 0)
		return -1;
	calls = xcalloc(registries->tokens_n, sizeof(struct aws_call *));
	for (size_t i = 0; i < registries->tokens_n; i++)
		calls[i] = ecr_start_token(aws, creds,
		    &(struct ecr_place){ registries->tokens[i].region,
			registries->tokens[i].variant, false });
	finish_tokens(registries, calls, any_host);
	mem_free(calls);
	return 0;
}

void
registries_make_entries(const struct registries *registries,
    struct docker_entry *entries)
{
	for (size_t i = 0; i < registries->n; i++) {
		const struct registry *item = &registries->items[i];
		const struct ecr_token *token =
		    &registries->tokens[item->token].token;

		entries[i] = (struct docker_entry){
			.host = item->host,
			.auth = token->auth,
			.expires_at = token->expires_at,
		};
	}
}

void
registries_free(struct registries *registries)
{
	for (size_t i = 0; i < registries->n; i++) {
		mem_free(registries->items[i].host);
		mem_free(registries->items[i].account);
		mem_free(registries->items[i].region);
	}
	for (size_t i = 0; i < registries->tokens_n; i++) {
		mem_free(registries->tokens[i].region);
		ecr_token_free(&registries->tokens[i].token);
	}
	mem_free(registries->items);
	mem_free(registries->tokens);
	*registries = (struct registries){ 0 };
}
