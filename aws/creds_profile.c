/* Credentials of a profile in the shared config and credentials files. */
#include "aws/creds_source.h"

#include <string.h>

#include "base/env.h"
#include "base/mem.h"

/* What a profile may hold that we can't use yet, in the SDKs' order. */
static const char *const unsupported[] = {
	"role_arn",
	"credential_source",
	"web_identity_token_file",
	"sso_session",
	"sso_start_url",
	"login_session",
	"credential_process",
};

static const char *
get(const struct aws *aws, const char *key)
{
	const char *value =
	    profiles_get(&aws->profiles, PROFILE_PROFILE, aws->profile, key);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

/* Copies a property, which may be absent and must fit into a header. */
static int
copy(const struct aws *aws, const char *key, char **value, struct err *err)
{
	const char *text = get(aws, key);

	*value = text == NULL ? NULL : xstrdup(text);
	return text == NULL ? 0 : env_clean(key, *value, err);
}

static int
check_supported(const struct aws *aws, struct err *err)
{
	for (size_t i = 0; i < sizeof(unsupported) / sizeof(*unsupported); i++)
		if (get(aws, unsupported[i]) != NULL)
			return err_set(err, ERR_CONFIG,
			    "\"%s\": %s is not supported yet", aws->profile,
			    unsupported[i]);
	return 0;
}

/* The keys are one thing: half of them is a mistake, not an absence. */
static enum creds_result
take_keys(const struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	const char *key = get(aws, "aws_access_key_id");
	const char *secret = get(aws, "aws_secret_access_key");
	struct creds found = { 0 };

	if (key == NULL && secret == NULL) {
		buf_addf(why, "\"%s\" holds no credentials", aws->profile);
		return CREDS_ABSENT;
	}
	if (key == NULL || secret == NULL) {
		(void)err_set(err, ERR_CONFIG,
		    "only half is set: %s is missing",
		    key == NULL ? "aws_access_key_id" :
				  "aws_secret_access_key");
	} else if (copy(aws, "aws_access_key_id", &found.access_key_id, err) ==
		0 &&
	    copy(aws, "aws_secret_access_key", &found.secret_access_key, err) ==
		0 &&
	    copy(aws, "aws_session_token", &found.session_token, err) == 0) {
		*creds = found;
		return CREDS_FOUND;
	}
	err_wrap(err, "\"%s\"", aws->profile);
	creds_free(&found);
	return CREDS_FAILED;
}

enum creds_result
creds_from_profile(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	if (!profiles_has(&aws->profiles, PROFILE_PROFILE, aws->profile)) {
		buf_addf(why, "no profile \"%s\" in the shared files",
		    aws->profile);
		if (strcmp(aws->profile, "default") == 0 &&
		    !aws->is_profile_explicit)
			return CREDS_ABSENT;
		(void)err_set(err, ERR_CONFIG,
		    "no profile \"%s\" in the shared files", aws->profile);
		return CREDS_FAILED;
	}
	if (check_supported(aws, err) < 0)
		return CREDS_FAILED;
	return take_keys(aws, creds, why, err);
}
