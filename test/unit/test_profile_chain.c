/*
 * Which credentials a profile stands for, and by which roles: what the official
 * cases leave out. By botocore's credentials.py, where it says anything.
 */
#include "aws/profile_chain.h"

#include "test/unit/profiles.h"

#define KEYS "aws_access_key_id = k\naws_secret_access_key = s\n"
#define PROCESS "credential_process = /p\n"
#define LOGIN "login_session = arn\n"
#define ROLE "role_arn = arn\n"
#define SELF ROLE "source_profile = a\n"
#define FROM_B ROLE "source_profile = b\n"
#define TOKEN "web_identity_token_file = /t\n"
#define SSO_ROLE "sso_account_id = 1\nsso_role_name = r\n"
#define SSO_URL "sso_start_url = https://s\nsso_region = us-east-1\n"
#define SSO SSO_ROLE SSO_URL
#define SESSION "[sso-session s]\n" SSO_URL

static const char *const bases[] = {
	[PROFILE_BASE_NONE] = "none",
	[PROFILE_BASE_SOURCE] = "source",
	[PROFILE_BASE_WEB_IDENTITY] = "web identity",
	[PROFILE_BASE_SSO] = "sso",
	[PROFILE_BASE_KEYS] = "keys",
	[PROFILE_BASE_LOGIN] = "login",
	[PROFILE_BASE_PROCESS] = "process",
};

