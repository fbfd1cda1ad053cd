/* Which credentials a profile stands for. */
#include "aws/profile_chain.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define ACCESS_KEY "aws_access_key_id"
#define SECRET_KEY "aws_secret_access_key"

static const char *
get(const struct profiles *profiles, const char *name, const char *key)
{
	const char *value = profiles_get(profiles, PROFILE_PROFILE, name, key);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

/* --- The keys of one file ------------------------------------------------ */

static bool
has_key(const struct profiles *profiles, enum profile_file file,
    const char *name, const char *key)
{
	const char *value = profiles_get_from(profiles, file, name, key);

	return value != NULL && value[0] != '\0';
}

static bool
has_keys(const struct profiles *profiles, const char *name)
{
	return get(profiles, name, ACCESS_KEY) != NULL ||
	    get(profiles, name, SECRET_KEY) != NULL;
}

/* The file whose keys count. A secret alone does if there is nothing else. */
static enum profile_file
find_keys_file(const struct profiles *profiles, const char *name)
{
	if (has_key(profiles, PROFILE_CREDENTIALS, name, ACCESS_KEY))
		return PROFILE_CREDENTIALS;
	if (has_key(profiles, PROFILE_CONFIG, name, ACCESS_KEY))
		return PROFILE_CONFIG;
	return has_key(profiles, PROFILE_CREDENTIALS, name, SECRET_KEY) ?
	    PROFILE_CREDENTIALS :
	    PROFILE_CONFIG;
}

static int
check_keys(const struct profiles *profiles, const char *name,
    enum profile_file file, struct err *err)
{
	bool has_access_key = has_key(profiles, file, name, ACCESS_KEY);

	if (has_access_key && has_key(profiles, file, name, SECRET_KEY))
		return 0;
	return err_set(err, ERR_CONFIG,
	    "\"%s\": profile missing %s beside %s in the %s file", name,
	    has_access_key ? SECRET_KEY : ACCESS_KEY,
	    has_access_key ? ACCESS_KEY : SECRET_KEY,
	    file == PROFILE_CONFIG ? "config" : "credentials");
}

/* --- SSO ----------------------------------------------------------------- */

/* What SSO needs; an sso-session has the first two, for many profiles. */
static const char *const sso_keys[] = {
	"sso_start_url",
	"sso_region",
	"sso_account_id",
	"sso_role_name",
};

enum {
	SSO_KEYS_N = sizeof(sso_keys) / sizeof(sso_keys[0]),
	SSO_SESSION_KEYS_N = 2,
};

static int
check_sso_role(const struct profiles *profiles, const char *name,
    struct err *err)
{
	bool has_account = get(profiles, name, "sso_account_id") != NULL;
	bool has_role = get(profiles, name, "sso_role_name") != NULL;

	if (has_account == has_role)
		return 0;
	return err_set(err, ERR_CONFIG,
	    "\"%s\": if `%s` is set, then `%s` must also be set", name,
	    has_account ? "sso_account_id" : "sso_role_name",
	    has_account ? "sso_role_name" : "sso_account_id");
}

static int
check_sso_profile(const struct profiles *profiles, const char *name,
    struct err *err)
{
	for (size_t i = 0; i < SSO_KEYS_N; i++)
		if (get(profiles, name, sso_keys[i]) == NULL)
			return err_set(err, ERR_CONFIG,
			    "\"%s\": is configured to use SSO but is missing "
			    "required configuration: %s",
			    name, sso_keys[i]);
	return 0;
}

/* What the profile repeats must be the same: the token is the session's. */
static int
check_sso_session(const struct profiles *profiles, const char *name,
    const char *session, struct err *err)
{
	if (!profiles_has(profiles, PROFILE_SSO_SESSION, session))
		return err_set(err, ERR_CONFIG,
		    "sso-session named `%s` (referenced by profile `%s`) was "
		    "not found",
		    session, name);
	for (size_t i = 0; i < SSO_SESSION_KEYS_N; i++) {
		const char *own = get(profiles, name, sso_keys[i]);
		const char *shared = profiles_get(profiles, PROFILE_SSO_SESSION,
		    session, sso_keys[i]);

		if (shared == NULL)
			shared = "";
		if (own != NULL && strcmp(own, shared) != 0)
			return err_set(err, ERR_CONFIG,
			    "\"%s\": `%s` can only be specified in the "
			    "[sso-session] config when a session name is "
			    "given: move it to [sso-session %s]",
			    name, sso_keys[i], session);
		if (shared[0] == '\0')
			return err_set(err, ERR_CONFIG,
			    "\"%s\": is configured to use SSO but [sso-session "
			    "%s] is missing required configuration: %s",
			    name, session, sso_keys[i]);
	}
	return 0;
}

static int
check_sso(const struct profiles *profiles, const char *name, struct err *err)
{
	const char *session = get(profiles, name, "sso_session");

	if (check_sso_role(profiles, name, err) < 0)
		return -1;
	return session == NULL ?
	    check_sso_profile(profiles, name, err) :
	    check_sso_session(profiles, name, session, err);
}

/* --- Where the credentials begin ------------------------------------------ */

static enum profile_base
choose_base(const struct profiles *profiles, const char *name)
{
	if (get(profiles, name, "web_identity_token_file") != NULL)
		return PROFILE_BASE_WEB_IDENTITY;
	if (get(profiles, name, "sso_account_id") != NULL ||
	    get(profiles, name, "sso_role_name") != NULL)
		return PROFILE_BASE_SSO;
	if (has_key(profiles, PROFILE_CREDENTIALS, name, ACCESS_KEY))
		return PROFILE_BASE_KEYS;
	if (get(profiles, name, "login_session") != NULL)
		return PROFILE_BASE_LOGIN;
	if (get(profiles, name, "credential_process") != NULL)
		return PROFILE_BASE_PROCESS;
	if (has_keys(profiles, name))
		return PROFILE_BASE_KEYS;
	/* For other services' tokens; the AWS CLI would pass it over. */
	if (get(profiles, name, "sso_session") != NULL ||
	    get(profiles, name, "sso_start_url") != NULL)
		return PROFILE_BASE_SSO;
	return PROFILE_BASE_NONE;
}

static int
check_base(const struct profiles *profiles, const struct profile_chain *chain,
    struct err *err)
{
	const char *name = chain->base_profile;

	if (chain->base == PROFILE_BASE_SSO)
		return check_sso(profiles, name, err);
	if (chain->base == PROFILE_BASE_KEYS)
		return check_keys(profiles, name, chain->keys_file, err);
	if (chain->base == PROFILE_BASE_WEB_IDENTITY &&
	    get(profiles, name, "role_arn") == NULL)
		return err_set(err, ERR_CONFIG,
		    "\"%s\": `web_identity_token_file` was specified but "
		    "`role_arn` was missing",
		    name);
	return 0;
}

/* The walk along roles, the last one first, has ended at this profile. */
static int
find_base(const struct profiles *profiles, const char *name,
    const struct list *roles, struct profile_chain *chain, struct err *err)
{
	chain->base = choose_base(profiles, name);
	if (list_has(roles, name) &&
	    get(profiles, name, "credential_source") != NULL)
		chain->base = PROFILE_BASE_SOURCE;
	chain->base_profile = xstrdup(name);
	chain->keys_file = find_keys_file(profiles, name);
	if (chain->base == PROFILE_BASE_NONE && roles->n > 0)
		return err_set(err, ERR_CONFIG,
		    "profile `%s` did not contain credential information, but "
		    "is the source_profile of \"%s\"",
		    name, roles->items[roles->n - 1]);
	return check_base(profiles, chain, err);
}

/* --- The walk ------------------------------------------------------------- */

static int
refuse_loop(const struct list *roles, const char *name, struct err *err)
{
	struct buf way = { 0 };

	for (size_t i = 0; i < roles->n; i++)
		buf_addf(&way, "%s -> ", roles->items[i]);
	(void)err_set(err, ERR_CONFIG,
	    "profile formed an infinite loop by source_profile: %s%s",
	    buf_str(&way), name);
	buf_free(&way);
	return -1;
}

static int
check_role(const struct profiles *profiles, const char *name, struct err *err)
{
	const char *source = get(profiles, name, "source_profile");
	bool has_named = get(profiles, name, "credential_source") != NULL;

	if (source != NULL && has_named)
		return err_set(err, ERR_CONFIG,
		    "\"%s\": profile contained both source_profile and "
		    "credential_source, of which only one can be meant",
		    name);
	if (source == NULL && !has_named)
		return err_set(err, ERR_CONFIG,
		    "\"%s\": profile must contain `source_profile` or "
		    "`credential_source` for its role_arn, but has neither",
		    name);
	if (source != NULL && !profiles_has(profiles, PROFILE_PROFILE, source))
		return err_set(err, ERR_CONFIG,
		    "could not find source profile %s referenced from %s",
		    source, name);
	return 0;
}

/*
 * Adds the profile to the roles if its role is to be assumed, and sets *next to
 * its source; to NULL if the walk ends here. A source's keys end it; those of
 * the profile that was asked for don't: there the role is what is wanted.
 */
static int
step(const struct profiles *profiles, const char *name, struct list *roles,
    const char **next, struct err *err)
{
	const char *source = get(profiles, name, "source_profile");
	bool is_role = get(profiles, name, "role_arn") != NULL &&
	    get(profiles, name, "web_identity_token_file") == NULL;

	*next = NULL;
	if (list_has(roles, name))
		return refuse_loop(roles, name, err);
	if (!is_role || (roles->n > 0 && has_keys(profiles, name)))
		return 0;
	if (check_role(profiles, name, err) < 0)
		return -1;
	list_add(roles, name);
	if (source != NULL && strcmp(source, name) != 0)
		*next = source;
	return 0;
}

int
profile_chain_find(const struct profiles *profiles, const char *name,
    struct profile_chain *chain, struct err *err)
{
	struct profile_chain found = { 0 };
	struct list roles = { 0 };
	const char *at = name;
	int rc = -1;

	if (!profiles_has(profiles, PROFILE_PROFILE, name)) {
		(void)err_set(err, ERR_CONFIG,
		    "no profile \"%s\" in the shared files%s", name,
		    profiles->n == 0 ? ": No profiles were defined" : "");
		goto out;
	}
	for (const char *next = name; next != NULL;) {
		at = next;
		if (step(profiles, at, &roles, &next, err) < 0)
			goto out;
	}
	if (find_base(profiles, at, &roles, &found, err) < 0)
		goto out;
	for (size_t i = roles.n; i > 0; i--)
		list_add(&found.roles, roles.items[i - 1]);
	*chain = found;
	found = (struct profile_chain){ 0 };
	rc = 0;
out:
	list_free(&roles);
	profile_chain_free(&found);
	return rc;
}

void
profile_chain_free(struct profile_chain *chain)
{
	mem_free(chain->base_profile);
	list_free(&chain->roles);
	*chain = (struct profile_chain){ 0 };
}
