/* Credentials for a pod's OIDC token: IRSA, and any other identity provider. */
#include "aws/creds_source.h"

#include <string.h>

#include "aws/sts.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/file.h"
#include "base/json.h"
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

/*
 * Says what the token claims (unverified, and no secret): a refusal is most
 * often about the issuer, the audience or the time.
 */
static void
add_claims(const char *token, time_t now, struct err *err)
{
	const char *start = strchr(token, '.');
	struct buf payload = { 0 };
	struct cJSON *claims = NULL;
	const char *issuer, *audience, *subject;
	char expires[CLOCK_TEXT_MAX];
	double seconds = 0;

	if (start == NULL ||
	    digest_add_decoded(&payload, start + 1, strcspn(start + 1, ".")) <
		0)
		goto out;
	claims = json_parse(buf_str(&payload), payload.len);
	issuer = json_get_text(claims, "iss");
	subject = json_get_text(claims, "sub");
	audience = json_get_text(claims, "aud");
	if (audience == NULL)
		audience = json_text(json_first(json_get(claims, "aud")));
	if (issuer == NULL || !json_get_number(claims, "exp", &seconds) ||
	    seconds < 0 || seconds > 1e11)
		goto out;
	clock_format((time_t)seconds, expires);
	err_hint(err,
	    "the token is of %.300s for audience %.100s, subject %.200s, and "
	    "%s %s",
	    issuer, audience != NULL ? audience : "none",
	    subject != NULL ? subject : "none",
	    (time_t)seconds > now ? "expires" : "has expired", expires);
out:
	json_free(claims);
	buf_free(&payload);
}

/* The token rotates: it is read each time. */
static int
assume_role(struct aws *aws, const struct settings *set, struct creds *creds,
    struct err *err)
{
	struct buf token = { 0 };
	struct sts_web_identity identity = {
		.role_arn = set->role_arn,
		.session_name = set->session_name != NULL ? set->session_name :
							    "ecr-secret",
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
	identity.token = token.data;
	if (sts_assume_role_with_web_identity(aws, region, &identity, creds,
		err) < 0) {
		err_wrap(err, "role %s", set->role_arn);
		if (err->kind == ERR_DENIED)
			add_claims(token.data, http_now(aws->http), err);
		goto out;
	}
	rc = 0;
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
