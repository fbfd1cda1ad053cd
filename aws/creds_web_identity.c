/* Credentials for a pod's OIDC token: IRSA, and any other identity provider. */
#include "aws/creds_source.h"

#include "aws/sts.h"
#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"

struct settings {
	char *role_arn;
	char *token_file;
	char *session_name;
};

static int
read_settings(struct settings *set, struct err *err)
{
	if (env_get("AWS_ROLE_ARN", &set->role_arn, err) < 0 ||
	    env_get("AWS_WEB_IDENTITY_TOKEN_FILE", &set->token_file, err) < 0)
		return -1;
	return env_get("AWS_ROLE_SESSION_NAME", &set->session_name, err);
}

static void
free_settings(struct settings *set)
{
	mem_free(set->role_arn);
	mem_free(set->token_file);
	mem_free(set->session_name);
}

/* The token rotates: it is read each time. */
static int
assume_role(struct aws *aws, const struct settings *set, struct creds *creds,
    struct err *err)
{
	struct buf token = { 0 };
	struct sts_role role = {
		.arn = set->role_arn,
		.session_name = set->session_name,
	};
	const char *region;
	int rc = -1;

	if (file_read_token(set->token_file, &token, err) < 0) {
		err_wrap(err, "AWS_WEB_IDENTITY_TOKEN_FILE");
		err_hint(err,
		    "set securityContext.fsGroup if the pod does not "
		    "run as root; without the file, the ServiceAccount had no "
		    "eks.amazonaws.com/role-arn when the pod was made");
		goto out;
	}
	if (creds_find_region(aws, &region, err) < 0)
		goto out;
	role.token = token.data;
	rc = sts_assume_role(aws, region, NULL, &role, creds, err);
	if (rc < 0)
		err_wrap(err, "role %s", set->role_arn);
out:
	buf_free(&token);
	return rc;
}

enum creds_result
creds_from_web_identity(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	struct settings set = { 0 };
	enum creds_result result = CREDS_FAILED;

	if (aws->is_profile_explicit) {
		buf_add_str(why, "--profile is given");
		return CREDS_ABSENT;
	}
	if (read_settings(&set, err) < 0)
		goto out;
	if (set.token_file == NULL && set.role_arn == NULL) {
		buf_add_str(why, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
		result = CREDS_ABSENT;
	} else if (set.token_file == NULL || set.role_arn == NULL) {
		(void)err_set(err, ERR_CONFIG,
		    "only half is set: %s is missing",
		    set.role_arn == NULL ? "AWS_ROLE_ARN" :
					   "AWS_WEB_IDENTITY_TOKEN_FILE");
	} else if (assume_role(aws, &set, creds, err) == 0) {
		result = CREDS_FOUND;
	}
out:
	free_settings(&set);
	return result;
}