/* Always the profile "a"; want is its base, and the roles. */
static const struct chain_case {
	const char *name, *config, *credentials, *want;
} chain_cases[] = {
	{ "keys are a base", "[profile a]\n" KEYS, "", "config keys of a" },
	{ "keys of the credentials file are, too", "", "[a]\n" KEYS,
	    "credentials keys of a" },
	{ "a process is a base", "[profile a]\n" PROCESS, "", "process of a" },
	{ "a login session is a base", "[profile a]\n" LOGIN, "",
	    "login of a" },
	{ "a web identity needs no source",
	    "[profile a]\n" ROLE TOKEN "role_session_name = n\n", "",
	    "web identity of a" },
	{ "an sso-session gives what its profile has not",
	    "[profile a]\nsso_session = s\n" SSO_ROLE SESSION, "", "sso of a" },
	{ "a profile may repeat what its sso-session says",
	    "[profile a]\nsso_session = s\n" SSO SESSION, "", "sso of a" },
	{ "a region alone is no credential", "[profile a]\nregion = r\n", "",
	    "none of a" },
	{ "a session token alone is none", "[profile a]\naws_session_token = t",
	    "", "none of a" },
	{ "a credential_source without a role is none",
	    "[profile a]\ncredential_source = Environment\n", "", "none of a" },
	{ "a source_profile without a role is not followed",
	    "[profile a]\nsource_profile = b\n[profile b]\n" KEYS, "",
	    "none of a" },

	{ "web identity beats all others",
	    "[profile a]\n" FROM_B TOKEN SSO LOGIN PROCESS KEYS, "[a]\n" KEYS,
	    "web identity of a" },
	{ "sso beats keys", "[profile a]\n" SSO LOGIN PROCESS KEYS,
	    "[a]\n" KEYS, "sso of a" },
	{ "sso in the credentials file does, too", "", "[a]\n" SSO KEYS,
	    "sso of a" },
	{ "keys of the credentials file beat a login session",
	    "[profile a]\n" LOGIN PROCESS KEYS, "[a]\n" KEYS,
	    "credentials keys of a" },
	{ "a login session beats a process", "[profile a]\n" LOGIN PROCESS KEYS,
	    "", "login of a" },
	{ "a process beats keys of the config file",
	    "[profile a]\n" PROCESS KEYS, "", "process of a" },
	{ "a process in the credentials file does not beat its keys", "",
	    "[a]\n" PROCESS KEYS, "credentials keys of a" },
	{ "a secret alone in the credentials file does not count",
	    "[profile a]\n" KEYS, "[a]\naws_secret_access_key = x\n",
	    "config keys of a" },
	{ "nor does it beat a process", "[profile a]\n" PROCESS KEYS,
	    "[a]\naws_secret_access_key = x\n", "process of a" },
	{ "all beat sso without a role",
	    "[profile a]\nsso_session = s\n" KEYS SESSION, "",
	    "config keys of a" },
	{ "even if it would be wrong", "[profile a]\nsso_session = t\n" PROCESS,
	    "", "process of a" },

	{ "empty values don't count",
	    "[profile a]\n" PROCESS "web_identity_token_file =\nlogin_session ="
	    "\nsso_account_id =\nsso_role_name =\nrole_arn =\n",
	    "[a]\naws_access_key_id =\naws_secret_access_key =\n",
	    "process of a" },
	{ "an empty source_profile beside a credential_source doesn't",
	    "[profile a]\n" ROLE
	    "source_profile =\ncredential_source = Environment\n",
	    "", "source of a; a" },
	{ "empty keys don't end the walk",
	    "[profile a]\n" FROM_B "[profile b]\naws_access_key_id =\n" ROLE
	    "source_profile = c\n[profile c]\n" KEYS,
	    "", "config keys of c; b, a" },

	{ "the role of a source is assumed first",
	    "[profile a]\n" FROM_B "[profile b]\n" ROLE
	    "source_profile = c\n[profile c]\n" ROLE
	    "credential_source = EcsContainer\n",
	    "", "source of c; c, b, a" },
	{ "keys of a source end the walk",
	    "[profile a]\n" FROM_B "[profile b]\n" KEYS ROLE
	    "source_profile = c\n[profile c]\n" KEYS,
	    "", "config keys of b; a" },
	{ "they end it before a credential_source",
	    "[profile a]\n" FROM_B "[profile b]\n" KEYS ROLE
	    "credential_source = Environment\n",
	    "", "config keys of b; a" },
	{ "they end it before a mistake that follows",
	    "[profile a]\n" FROM_B "[profile b]\n" KEYS ROLE, "",
	    "config keys of b; a" },
	{ "half a key ends it, too",
	    "[profile a]\n" FROM_B
	    "[profile b]\naws_secret_access_key = x\n" ROLE PROCESS
	    "source_profile = c\n[profile c]\n" KEYS,
	    "", "process of b; a" },
	{ "where keys end it another kind may come first",
	    "[profile a]\n" FROM_B "[profile b]\n" SSO KEYS ROLE, "",
	    "sso of b; a" },
	{ "a source's web identity beats its keys",
	    "[profile a]\n" FROM_B "[profile b]\n" TOKEN ROLE KEYS, "",
	    "web identity of b; a" },
	{ "a source may hold sso", "[profile a]\n" FROM_B "[profile b]\n" SSO,
	    "", "sso of b; a" },
	{ "a source may hold a process",
	    "[profile a]\n" FROM_B "[profile b]\n" PROCESS, "",
	    "process of b; a" },
	{ "a source may be in the credentials file", "[profile a]\n" FROM_B,
	    "[b]\n" KEYS, "credentials keys of b; a" },
	{ "a role may be in the credentials file", "[profile b]\n" PROCESS,
	    "[a]\n" FROM_B, "process of b; a" },
	{ "the first profile's own keys don't count", "[profile b]\n" PROCESS,
	    "[a]\n" KEYS FROM_B, "process of b; a" },

	{ "a profile may be its own source", "[profile a]\n" SELF, "[a]\n" KEYS,
	    "credentials keys of a; a" },
	{ "its own source may be a process", "[profile a]\n" SELF PROCESS, "",
	    "process of a; a" },
	{ "its own source may be sso", "[profile a]\n" SELF SSO KEYS, "",
	    "sso of a; a" },
	{ "a source may be its own source",
	    "[profile a]\n" FROM_B "[profile b]\n" ROLE
	    "source_profile = b\n" PROCESS,
	    "", "process of b; b, a" },
	{ "names differ by case",
	    "[profile a]\n" ROLE "source_profile = A\n[profile A]\n" PROCESS,
	    "", "process of A; a" },
};

