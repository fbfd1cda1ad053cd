/* By what a policy names who goes by an ARN. */
#include "aws/principal.h"

#include <stdbool.h>
#include <string.h>

#include "base/arn.h"

/* arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION, borrowed. */
struct session {
	const char *partition, *account, *role;
	size_t partition_len, role_len;
};

static bool
read_session(const char *arn, struct session *session)
{
	static const char sts[] = ":sts::", kind[] = ":assumed-role/";
	const char *found = strstr(arn, sts);
	const char *account = found == NULL ? NULL : found + sizeof(sts) - 1;

	if (account == NULL || strncmp(arn, "arn:", 4) != 0 ||
	    strspn(account, "0123456789") != ARN_ACCOUNT_LEN ||
	    strncmp(account + ARN_ACCOUNT_LEN, kind, sizeof(kind) - 1) != 0)
		return false;
	session->partition = arn + 4;
	session->partition_len = (size_t)(found - session->partition);
	session->account = account;
	session->role = account + ARN_ACCOUNT_LEN + sizeof(kind) - 1;
	session->role_len = strcspn(session->role, "/");
	return true;
}

/* An account has no two roles of a name, whatever their paths. */
static bool
is_role(const char *arn, const struct session *session)
{
	static const char iam[] = ":iam::";
	const char *account = strstr(arn, iam), *name = strrchr(arn, '/');

	return account != NULL && name != NULL &&
	    strncmp(account + sizeof(iam) - 1, session->account,
		ARN_ACCOUNT_LEN) == 0 &&
	    strlen(name + 1) == session->role_len &&
	    strncmp(name + 1, session->role, session->role_len) == 0;
}

static const char *
find_role(const struct list *roles, const struct session *session)
{
	for (size_t i = 0; i < roles->n; i++)
		if (is_role(roles->items[i], session))
			return roles->items[i];
	return NULL;
}

static void
add_iam(struct buf *out, const struct session *session)
{
	buf_addf(out, "arn:%.*s:iam::%.*s:", (int)session->partition_len,
	    session->partition, ARN_ACCOUNT_LEN, session->account);
}

/* A session of a role that we know by its name alone. */
static void
guess(const struct session *session, struct principal *principal)
{
	static const char sso[] = "AWSReservedSSO_";
	int len = (int)session->role_len;

	add_iam(&principal->arn, session);
	buf_addf(&principal->arn, "role/%.*s", len, session->role);
	if (strncmp(session->role, sso, sizeof(sso) - 1) == 0) {
		add_iam(&principal->named, session);
		buf_add_str(&principal->named, "root");
		buf_addf(&principal->note,
		    "the account is named, for the path of its SSO role is not "
		    "known here: aws iam get-role --role-name %.*s shows it",
		    len, session->role);
	} else {
		buf_add_str(&principal->named, principal->arn.data);
		buf_addf(&principal->note,
		    "if that role has a path, which a session does not tell, "
		    "name the ARN that aws iam get-role --role-name %.*s shows, "
		    "or the account, %.*s",
		    len, session->role, ARN_ACCOUNT_LEN, session->account);
	}
}

void
principal_find(const char *arn, size_t len, const struct list *roles,
    struct principal *principal)
{
	struct session session;
	struct buf text = { 0 };
	const char *known = NULL;
	bool is_session;

	buf_add(&text, arn, len);
	is_session = read_session(buf_str(&text), &session);
	if (is_session)
		known = find_role(roles, &session);
	if (is_session && known == NULL) {
		guess(&session, principal);
	} else {
		known = known != NULL ? known : buf_str(&text);
		buf_add_str(&principal->arn, known);
		buf_add_str(&principal->named, known);
	}
	buf_free(&text);
}

void
principal_free(struct principal *principal)
{
	buf_free(&principal->arn);
	buf_free(&principal->named);
	buf_free(&principal->note);
}
