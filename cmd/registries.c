/* The registries that are to be written, their roles and tokens. */
#include "cmd/registries.h"

#include <string.h>

#include "aws/sts.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "registry/host.h"

void
registries_parse(const struct list *specs, struct registries *registries)
{
	registries->n = specs->n > 0 ? specs->n : 1;
	registries->items = xcalloc(registries->n, sizeof(struct registry));
	for (size_t i = 0; i < specs->n; i++)
		BUG_IF(registry_spec_parse(specs->items[i], true,
			   &registries->items[i].spec) != NULL);
}

const char *
registries_region(const struct registries *registries)
{
	for (size_t i = 0; i < registries->n; i++)
		if (registries->items[i].spec.region != NULL)
			return registries->items[i].spec.region;
	return NULL;
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The index of who asks for it, a new one if the role is new. */
static size_t
want_role(struct registries *registries, const struct registry_spec *spec)
{
	struct registry_role *roles = registries->roles;
	size_t i = 1;

	if (spec->role_arn == NULL)
		return 0;
	while (i < registries->roles_n &&
	    !(is_same(roles[i].spec->role_arn, spec->role_arn) &&
		is_same(roles[i].spec->external_id, spec->external_id) &&
		is_same(roles[i].spec->session_name, spec->session_name)))
		i++;
	if (i == registries->roles_n) {
		roles[i].spec = spec;
		roles[i].creds = &roles[i].assumed;
		registries->roles_n++;
	}
	return i;
}

/*
 * The index of the token, a new one if it is the first to ask. Any host by FIPS
 * makes FIPS of it; dual-stack endpoints, which not all networks reach, have to
 * be wanted by all.
 */
static size_t
want_token(struct registries *registries, size_t role, const char *region,
    const struct registry_spec *spec)
{
	struct registry_token *tokens = registries->tokens;
	size_t i = 0;

	while (i < registries->tokens_n &&
	    (tokens[i].role != role || tokens[i].is_public != spec->is_public ||
		strcmp(tokens[i].region, region) != 0))
		i++;
	if (i == registries->tokens_n) {
		tokens[i].role = role;
		tokens[i].region = region;
		tokens[i].is_public = spec->is_public;
		tokens[i].variant.is_dual_stack = true;
		registries->tokens_n++;
	}
	tokens[i].variant.is_fips |= spec->variant.is_fips;
	tokens[i].variant.is_dual_stack &= spec->variant.is_dual_stack;
	return i;
}

/* Gives a registry its token and, if it can be, its host. */
static int
assign_token(struct registries *registries, struct registry *item,
    struct aws *aws, struct err *err)
{
	struct registry_spec *spec = &item->spec;
	const char *region = spec->is_public ? "us-east-1" : spec->region;
	struct buf host = { 0 };

	if (region == NULL && creds_find_region(aws, &region, err) < 0)
		return -1;
	item->token =
	    want_token(registries, want_role(registries, spec), region, spec);
	if (spec->account == NULL)
		return 0;
	buf_addf(&host, "%s.dkr.ecr.%s.%s", spec->account, region,
	    endpoint_dns_suffix(region));
	mem_free(spec->host);
	spec->host = buf_take(&host);
	return 0;
}

/* Under one key there can be only one password. */
static int
check_roles(const struct registries *registries, struct err *err)
{
	for (size_t i = 0; i < registries->n; i++)
		for (size_t j = 0; j < i; j++)
			if (registries->items[i].token !=
				registries->items[j].token &&
			    is_same(registries->items[i].spec.host,
				registries->items[j].spec.host))
				return err_set(err, ERR_USAGE,
				    "--registry: %s is named twice, with "
				    "different roles",
				    registries->items[i].spec.host);
	return 0;
}

static int
assign(struct registries *registries, struct aws *aws, struct err *err)
{
	size_t n = registries->n;

	registries->tokens = xcalloc(n, sizeof(struct registry_token));
	registries->roles = xcalloc(n + 1, sizeof(struct registry_role));
	registries->roles_n = 1;
	for (size_t i = 0; i < n; i++)
		if (assign_token(registries, &registries->items[i], aws, err) <
		    0)
			return -1;
	return check_roles(registries, err);
}

static void
free_tokens(struct registries *registries)
{
	for (size_t i = 0; i < registries->roles_n; i++)
		creds_free(&registries->roles[i].assumed);
	for (size_t i = 0; i < registries->tokens_n; i++)
		ecr_token_free(&registries->tokens[i].token);
	mem_free(registries->roles);
	mem_free(registries->tokens);
	registries->roles = NULL;
	registries->roles_n = 0;
	registries->tokens = NULL;
	registries->tokens_n = 0;
}

int
registries_assign(struct registries *registries, struct aws *aws,
    struct err *err)
{
	if (registries->tokens != NULL || assign(registries, aws, err) == 0)
		return 0;
	free_tokens(registries);
	return -1;
}

/* Each role is assumed from where the caller's own chain ends. */
static void
start_roles(struct registries *registries, struct aws *aws,
    struct aws_call **calls)
{
	for (size_t i = 1; i < registries->roles_n; i++) {
		struct registry_role *role = &registries->roles[i];
		const char *region;

		if (creds_find_region(aws, &region, &role->err) == 0)
			calls[i] = sts_start(aws, registries->roles[0].creds,
			    &(struct sts_role){
				.arn = role->spec->role_arn,
				.region = region,
				.external_id = role->spec->external_id,
				.session_name = role->spec->session_name,
			    });
	}
}

static void
start_tokens(struct registries *registries, struct aws *aws, size_t role)
{
	for (size_t i = 0; i < registries->tokens_n; i++) {
		struct registry_token *token = &registries->tokens[i];

		if (token->role == role)
			token->call =
			    ecr_start_token(aws, registries->roles[role].creds,
				&(struct ecr_place){ token->region,
				    token->variant, token->is_public });
	}
}

/* A role's tokens are asked for as soon as it is there. */
static void
finish_roles(struct registries *registries, struct aws *aws,
    struct aws_call **calls)
{
	for (size_t i = 1; i < registries->roles_n; i++) {
		struct registry_role *role = &registries->roles[i];

		if (calls[i] != NULL &&
		    sts_finish(calls[i], &role->assumed, &role->err) == 0)
			start_tokens(registries, aws, i);
		else
			err_wrap(&role->err, "role %s", role->spec->role_arn);
	}
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
finish_tokens(struct registries *registries, bool any_host)
{
	struct registry_token *tokens = registries->tokens;
	char **own_host = &registries->items[0].spec.host;

	for (size_t i = 0; i < registries->tokens_n; i++)
		if (tokens[i].call != NULL)
			(void)ecr_finish_token(tokens[i].call, &tokens[i].token,
			    &tokens[i].err);
	if (*own_host != NULL || tokens[0].token.auth == NULL)
		return;
	if (any_host || check_own_host(&tokens[0], &tokens[0].err) == 0)
		*own_host = registry_normal_key(tokens[0].token.host);
	else
		ecr_token_free(&tokens[0].token);
}

void
registries_fetch(struct registries *registries, struct aws *aws,
    const struct creds *creds, bool any_host)
{
	struct aws_call **calls =
	    xcalloc(registries->roles_n, sizeof(struct aws_call *));

	registries->roles[0].creds = creds;
	start_roles(registries, aws, calls);
	start_tokens(registries, aws, 0);
	finish_roles(registries, aws, calls);
	finish_tokens(registries, any_host);
	mem_free(calls);
}

static void
report_once(struct report *report, const struct err *err, bool *is_reported)
{
	if (!*is_reported)
		report_failed(report, 0, err);
	*is_reported = true;
}

size_t
registries_report(struct registries *registries, struct report *report)
{
	size_t good = 0;

	for (size_t i = 0; i < registries->n; i++) {
		struct registry_token *token =
		    &registries->tokens[registries->items[i].token];
		struct registry_role *role = &registries->roles[token->role];

		if (token->token.auth != NULL)
			good++;
		else if (role->err.kind != ERR_NONE)
			report_once(report, &role->err, &role->is_reported);
		else
			report_once(report, &token->err, &token->is_reported);
		if (token->is_public && token->token.auth != NULL)
			log_event(LOG_INFO, LOG_NO_FIELDS,
			    "%s: once this token has expired, pulls with it "
			    "are refused that would do without any: keep it "
			    "fresh, or drop the registry",
			    registries->items[i].spec.host);
	}
	return good;
}

static void
add_entry(const struct registry_token *token, const char *host,
    struct docker_entry *entries, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (is_same(entries[i].host, host))
			return;
	entries[*n] = (struct docker_entry){
		.host = host[0] != '\0' ? host : NULL,
		.auth = token->token.auth,
		.expires_at = token->token.expires_at,
	};
	(*n)++;
}

struct docker_entry *
registries_make_entries(struct registries *registries, bool all_hosts,
    size_t *n)
{
	struct docker_entry *entries;
	size_t most = 0;

	for (size_t i = 0; i < registries->n; i++) {
		struct registry *item = &registries->items[i];

		list_free(&item->names);
		if (item->spec.host == NULL)
			list_add(&item->names, "");
		else if (all_hosts)
			registry_host_add_names(item->spec.host, &item->names);
		else
			list_add(&item->names, item->spec.host);
		most += item->names.n;
	}
	entries = xcalloc(most, sizeof(*entries));
	*n = 0;
	/* The hosts that were named come before other names of another's. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < registries->n; i++) {
			struct registry *item = &registries->items[i];

			for (size_t j = round == 0 ? 0 : 1;
			    j < (round == 0 ? 1 : item->names.n); j++)
				add_entry(&registries->tokens[item->token],
				    item->names.items[j], entries, n);
		}
	return entries;
}

const struct docker_entry *
registries_find_entry(const struct docker_entry *entries, size_t n,
    const char *host)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].host != NULL &&
		    strcmp(entries[i].host, host) == 0)
			return &entries[i];
	return NULL;
}

void
registries_free(struct registries *registries)
{
	for (size_t i = 0; i < registries->n; i++) {
		registry_spec_free(&registries->items[i].spec);
		list_free(&registries->items[i].names);
	}
	free_tokens(registries);
	mem_free(registries->items);
	*registries = (struct registries){ 0 };
}
