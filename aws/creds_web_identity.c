/* Credentials for a pod's OIDC token: IRSA, and any other identity provider. */
#include "aws/creds_source.h"

#include "aws/sts.h"
#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"

/* The token rotates: it is read each time. */
static int
show_token(struct aws *aws, const char *token_file, struct sts_role *role,
    struct creds *creds, struct err *err)
{
	struct buf token = { 0 };
	int rc = file_read_token(token_file, &token, err);

	if (rc < 0) {
		err_wrap(err, "the token's file");
		err_hint(err,
		    "in a pod, set securityContext.fsGroup if it does not run "
		    "as root; without the file, its ServiceAccount had no "
		    "eks.amazonaws.com/role-arn when the pod was made");
	} else {
		role->token = token.data;
		rc = sts_assume_role(aws, NULL, role, creds, err);
	}
	buf_free(&token);
	return rc;
}

enum creds_result
creds_from_web_identity(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	char *arn = NULL, *token_file = NULL, *session_name = NULL;
	enum creds_result result = CREDS_FAILED;
	struct sts_role role = { 0 };

	if (aws->is_profile_explicit) {
		buf_add_str(why, "--profile is given");
		return CREDS_ABSENT;
	}
	if (env_get("AWS_ROLE_ARN", &arn, err) < 0 ||
	    env_get("AWS_WEB_IDENTITY_TOKEN_FILE", &token_file, err) < 0 ||
	    env_get("AWS_ROLE_SESSION_NAME", &session_name, err) < 0)
		goto out;
	role.arn = arn;
	role.session_name = session_name;
	if (token_file == NULL && arn == NULL) {
		buf_add_str(why, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
		result = CREDS_ABSENT;
	} else if (token_file == NULL || arn == NULL) {
		(void)err_set(err, ERR_CONFIG,
		    "only half is set: %s is missing",
		    arn == NULL ? "AWS_ROLE_ARN" :
				  "AWS_WEB_IDENTITY_TOKEN_FILE");
	} else if (show_token(aws, token_file, &role, creds, err) == 0) {
		result = CREDS_FOUND;
	}
out:
	mem_free(arn);
	mem_free(token_file);
	mem_free(session_name);
	return result;
}

int
creds_profile_web_identity(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	const char *profile = chain->base_profile, *token_file;
	struct sts_role role = { 0 };

	if (creds_get_property(aws, profile, "web_identity_token_file",
		&token_file, err) < 0 ||
	    creds_get_property(aws, profile, "role_arn", &role.arn, err) < 0 ||
	    creds_get_property(aws, profile, "role_session_name",
		&role.session_name, err) < 0)
		return -1;
	return show_token(aws, token_file, &role, creds, err);
}
