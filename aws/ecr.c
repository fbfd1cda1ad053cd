/* Amazon ECR: a registry password, by GetAuthorizationToken. */
#include "aws/ecr.h"

#include <string.h>

#include "aws/ecr_api.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

enum {
	ANSWER_MAX = 512 * 1024, /* "don't make assumptions about the size" */
};

struct aws_call *
ecr_start_token(struct aws *aws, const struct creds *creds,
    const struct ecr_place *place)
{
	return ecr_api_start(aws,
	    &(struct ecr_question){
		.action = "GetAuthorizationToken",
		.body = "{}",
		.region = place->region,
		.variant = place->variant,
		.creds = creds,
		.answer_max = ANSWER_MAX,
		.is_public = place->is_public,
	    });
}

/* "AWS:" and a password that is not empty. */
bool
ecr_add_password(const char *auth, struct buf *out)
{
	struct buf pair = { 0 };
	bool is_good = digest_add_decoded(&pair, auth, strlen(auth)) == 0 &&
	    pair.len > 4 && strncmp(pair.data, "AWS:", 4) == 0 &&
	    text_is_word(pair.data, pair.len);

	if (is_good)
		buf_add(out, pair.data + 4, pair.len - 4);
	buf_free(&pair);
	return is_good;
}

/* A private registry's answer names the caller's own: is it a host? */
static int
read_host(const char *what, const struct cJSON *data, char **text,
    struct err *err)
{
	const char *endpoint = json_get_text(data, "proxyEndpoint");
	struct url url = { 0 };
	struct buf host = { 0 };

	if (endpoint == NULL || !url_parse(endpoint, &url))
		return err_set(err, ERR_DATA,
		    "%s: the answer has no proxyEndpoint", what);
	url_add_host(&host, &url);
	url_free(&url);
	*text = buf_take(&host);
	return 0;
}

/* The password is one that a registry takes, for long enough to be written. */
static int
read_token(const struct aws_call *call, const struct cJSON *data,
    struct ecr_token *token, struct err *err)
{
	const char *what = aws_call_what(call);
	const char *auth = json_get_text(data, "authorizationToken");
	struct buf password = { 0 };
	char expires[CLOCK_TEXT_MAX];
	time_t expires_at;
	bool is_good = auth != NULL && ecr_add_password(auth, &password);

	buf_free(&password);
	if (!is_good)
		return err_set(err, ERR_DATA,
		    "%s: the answer has no authorizationToken of \"AWS\" and a "
		    "password",
		    what);
	if (!json_get_time(data, "expiresAt", &expires_at))
		return err_set(err, ERR_DATA, "%s: the answer has no expiresAt",
		    what);
	clock_format(expires_at, expires);
	if (expires_at <= aws_call_now(call))
		return err_set(err, ERR_DATA,
		    "%s: the token has expired already, at %s", what, expires);
	token->auth = xstrdup(auth);
	token->expires_at = expires_at;
	return 0;
}

/* The public registry's answer holds one object, a private one's a list. */
static int
read_answer(const struct aws_call *call, const struct cJSON *json,
    struct ecr_token *token, struct err *err)
{
	const struct cJSON *data = json_get(json, "authorizationData");
	struct ecr_token found = { 0 };
	int rc = 0;

	if (!json_is_object(data))
		rc = read_host(aws_call_what(call), data = json_first(data),
		    &found.host, err);
	if (rc == 0)
		rc = read_token(call, data, &found, err);
	if (rc == 0)
		*token = found;
	else
		ecr_token_free(&found);
	return rc;
}

int
ecr_finish_token(struct aws_call *call, struct ecr_token *token,
    struct err *err)
{
	struct cJSON *answer = NULL;
	int rc = ecr_api_wait(call, &answer, err);

	if (rc == 0)
		rc = read_answer(call, answer, token, err);
	json_free(answer);
	aws_call_free(call);
	return rc;
}

void
ecr_token_free(struct ecr_token *token)
{
	mem_free(token->auth);
	mem_free(token->host);
	*token = (struct ecr_token){ 0 };
}
