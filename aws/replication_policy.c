/* What a registry's policy says of replication; see replication_policy.h. */
#include "aws/replication_policy.h"

#include <fnmatch.h>
#include <string.h>

#include "base/mem.h"

#define REPLICATE "ecr:ReplicateImage"
#define REPOSITORY ":repository/"

static const char *const actions[] = { REPLICATE, "ecr:CreateRepository",
	NULL };

void
replication_make_grant(const char *source,
    const struct replication_destination *registry, const char *partition,
    const struct list *prefixes, struct replication_grant *grant)
{
	struct buf sid = { 0 };

	*grant = (struct replication_grant){ 0 };
	buf_addf(&sid, "EcrSecretReplicate%s", source);
	grant->sid = buf_take(&sid);
	list_addf(&grant->principals, "arn:%s:iam::%s:root", partition, source);
	for (size_t i = 0; i < prefixes->n || i == 0; i++)
		list_addf(&grant->resources,
		    "arn:%s:ecr:%s:%s" REPOSITORY "%s*", partition,
		    registry->region, registry->account,
		    prefixes->n > 0 ? prefixes->items[i] : "");
	grant->statement.sid = grant->sid;
	grant->statement.actions = actions;
	grant->statement.principals = &grant->principals;
	grant->statement.resources = &grant->resources;
}

void
replication_free_grant(struct replication_grant *grant)
{
	mem_free(grant->sid);
	list_free(&grant->principals);
	list_free(&grant->resources);
	*grant = (struct replication_grant){ 0 };
}

static void
find_principals(const struct cJSON *statement, struct list *texts)
{
	const struct cJSON *principal = json_get(statement, "Principal");

	policy_add_texts(texts, principal);
	policy_add_texts(texts, json_get(principal, "AWS"));
}

static bool
is_allowing(const struct cJSON *statement)
{
	return strcmp(json_get_text(statement, "Effect"), "Allow") == 0;
}

static bool
is_for(const struct cJSON *statement, const char *account)
{
	struct list texts = { 0 };
	bool is_found = false;

	find_principals(statement, &texts);
	for (size_t i = 0; i < texts.n && !is_found; i++)
		is_found = strcmp(texts.items[i], "*") == 0 ||
		    policy_is_same_text(texts.items[i], account);
	list_free(&texts);
	return is_found;
}

/* A star in what is wanted is matched by a star alone. */
static bool
covers(const struct cJSON *statement, const char *resource)
{
	struct list patterns = { 0 };
	bool is_covered = false;

	policy_add_texts(&patterns, json_get(statement, "Resource"));
	for (size_t i = 0; i < patterns.n && !is_covered; i++)
		is_covered =
		    fnmatch(patterns.items[i], resource, FNM_NOESCAPE) == 0;
	list_free(&patterns);
	return is_covered;
}

static bool
is_allowed(const struct cJSON *policy, const char *source, const char *action,
    const char *resource)
{
	const struct cJSON *statement = policy_first(policy);

	for (; statement != NULL; statement = json_next(statement))
		if (is_allowing(statement) && is_for(statement, source) &&
		    policy_has_action(statement, action) &&
		    covers(statement, resource))
			return true;
	return false;
}

bool
replication_is_granted(const struct cJSON *policy, const char *source,
    const struct replication_grant *grant)
{
	for (const char *const *action = actions; *action != NULL; action++) {
		if (policy_find_denial(policy, source, *action) != NULL)
			return false;
		for (size_t i = 0; i < grant->resources.n; i++)
			if (!is_allowed(policy, source, *action,
				grant->resources.items[i]))
				return false;
	}
	return true;
}

void
replication_find_sources(const struct cJSON *policy, struct list *accounts)
{
	const struct cJSON *statement = policy_first(policy);
	struct list texts = { 0 };

	for (; statement != NULL; statement = json_next(statement))
		if (is_allowing(statement) &&
		    policy_has_action(statement, REPLICATE))
			find_principals(statement, &texts);
	for (size_t i = 0; i < texts.n; i++) {
		const char *found = policy_find_account(texts.items[i]);
		char account[] = "000000000000";

		if (strcmp(texts.items[i], "*") == 0)
			memcpy(account, "*", 2);
		else if (found != NULL)
			memcpy(account, found, strlen(account));
		if ((found != NULL || account[0] == '*') &&
		    !list_has(accounts, account))
			list_add(accounts, account);
	}
	list_free(&texts);
}

/* Several texts, the resources among them without their registry. */
static void
add_texts(struct buf *line, const struct list *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		const char *name = strstr(texts->items[i], REPOSITORY);

		buf_addf(line, "%s%s", i > 0 ? ", " : "",
		    name != NULL ? name + strlen(REPOSITORY) : texts->items[i]);
	}
}

static void
describe_statement(const struct cJSON *policy, const struct cJSON *statement,
    struct list *lines)
{
	struct list who = { 0 }, where = { 0 };
	struct buf line = { 0 };

	find_principals(statement, &who);
	policy_add_texts(&where, json_get(statement, "Resource"));
	buf_add_str(&line, is_allowing(statement) ? "" : "denied: ");
	add_texts(&line, &who);
	buf_add_str(&line, " -> ");
	add_texts(&line, &where);
	buf_add_str(&line, " (");
	policy_add_name(&line, policy, statement);
	if (json_get(statement, "Condition") != NULL)
		buf_add_str(&line, ", on a condition");
	buf_add_str(&line, ")");
	list_add(lines, line.data);
	list_free(&who);
	list_free(&where);
	buf_free(&line);
}

void
replication_describe_policy(const struct cJSON *policy, struct list *lines)
{
	const struct cJSON *statement = policy_first(policy);

	for (; statement != NULL; statement = json_next(statement))
		if (policy_has_action(statement, REPLICATE))
			describe_statement(policy, statement, lines);
}