/* "config keys of c; b, a" */
static void
describe(const struct profile_chain *chain, struct buf *out)
{
	if (chain->base == PROFILE_BASE_KEYS)
		buf_add_str(out,
		    chain->keys_file == PROFILE_CONFIG ? "config " :
							 "credentials ");
	buf_addf(out, "%s of %s", bases[chain->base], chain->base_profile);
	for (size_t i = 0; i < chain->roles.n; i++)
		buf_addf(out, "%s %s", i == 0 ? ";" : ",",
		    chain->roles.items[i]);
}

static void
chain_is_found(void **state)
{
	const struct chain_case *row = *state;
	struct profiles profiles = { 0 };
	struct profile_chain chain = { 0 };
	struct err err = { 0 };
	struct buf got = { 0 };

	parse_profiles(&profiles, PROFILE_CONFIG, row->config);
	parse_profiles(&profiles, PROFILE_CREDENTIALS, row->credentials);
	if (profile_chain_find(&profiles, "a", &chain, &err) < 0)
		fail_msg("%s", err.text);
	describe(&chain, &got);
	unit_check_text(&got, row->want);
	profile_chain_free(&chain);
	profile_chain_free(&chain);
	profiles_free(&profiles);
}

static const struct error_case {
	const char *name, *config, *credentials, *want;
} error_cases[] = {
	{ "a profile must be there", "[profile b]\n" KEYS, "",
	    "no profile \"a\" in the shared files" },
	{ "a longer way may be a loop",
	    "[profile a]\n" FROM_B "[profile b]\n" ROLE
	    "source_profile = c\n[profile c]\n" ROLE "source_profile = b\n",
	    "",
	    "profile formed an infinite loop by source_profile: "
	    "a -> b -> c -> b" },
	{ "a source's source must be there",
	    "[profile a]\n" FROM_B "[profile b]\n" ROLE "source_profile = c\n",
	    "[B]\n", "could not find source profile c referenced from b" },
	{ "a source's role needs a source, too",
	    "[profile a]\n" FROM_B "[profile b]\n" ROLE PROCESS, "",
	    "\"b\": profile must contain `source_profile` or "
	    "`credential_source` for its role_arn, but has neither" },
	{ "keys are no source for their own role", "[profile a]\n" ROLE KEYS,
	    "",
	    "\"a\": profile must contain `source_profile` or "
	    "`credential_source` for its role_arn, but has neither" },
	{ "a profile that is its own source needs something",
	    "[profile a]\n" SELF, "",
	    "profile `a` did not contain credential information, but is the "
	    "source_profile of \"a\"" },
	{ "both sources are refused before either is looked for",
	    "[profile a]\n" FROM_B "credential_source = Environment\n", "",
	    "\"a\": profile contained both source_profile and "
	    "credential_source, of which only one can be meant" },
	{ "a source's web identity needs a role",
	    "[profile a]\n" FROM_B "[profile b]\n" TOKEN, "",
	    "\"b\": `web_identity_token_file` was specified but `role_arn` "
	    "was missing" },

	{ "keys are not merged from two files",
	    "[profile a]\naws_access_key_id = k\n",
	    "[a]\naws_secret_access_key = s\n",
	    "\"a\": profile missing aws_secret_access_key beside "
	    "aws_access_key_id in the config file" },
	{ "half a key in the credentials file is not mended by the other",
	    "[profile a]\n" KEYS, "[a]\naws_access_key_id = k\n",
	    "\"a\": profile missing aws_secret_access_key beside "
	    "aws_access_key_id in the credentials file" },
	{ "half a key beats a process", "[profile a]\n" PROCESS,
	    "[a]\naws_access_key_id = k\n",
	    "\"a\": profile missing aws_secret_access_key beside "
	    "aws_access_key_id in the credentials file" },
	{ "a secret alone is half a key", "",
	    "[a]\naws_secret_access_key = s\n",
	    "\"a\": profile missing aws_access_key_id beside "
	    "aws_secret_access_key in the credentials file" },

	{ "sso needs a start url",
	    "[profile a]\nsso_region = r\n" KEYS SSO_ROLE, "",
	    "\"a\": is configured to use SSO but is missing required "
	    "configuration: sso_start_url" },
	{ "sso needs a region",
	    "[profile a]\nsso_start_url = https://s\n" SSO_ROLE, "",
	    "\"a\": is configured to use SSO but is missing required "
	    "configuration: sso_region" },
	{ "a start url needs all else", "[profile a]\n" SSO_URL, "",
	    "\"a\": is configured to use SSO but is missing required "
	    "configuration: sso_account_id" },
	{ "an account needs a role, with an sso-session, too",
	    "[profile a]\nsso_session = s\nsso_account_id = 1\n" SESSION, "",
	    "\"a\": if `sso_account_id` is set, then `sso_role_name` must also "
	    "be set" },
	{ "a role of sso counts as half of it, whatever there is",
	    "[profile a]\nsso_role_name = r\n" PROCESS, "[a]\n" KEYS,
	    "\"a\": if `sso_role_name` is set, then `sso_account_id` must also "
	    "be set" },
	{ "an sso-session needs a region",
	    "[profile a]\nsso_session = s\n" SSO_ROLE
	    "[sso-session s]\nsso_start_url = https://s\nsso_region =\n",
	    "",
	    "\"a\": is configured to use SSO but [sso-session s] is missing "
	    "required configuration: sso_region" },
	{ "an sso-session needs a start url",
	    "[profile a]\nsso_session = s\n" SSO_ROLE
	    "[sso-session s]\nsso_region = r\n",
	    "",
	    "\"a\": is configured to use SSO but [sso-session s] is missing "
	    "required configuration: sso_start_url" },
	{ "a profile must not say otherwise than its sso-session",
	    "[profile a]\nsso_session = s\nsso_region = eu-west-1\n" SSO_ROLE
		SESSION,
	    "",
	    "\"a\": `sso_region` can only be specified in the [sso-session] "
	    "config when a session name is given: move it to "
	    "[sso-session s]" },
	{ "a start url must not be in the profile alone",
	    "[profile a]\nsso_session = s\nsso_start_url = https://s\n" SSO_ROLE
	    "[sso-session s]\nsso_region = r\n",
	    "",
	    "\"a\": `sso_start_url` can only be specified in the "
	    "[sso-session] config when a session name is given: move it to "
	    "[sso-session s]" },
	{ "a source's sso-session must be there",
	    "[profile a]\n" FROM_B
	    "[profile b]\nsso_session = x\n" SSO_ROLE SESSION,
	    "",
	    "sso-session named `x` (referenced by profile `b`) was not "
	    "found" },
};

static void
error_is_explained(void **state)
{
	const struct error_case *row = *state;
	struct profiles profiles = { 0 };
	struct profile_chain chain = { 0 };
	struct err err = { 0 };

	parse_profiles(&profiles, PROFILE_CONFIG, row->config);
	parse_profiles(&profiles, PROFILE_CREDENTIALS, row->credentials);
	assert_int_equal(profile_chain_find(&profiles, "a", &chain, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text, row->want);
	assert_null(chain.base_profile);
	assert_int_equal(chain.roles.n, 0);
	profiles_free(&profiles);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, chain_cases, chain_is_found);
	UNIT_ADD_ROWS(&unit, error_cases, error_is_explained);
	return unit_run(&unit, "profile_chain");
}
