/* Credentials of IAM Identity Center, for the token of "aws sso login". */
#include "aws/creds_source.h"

#include <string.h>

#include "aws/call.h"
#include "aws/profile_file.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"

enum {
	BODY_MAX = 256 * 1024, /* a session token has no documented limit */
	LEAST_S = 60,          /* a token that ends sooner is as good as over */
};

struct settings {
	const char *profile;
	const char *cached_as; /* the session's name, else the start URL */
	const char *region, *account_id, *role_name;
};

/* A session has region and start URL for all profiles that name it. */
static int
read_settings(const struct aws *aws, struct settings *set, struct err *err)
{
	const char *profile = set->profile, *session;

	if (creds_get_property(aws, profile, "sso_session", &session, err) <
		0 ||
	    creds_get_property(aws, profile, "sso_start_url", &set->cached_as,
		err) < 0 ||
	    creds_get_property(aws, profile, "sso_region", &set->region, err) <
		0 ||
	    creds_get_property(aws, profile, "sso_account_id", &set->account_id,
		err) < 0 ||
	    creds_get_property(aws, profile, "sso_role_name", &set->role_name,
		err) < 0)
		return -1;
	if (session != NULL) {
		set->cached_as = session;
		set->region = profiles_get(&aws->profiles, PROFILE_SSO_SESSION,
		    session, "sso_region");
	}
	if (set->account_id == NULL || set->role_name == NULL)
		return err_set(err, ERR_CONFIG,
		    "is configured to use SSO but is missing required "
		    "configuration: %s",
		    set->account_id == NULL ? "sso_account_id" :
					      "sso_role_name");
	if (!endpoint_is_region(set->region))
		return err_set(err, ERR_CONFIG,
		    "sso_region: \"%s\" can't be a region", set->region);
	return 0;
}

/* Older AWS CLIs wrote "2020-06-17T10:02:08UTC". */
static bool
parse_expiry(const char *text, time_t *at)
{
	struct buf date = { 0 };
	size_t len = text == NULL ? 0 : strlen(text);
	bool is_good;

	if (len > 3 && strcmp(text + len - 3, "UTC") == 0) {
		buf_add(&date, text, len - 3);
		buf_add_str(&date, "Z");
	} else {
		buf_add(&date, text, len);
	}
	is_good = clock_parse(buf_str(&date), at);
	buf_free(&date);
	return is_good;
}

static int
read_token(const char *cached_as, time_t now, struct buf *token,
    struct err *err)
{
	unsigned char digest[DIGEST_SHA1_SIZE];
	struct buf path = { 0 }, text = { 0 };
	struct cJSON *json = NULL;
	const char *found;
	time_t expires_at;
	int rc = -1;

	digest_sha1(cached_as, strlen(cached_as), digest);
	buf_add_str(&path, "~/.aws/sso/cache/");
	buf_add_hex(&path, digest, sizeof(digest));
	buf_add_str(&path, ".json");
	if (profile_file_read_cache(path.data, &text, err) < 0)
		goto out;
	json = json_parse(buf_str(&text), text.len);
	found = json_get_nonempty(json, "accessToken");
	if (found == NULL ||
	    !parse_expiry(json_get_text(json, "expiresAt"), &expires_at)) {
		(void)err_set(err, ERR_CONFIG, "%s: holds no token", path.data);
	} else if (expires_at - LEAST_S <= now) {
		(void)err_set(err, ERR_CONFIG,
		    "%s: the token has expired, by this machine's clock",
		    path.data);
	} else {
		buf_add_str(token, found);
		rc = 0;
	}
out:
	json_free(json);
	buf_free(&path);
	buf_free(&text);
	return rc;
}

/* That works for profiles with a session and without. */
static void
hint_login(const struct settings *set, struct err *err)
{
	err_hint(err, "run: aws sso login --profile %s", set->profile);
}

static struct aws_call *
start_call(struct aws *aws, const struct settings *set, const char *token,
    struct list *headers)
{
	struct buf path = { 0 };
	struct aws_call *call;

	buf_add_str(&path, "/federation/credentials?role_name=");
	buf_add_uri(&path, set->role_name, strlen(set->role_name));
	buf_add_str(&path, "&account_id=");
	buf_add_uri(&path, set->account_id, strlen(set->account_id));
	call = aws_start(aws,
	    &(struct aws_request){
		.what = "sso: GetRoleCredentials",
		.service = AWS_SSO,
		.region = set->region,
		.method = "GET",
		.path = path.data,
		.headers = *headers,
		.answer_max = BODY_MAX,
		.asked = { .action = "sso:GetRoleCredentials" },
		.secret = token,
	    });
	buf_free(&path);
	return call;
}

/* By the portal's status alone; its codes say no more. */
static void
explain(const struct settings *set, long status, struct err *err)
{
	if (status == 401)
		hint_login(set, err);
	if (status == 403)
		err_hint(err,
		    "the user of this login is not assigned to the role %s in "
		    "account %s, or no longer is",
		    set->role_name, set->account_id);
}

static int
trade_token(struct aws *aws, const struct settings *set, const char *token,
    struct creds *creds, struct err *err)
{
	struct list headers = { 0 };
	struct buf body = { 0 };
	struct aws_call *call = NULL;
	int rc = -1;

	if (http_add_header(&headers, "x-amz-sso_bearer_token", token, err) < 0)
		goto out;
	call = start_call(aws, set, token, &headers);
	if (aws_wait(call, &body, err) < 0) {
		explain(set, aws_call_status(call), err);
		goto out;
	}
	rc = creds_parse(CREDS_SSO, &body, aws_call_now(call), creds, err);
	if (rc < 0)
		err_wrap(err, "%s", aws_call_what(call));
out:
	aws_call_free(call);
	list_free(&headers);
	buf_free(&body);
	return rc;
}

int
creds_profile_sso(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	struct settings set = { .profile = chain->base_profile };
	struct buf token = { 0 };
	int rc;

	if (read_settings(aws, &set, err) < 0)
		return -1;
	rc = read_token(set.cached_as, http_now(aws->http), &token, err);
	if (rc < 0)
		hint_login(&set, err);
	else
		rc = trade_token(aws, &set, token.data, creds, err);
	buf_free(&token);
	return rc;
}
