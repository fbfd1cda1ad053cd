/* Credentials of a profile in the shared config and credentials files. */
#include "aws/creds_source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/profile_chain.h"
#include "aws/sts.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/terminal.h"

enum {
	DURATION_MIN_S = 900, /* AssumeRole's own limits */
	DURATION_MAX_S = 43200,
	CODE_LEN = 6, /* of a one-time code, for all devices of IAM */
};

int
creds_get_property(const struct aws *aws, const char *profile, const char *key,
    const char **value, struct err *err)
{
	const char *text =
	    profiles_get(&aws->profiles, PROFILE_PROFILE, profile, key);
	char *copy;
	int rc;

	*value = text == NULL || text[0] == '\0' ? NULL : text;
	if (*value == NULL)
		return 0;
	copy = xstrdup(text);
	rc = env_clean(key, copy, err);
	mem_free(copy);
	return rc;
}

/* --- Where a chain begins --------------------------------------------------- */

static int
ask_source(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	static const struct {
		const char *name;
		enum creds_result (*find)(struct aws *aws, struct creds *creds,
		    struct buf *why, struct err *err);
	} sources[] = {
		{ "Environment", creds_from_variables },
		{ "Ec2InstanceMetadata", creds_from_imds },
		{ "EcsContainer", creds_from_container },
	};
	size_t i = 0, n = sizeof(sources) / sizeof(sources[0]);
	enum creds_result result;
	struct buf why = { 0 };
	const char *name;

	if (creds_get_property(aws, chain->base_profile, "credential_source",
		&name, err) < 0)
		return -1;
	BUG_IF(name == NULL);
	while (i < n && strcasecmp(name, sources[i].name) != 0)
		i++;
	if (i == n)
		return err_set(err, ERR_CONFIG,
		    "credential_source: \"%s\" is not Environment, "
		    "Ec2InstanceMetadata or EcsContainer",
		    name);
	result = sources[i].find(aws, creds, &why, err);
	if (result == CREDS_ABSENT)
		(void)err_set(err, ERR_CONFIG, "%s", buf_str(&why));
	if (result != CREDS_FOUND)
		err_wrap(err, "credential_source %s", sources[i].name);
	buf_free(&why);
	return result == CREDS_FOUND ? 0 : -1;
}

/* All of them are from one file: half of a pair is no use. */
static int
take_keys(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	struct creds found = { 0 };
	const struct {
		const char *key;
		char **value;
	} parts[] = {
		{ "aws_access_key_id", &found.access_key_id },
		{ "aws_secret_access_key", &found.secret_access_key },
		{ "aws_session_token", &found.session_token },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++) {
		const char *text = profiles_get_from(&aws->profiles,
		    chain->keys_file, chain->base_profile, parts[i].key);

		if (text == NULL || text[0] == '\0')
			continue;
		*parts[i].value = xstrdup(text);
		rc = env_clean(parts[i].key, *parts[i].value, err);
	}
	if (rc == 0)
		*creds = found;
	else
		creds_free(&found);
	return rc;
}

static int (*const bases[])(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err) = {
	[PROFILE_BASE_SOURCE] = ask_source,
	[PROFILE_BASE_WEB_IDENTITY] = creds_profile_web_identity,
	[PROFILE_BASE_SSO] = creds_profile_sso,
	[PROFILE_BASE_KEYS] = take_keys,
	[PROFILE_BASE_LOGIN] = creds_profile_login,
	[PROFILE_BASE_PROCESS] = creds_profile_process,
};

/* --- The roles that follow --------------------------------------------------- */

static int
read_role(const struct aws *aws, const char *profile, struct sts_role *role,
    struct err *err)
{
	const struct {
		const char *key;
		const char **value;
	} properties[] = {
		{ "role_arn", &role->arn },
		{ "role_session_name", &role->session_name },
		{ "external_id", &role->external_id },
		{ "duration_seconds", &role->duration_s },
		{ "mfa_serial", &role->mfa_serial },
	};
	long duration_s;
	char *end;

