/* Amazon ECR: a registry password, by GetAuthorizationToken. */
#include "aws/ecr.h"

#include <string.h>

#include "aws/answer.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "sigv4.h"

#define TARGET "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
#define STATEMENT                           \
	"{\"Effect\":\"Allow\",\"Action\":" \
	"\"ecr:GetAuthorizationToken\",\"Resource\":\"*\"}"

static const char request_body[] = "{}";

enum {
	BODY_MAX = 512 * 1024, /* "don't make assumptions about the size" */
};

struct ecr_call {
	struct aws *aws;
	const struct creds *creds;
	char *region;
	struct endpoint endpoint;
	struct err err; /* why there is no transfer */
	struct buf what;
	struct url url;
	struct http_transfer *transfer;
};

/* Signs one attempt: what is sent is what is signed. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	const struct ecr_call *call = arg;
	const struct sigv4_params params = {
		.access_key_id = call->creds->access_key_id,
		.secret_access_key = call->creds->secret_access_key,
		.session_token = call->creds->session_token,
		.region = call->endpoint.signing_region,
		.service = call->endpoint.signing_name,
		.time = now,
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = call->url.path,
		.query = call->url.query,
		.body = request_body,
		.body_len = sizeof(request_body) - 1,
	};
	struct buf host = { 0 };

	(void)err;
	url_add_host(&host, &call->url);
	list_addf(headers, "Host: %s", host.data);
	list_add(headers, "Content-Type: application/x-amz-json-1.1");
	list_add(headers, "X-Amz-Target: " TARGET);
	sigv4_sign_headers(&params, &request, headers);
	buf_free(&host);
	return 0;
}

struct ecr_call *
ecr_start_token(struct aws *aws, const struct creds *creds, const char *region,
    struct endpoint_variant variant)
{
	struct ecr_call *call = xcalloc(1, sizeof(*call));
	struct buf *url = &call->endpoint.url;

	call->aws = aws;
	call->creds = creds;
	call->region = xstrdup(region);
	buf_addf(&call->what, "ecr: %s: GetAuthorizationToken", region);
	if (aws_resolve_endpoint(aws, AWS_ECR,
		&(struct endpoint_params){
		    .region = call->region, .variant = variant },
		&call->endpoint, &call->err) < 0) {
		err_wrap(&call->err, "%s", call->what.data);
		return call;
	}
	buf_add_str(url, "/");
	BUG_IF(!url_parse(url->data, &call->url));
	call->transfer = http_start(aws->http,
	    &(struct http_request){
		.what = call->what.data,
		.method = "POST",
		.url = url->data,
		.body = request_body,
		.body_len = sizeof(request_body) - 1,
		.trust = aws->trust,
		.prepare = add_headers,
		.arg = call,
		.judge = answer_judge,
		.body_max = BODY_MAX,
		.attempts_max = aws->attempts_max,
		.has_true_date = true,
	    });
	return call;
}

/* "AWS:" and a password that is not empty, without control characters. */
static bool
is_auth(const char *auth)
{
	struct buf pair = { 0 };
	bool is_good = digest_add_decoded(&pair, auth, strlen(auth)) == 0 &&
	    pair.len > 4 && strncmp(pair.data, "AWS:", 4) == 0;

	for (size_t i = 0; is_good && i < pair.len; i++)
		is_good =
		    (unsigned char)pair.data[i] > 0x20 && pair.data[i] != 0x7f;
	buf_free(&pair);
	return is_good;
}

/* The password is one that a registry takes, for long enough to be written. */
static int
read_token(const struct ecr_call *call, const struct cJSON *data,
    struct ecr_token *token, struct err *err)
{
	const char *what = call->what.data;
	const char *auth = json_get_text(data, "authorizationToken");
	const char *endpoint = json_get_text(data, "proxyEndpoint");
	char expires[CLOCK_TEXT_MAX];
	double seconds = 0;
	struct url url = { 0 };
	struct buf host = { 0 };

	if (auth == NULL || !is_auth(auth))
		return err_set(err, ERR_DATA,
		    "%s: the answer has no authorizationToken of \"AWS\" and a "
		    "password",
		    what);
	if (!json_get_number(data, "expiresAt", &seconds) || seconds < 0 ||
	    seconds > 1e11)
		return err_set(err, ERR_DATA, "%s: the answer has no expiresAt",
		    what);
	clock_format((time_t)seconds, expires);
	if ((time_t)seconds <= http_now(call->aws->http))
		return err_set(err, ERR_DATA,
		    "%s: the token has expired already, at %s", what, expires);
	if (endpoint == NULL || !url_parse(endpoint, &url))
		return err_set(err, ERR_DATA,
		    "%s: the answer has no proxyEndpoint", what);
	url_add_host(&host, &url);
	url_free(&url);
	token->auth = xstrdup(auth);
	token->host = buf_take(&host);
	token->expires_at = (time_t)seconds;
	return 0;
}

static int
read_answer(const struct ecr_call *call, const struct http_response *response,
    struct ecr_token *token, struct err *err)
{
	const struct buf *body = &response->body;
	struct cJSON *json = json_parse(buf_str(body), body->len);
	int rc;

	if (!json_is_object(json))
		rc = err_set(err, ERR_DATA,
		    "%s: the answer (%s, %zu bytes) is not a JSON object",
		    call->what.data,
		    response->content_type != NULL ? response->content_type :
						     "no content type",
		    body->len);
	else
		rc = read_token(call,
		    json_first(json_get(json, "authorizationData")), token,
		    err);
	json_free(json);
	return rc;
}

/* AWS's own no, with who asked and what would mend it. */
static void
explain_refusal(const struct ecr_call *call,
    const struct http_response *response, struct err *err)
{
	const char *const secrets[] = {
		call->creds->secret_access_key,
		call->creds->session_token,
	};
	struct buf code = { 0 }, identity = { 0 };

	answer_add_code(response, &code);
	creds_add_identity(call->creds, &identity);
	(void)answer_set_error(response, call->what.data, secrets, 2, err);
	if (strncmp(buf_str(&code), "AccessDenied", 12) == 0)
		err_hint(err, "allow it: " STATEMENT);
	if (err->kind == ERR_DENIED)
		err_hint(err, "asked with %s", identity.data);
	buf_free(&code);
	buf_free(&identity);
}

int
ecr_finish_token(struct ecr_call *call, struct ecr_token *token,
    struct err *err)
{
	struct http_response response = { 0 };
	int rc = -1;

	if (call->transfer == NULL) {
		*err = call->err;
		goto out;
	}
	if (http_wait(call->aws->http, call->transfer, &response, err) < 0) {
		aws_hint_region(&call->endpoint, &response, err);
		goto out;
	}
	if (response.status != 200)
		explain_refusal(call, &response, err);
	else
		rc = read_answer(call, &response, token, err);
out:
	http_response_free(&response);
	url_free(&call->url);
	buf_free(&call->endpoint.url);
	buf_free(&call->what);
	mem_free(call->region);
	mem_free(call);
	return rc;
}

void
ecr_token_free(struct ecr_token *token)
{
	mem_free(token->auth);
	mem_free(token->host);
	*token = (struct ecr_token){ 0 };
}
