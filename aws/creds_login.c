/* Credentials that "aws login" has left for a profile's login_session. */
#include "aws/creds_source.h"

#include <string.h>

#include "aws/profile_file.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/mem.h"

enum {
	LEAST_S = 60, /* what ends sooner is as good as over */
};

/* The AWS CLI renews them while the login lasts; we only read. */
static int
read_cache(const char *path, time_t now, struct creds *creds, struct err *err)
{
	struct buf text = { 0 };
	int rc = profile_file_read_cache(path, &text, err);

	if (rc == 0) {
		rc = creds_parse(CREDS_LOGIN, &text, now + LEAST_S, creds, err);
		if (rc < 0)
			err_wrap(err, "%s", path);
	}
	buf_free(&text);
	return rc;
}

int
creds_profile_login(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err)
{
	unsigned char digest[DIGEST_SIZE];
	struct buf path = { 0 };
	const char *profile = chain->base_profile, *session;
	char *folder = NULL;
	int rc = -1;

	if (creds_get_property(aws, profile, "login_session", &session, err) <
		0 ||
	    env_get("AWS_LOGIN_CACHE_DIRECTORY", &folder, err) < 0)
		return -1;
	digest_sha256(session, strlen(session), digest);
	buf_addf(&path, "%s/", folder != NULL ? folder : "~/.aws/login/cache");
	buf_add_hex(&path, digest, sizeof(digest));
	buf_add_str(&path, ".json");
	rc = read_cache(path.data, http_now(aws->http), creds, err);
	if (rc < 0) {
		err->kind = ERR_CONFIG;
		err_hint(err, "run: aws login --profile %s", profile);
	}
	mem_free(folder);
	buf_free(&path);
	return rc;
}
