/*
 * Which credentials a profile stands for: where they begin, and the roles that
 * are assumed from there on, one after the other. Pure. By the SDKs' common
 * test cases for "source_profile" and "credential_source", and where those say
 * nothing as the AWS CLI does it.
 *
 * A role is assumed with the credentials of its source_profile, which may have
 * a role of its own, or with those of its credential_source. A source profile
 * that holds keys ends the walk: its own role is not assumed. A profile may be
 * its own source: then it holds what its role is assumed with.
 *
 * Of several kinds in the profile where the walk ends, the first counts: web
 * identity, SSO with an account and role, keys of the credentials file, a login
 * session, a process, keys of the config file. An empty value counts as unset.
 */
#ifndef AWS_PROFILE_CHAIN_H
#define AWS_PROFILE_CHAIN_H

#include "aws/profile.h"
#include "base/err.h"
#include "base/list.h"

/* Where the credentials begin. */
enum profile_base {
	PROFILE_BASE_NONE,         /* it holds no credentials at all */
	PROFILE_BASE_SOURCE,       /* credential_source */
	PROFILE_BASE_WEB_IDENTITY, /* web_identity_token_file and role_arn */
	PROFILE_BASE_SSO,          /* sso_session, or sso_start_url */
	PROFILE_BASE_KEYS,         /* aws_access_key_id and its like */
	PROFILE_BASE_LOGIN,        /* login_session */
	PROFILE_BASE_PROCESS,      /* credential_process */
};

struct profile_chain {
	enum profile_base base;
	char *base_profile;          /* whose properties say it */
	enum profile_file keys_file; /* of PROFILE_BASE_KEYS: holds them all */
	struct list roles; /* profiles whose role_arn is assumed, in turn */
};

/*
 * Follows the profile of that name. What its base needs is there, but not
 * checked further; only SSO with an sso_session may lack account and role: it
 * may be meant for other than credentials, and counts if nothing else is there.
 * The caller frees *chain with profile_chain_free. Errors: ERR_CONFIG, in the
 * SDKs' words: a profile that is not there, a loop, a source without
 * credentials, half a key, both or neither kind of source, incomplete SSO.
 */
int profile_chain_find(const struct profiles *profiles, const char *name,
    struct profile_chain *chain, struct err *err);

void profile_chain_free(struct profile_chain *chain);

#endif