	for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		if (creds_get_property(aws, profile, properties[i].key,
			properties[i].value, err) < 0)
			return -1;
	if (role->duration_s == NULL)
		return 0;
	duration_s = strtol(role->duration_s, &end, 10);
	if (*end != '\0' || duration_s < DURATION_MIN_S ||
	    duration_s > DURATION_MAX_S)
		return err_set(err, ERR_CONFIG,
		    "duration_seconds: not a number from %d to %d",
		    DURATION_MIN_S, DURATION_MAX_S);
	return 0;
}

static int
ask_code(const struct aws *aws, const char *profile, const char *serial,
    struct buf *code, struct err *err)
{
	struct buf prompt = { 0 };
	int rc;

	buf_addf(&prompt, "MFA code for %s (profile \"%s\"): ", serial,
	    profile);
	rc = terminal_ask(prompt.data, http_remaining_ms(aws->http), code, err);
	buf_free(&prompt);
	if (rc < 0 && err->kind == ERR_CONFIG)
		err_hint(err,
		    "run it at a terminal, or take a profile whose role needs "
		    "no code");
	if (rc == 0 &&
	    (code->len != CODE_LEN ||
		strspn(code->data, "0123456789") != CODE_LEN))
		rc = err_set(err, ERR_CONFIG, "the code is not of %d digits",
		    CODE_LEN);
	if (rc < 0)
		err_wrap(err, "mfa_serial");
	return rc;
}

/* Whose credentials *creds is becomes the role. */
static int
assume_role(struct aws *aws, const char *profile, struct creds *creds,
    struct err *err)
{
	struct creds assumed = { 0 };
	struct sts_role role = { 0 };
	struct buf code = { 0 };
	int rc = -1;

	if (read_role(aws, profile, &role, err) < 0 ||
	    (role.mfa_serial != NULL &&
		ask_code(aws, profile, role.mfa_serial, &code, err) < 0))
		goto out;
	role.mfa_code = code.data;
	if (sts_assume_role(aws, creds, &role, &assumed, err) < 0)
		goto out;
	creds_free(creds);
	*creds = assumed;
	rc = 0;
out:
	buf_free(&code);
	return rc;
}

/* Each step is the next one's caller, whom a refusal names. */
static void
name_source(struct creds *creds, const char *profile)
{
	struct buf source = { 0 };

	buf_addf(&source, "profile \"%s\"", profile);
	mem_free(creds->source);
	creds->source = buf_take(&source);
}

static int
follow(struct aws *aws, const struct profile_chain *chain, struct creds *creds,
    struct err *err)
{
	const char *profile = chain->base_profile;
	struct creds found = { 0 };
	int rc = bases[chain->base](aws, chain, &found, err);

	for (size_t i = 0; rc == 0 && i < chain->roles.n; i++) {
		name_source(&found, profile);
		profile = chain->roles.items[i];
		rc = assume_role(aws, profile, &found, err);
	}
	if (rc == 0) {
		name_source(&found, profile);
		*creds = found;
		return 0;
	}
	creds_free(&found);
	if (strcmp(profile, aws->profile) != 0)
		err_wrap(err, "source_profile \"%s\"", profile);
	err_wrap(err, "profile \"%s\"", aws->profile);
	return -1;
}

enum creds_result
creds_from_profile(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	enum creds_result result = CREDS_FAILED;
	struct profile_chain chain;

	if (!profiles_has(&aws->profiles, PROFILE_PROFILE, aws->profile) &&
	    !aws->is_profile_explicit && strcmp(aws->profile, "default") == 0) {
		buf_add_str(why, "no profile \"default\" in the shared files");
		return CREDS_ABSENT;
	}
	if (profile_chain_find(&aws->profiles, aws->profile, &chain, err) < 0)
		return CREDS_FAILED;
	if (chain.base == PROFILE_BASE_NONE) {
		buf_addf(why, "\"%s\" holds no credentials", aws->profile);
		result = CREDS_ABSENT;
	} else if (follow(aws, &chain, creds, err) == 0) {
		result = CREDS_FOUND;
	}
	profile_chain_free(&chain);
	return result;
}
