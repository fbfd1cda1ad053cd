/* What grant is to write; see wish.h. */
#include "cmd/grant/wish.h"

#include <string.h>

#include "aws/policy.h"
#include "registry/host.h"
#include "registry/pull_rights.h"

#define PUSH_ACTIONS                                      \
	"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", \
	    "ecr:CompleteLayerUpload", "ecr:PutImage"
#define ORGANISATION "org:"

const char *const grant_push_actions[] = { PUSH_ACTIONS, NULL };
static const char *const both_actions[] = { PULL_MANIFEST, PULL_LAYER,
	PULL_LOOK, PUSH_ACTIONS, NULL };

/* The statements of ours. */
static const struct statement {
	const char *sid;
	const char *const *actions;
	bool has_push;
	bool is_for_organisations;
} statements[] = {
	{ PULL_SID, pull_rights, false, false },
	{ PULL_SID "Organization", pull_rights, false, true },
	{ "EcrSecretPush", both_actions, true, false },
	{ "EcrSecretPushOrganization", both_actions, true, true },
};

enum {
	STATEMENTS_N = sizeof(statements) / sizeof(statements[0]),
};

/* Behind "arn:PARTITION:iam::ACCOUNT:"; NULL if it is no such ARN. */
static const char *
find_entity(const char *arn)
{
	const char *account = policy_find_account(arn);
	const char *service =
	    strncmp(arn, "arn:", 4) == 0 ? arn + 4 + strcspn(arn + 4, ":") : "";

	if (account == NULL || strncmp(service, ":iam::", 6) != 0 ||
	    account != service + 6)
		return NULL;
	return account + HOST_ACCOUNT_LEN + 1;
}

/* The name behind "role/" or "user/", with its path, by IAM's rules. */
static bool
is_named(const char *entity, const char *kind)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+=,.@/-";
	size_t len = strlen(kind);

	return strncmp(entity, kind, len) == 0 && entity[len] != '\0' &&
	    entity[strlen(entity) - 1] != '/' &&
	    strspn(entity + len, allowed) == strlen(entity + len);
}

static bool
is_organisation(const char *text)
{
	size_t len = strlen(text);

	return strncmp(text, "o-", 2) == 0 && len >= 12 && len <= 34 &&
	    strspn(text + 2, "abcdefghijklmnopqrstuvwxyz0123456789") == len - 2;
}

bool
grant_wish_is_principal(const char *text)
{
	const char *entity = find_entity(text);

	if (strncmp(text, ORGANISATION, sizeof(ORGANISATION) - 1) == 0)
		return is_organisation(text + sizeof(ORGANISATION) - 1);
	if (registry_is_account(text, strlen(text)))
		return true;
	return entity != NULL &&
	    (strcmp(entity, "root") == 0 || is_named(entity, "role/") ||
		is_named(entity, "user/"));
}

int
grant_wish_add(struct grant_wish *wish, const char *text, const char *partition,
    struct err *err)
{
	size_t len = strlen(partition);

	if (strncmp(text, ORGANISATION, sizeof(ORGANISATION) - 1) == 0)
		list_add(&wish->organisations, text + sizeof(ORGANISATION) - 1);
	else if (registry_is_account(text, strlen(text)))
		list_addf(&wish->principals, "arn:%s:iam::%s:root", partition,
		    text);
	else if (strncmp(text + 4, partition, len) == 0 && text[4 + len] == ':')
		list_add(&wish->principals, text);
	else
		return err_set(err, ERR_USAGE,
		    "--to: %.300s is of another partition than the "
		    "repositories, which are in %s",
		    text, partition);
	return 0;
}

static int
apply(const struct grant_wish *wish, const struct statement *statement,
    struct cJSON *policy, struct err *err)
{
	bool is_org = statement->is_for_organisations;
	struct policy_statement wanted = {
		.sid = statement->sid,
		.actions = statement->actions,
		.principals = is_org ? NULL : &wish->principals,
		.test = is_org ? "StringEquals" : NULL,
		.key = is_org ? "aws:PrincipalOrgID" : NULL,
		.values = is_org ? &wish->organisations : NULL,
	};

	return wish->is_removal ? policy_remove(policy, &wanted, err) :
				  policy_merge(policy, &wanted, err);
}

/* Has the wish to do with the statement? */
static bool
is_meant(const struct grant_wish *wish, const struct statement *statement)
{
	size_t named = statement->is_for_organisations ? wish->organisations.n :
							 wish->principals.n;
	bool names_none = wish->organisations.n + wish->principals.n == 0;

	if (wish->is_removal)
		return (named > 0 || names_none) &&
		    (statement->has_push || !wish->has_push);
	return named > 0 && statement->has_push == wish->has_push;
}

int
grant_wish_apply(const struct grant_wish *wish, struct cJSON *policy,
    struct err *err)
{
	for (size_t i = 0; i < STATEMENTS_N; i++)
		if (is_meant(wish, &statements[i]) &&
		    apply(wish, &statements[i], policy, err) < 0)
			return -1;
	return 0;
}

bool
grant_wish_is_sid(const char *sid)
{
	for (size_t i = 0; i < STATEMENTS_N; i++)
		if (strcmp(statements[i].sid, sid) == 0)
			return true;
	return false;
}

void
grant_wish_add_principal(struct buf *out, const char *text)
{
	const char *entity = find_entity(text);

	if (entity == NULL)
		buf_add_str(out, text);
	else if (strcmp(entity, "root") == 0)
		buf_addf(out, "account %.*s", HOST_ACCOUNT_LEN,
		    policy_find_account(text));
	else
		buf_addf(out, "%.*s %s", (int)strcspn(entity, "/"), entity,
		    text);
}

/* "a, b and c": what stands before the i-th of n. */
static const char *
find_join(size_t i, size_t n)
{
	return i == 0 ? "" : i + 1 == n ? " and " : ", ";
}

void
grant_wish_add_words(const struct grant_wish *wish, struct buf *out)
{
	size_t principals = wish->principals.n;
	size_t n = principals + wish->organisations.n;

	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, find_join(i, n));
		if (i < principals)
			grant_wish_add_principal(out,
			    wish->principals.items[i]);
		else
			buf_addf(out, "organisation %s",
			    wish->organisations.items[i - principals]);
	}
}

void
grant_wish_add_identity_policy(struct buf *out, const struct list *resources,
    bool has_push)
{
	static const char *const token[] = { "ecr:GetAuthorizationToken",
		NULL };
	struct list everything = { 0 };
	struct cJSON *policy = json_new_object(), *list = json_new_array();
	const struct {
		const char *const *actions;
		const struct list *resources;
	} rows[] = {
		{ token, &everything },
		{ has_push ? both_actions : pull_rights, resources },
	};

	list_add(&everything, "*");
	json_add_text(policy, "Version", "2012-10-17");
	for (size_t i = 0; i < 2; i++) {
		struct cJSON *statement = json_new_object();
		struct list actions = { 0 };

		for (size_t j = 0; rows[i].actions[j] != NULL; j++)
			list_add(&actions, rows[i].actions[j]);
		json_add_text(statement, "Effect", "Allow");
		policy_set_texts(statement, "Action", &actions);
		policy_set_texts(statement, "Resource", rows[i].resources);
		json_append(list, statement);
		list_free(&actions);
	}
	json_add(policy, "Statement", list);
	json_add_pretty(out, policy);
	json_free(policy);
	list_free(&everything);
}

void
grant_wish_free(struct grant_wish *wish)
{
	list_free(&wish->principals);
	list_free(&wish->organisations);
}
