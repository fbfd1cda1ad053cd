/* One call to an AWS service: endpoint, signature, limits, remedies. */
#include "aws/call.h"

#include "aws/answer.h"
#include "base/http.h"
#include "base/mem.h"
#include "base/url.h"
#include "sigv4.h"

struct aws_call {
	struct aws *aws;
	struct aws_request request; /* its texts are those that follow */
	char *what, *region, *action, *role_arn, *token, *secret;
	struct list headers;
	struct buf body;
	struct endpoint endpoint;
	struct url url;
	struct err err; /* why there is no transfer */
	struct http_transfer *transfer;
	long status;
	struct buf code; /* of a refusal, in AWS's words */
};

/* Signs one attempt: what is sent is what is signed. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	const struct aws_call *call = arg;
	const struct creds *creds = call->request.creds;
	struct buf host = { 0 };

	(void)err;
	url_add_host(&host, &call->url);
	list_addf(headers, "Host: %s", host.data);
	for (size_t i = 0; i < call->headers.n; i++)
		list_add(headers, call->headers.items[i]);
	if (creds != NULL)
		sigv4_sign_headers(
		    &(struct sigv4_params){
			.access_key_id = creds->access_key_id,
			.secret_access_key = creds->secret_access_key,
			.session_token = creds->session_token,
			.region = call->endpoint.signing_region,
			.service = call->endpoint.signing_name,
			.time = now,
		    },
		    &(struct sigv4_request){
			.method = call->request.method,
			.path = call->url.path,
			.query = call->url.query,
			.body = buf_str(&call->body),
			.body_len = call->body.len,
		    },
		    headers);
	buf_free(&host);
	return 0;
}

static struct aws_call *
copy_request(struct aws *aws, const struct aws_request *request)
{
	struct aws_call *call = xcalloc(1, sizeof(*call));

	call->aws = aws;
	call->request = *request;
	call->what = xstrdup(request->what);
	call->region = xstrdup(request->region);
	call->action = xstrdup(request->asked.action);
	call->role_arn = xstrdup(request->asked.role_arn);
	call->token = xstrdup(request->asked.token);
	call->secret = xstrdup(request->secret);
	for (size_t i = 0; i < request->headers.n; i++)
		list_add(&call->headers, request->headers.items[i]);
	buf_add(&call->body, request->body, request->body_len);
	return call;
}

struct aws_call *
aws_start(struct aws *aws, const struct aws_request *request)
{
	struct aws_call *call = copy_request(aws, request);
	struct buf *url = &call->endpoint.url;

	if (aws_resolve_endpoint(aws, request->service,
		&(struct endpoint_params){
		    .region = call->region, .variant = request->variant },
		&call->endpoint, &call->err) < 0) {
		err_wrap(&call->err, "%s", call->what);
		return call;
	}
	buf_add_str(url, request->path);
	BUG_IF(!url_parse(url->data, &call->url));
	call->transfer = http_start(aws->http,
	    &(struct http_request){
		.what = call->what,
		.method = request->method,
		.url = url->data,
		.body = request->body == NULL ? NULL : buf_str(&call->body),
		.body_len = call->body.len,
		.trust = aws->trust,
		.prepare = add_headers,
		.arg = call,
		.judge = answer_judge,
		.body_max = request->answer_max,
		.attempts_max = aws->attempts_max,
		.has_true_date = true,
	    });
	return call;
}

/* AWS's own no, with what would mend it. */
static void
explain_refusal(struct aws_call *call, const struct http_response *response,
    struct err *err)
{
	const struct creds *creds = call->request.creds;
	const char *const secrets[] = {
		call->secret,
		creds == NULL ? NULL : creds->secret_access_key,
		creds == NULL ? NULL : creds->session_token,
	};
	struct answer_error error = { 0 };

	answer_read_error(response, &error);
	(void)answer_set_error(response, call->what, secrets, 3, err);
	remedy_add(
	    &(struct refusal){
		.asked = { .action = call->action,
		    .role_arn = call->role_arn,
		    .token = call->token,
		    .has_external_id = call->request.asked.has_external_id },
		.code = buf_str(&error.code),
		.message = buf_str(&error.message),
		.region = call->endpoint.signing_region,
		.creds = creds,
		.roles = &call->aws->roles,
		.now = aws_call_now(call),
		.clock_offset_s = http_clock_offset(call->aws->http),
	    },
	    err);
	if (err->kind == ERR_RETRY && response->attempts > 1)
		err_hint(err, "tried %u times", response->attempts);
	buf_move(&call->code, &error.code);
	answer_error_free(&error);
}

int
aws_wait(struct aws_call *call, struct buf *body, struct err *err)
{
	struct http_transfer *transfer = call->transfer;
	struct http_response response = { 0 };
	int rc = -1;

	if (transfer == NULL) {
		*err = call->err;
		return -1;
	}
	call->transfer = NULL;
	if (http_wait(call->aws->http, transfer, &response, err) < 0) {
		aws_hint_region(&call->endpoint, &response, err);
	} else if (response.status != 200) {
		explain_refusal(call, &response, err);
	} else {
		buf_move(body, &response.body);
		rc = 0;
	}
	call->status = response.status;
	http_response_free(&response);
	return rc;
}

long
aws_call_status(const struct aws_call *call)
{
	return call->status;
}

const char *
aws_call_code(const struct aws_call *call)
{
	return buf_str(&call->code);
}

const char *
aws_call_what(const struct aws_call *call)
{
	return call->what;
}

time_t
aws_call_now(const struct aws_call *call)
{
	return http_now(call->aws->http);
}

void
aws_call_free(struct aws_call *call)
{
	if (call == NULL)
		return;
	mem_free(call->what);
	mem_free(call->region);
	mem_free(call->action);
	mem_free(call->role_arn);
	mem_free(call->token);
	mem_free(call->secret);
	list_free(&call->headers);
	buf_free(&call->body);
	buf_free(&call->code);
	buf_free(&call->endpoint.url);
	url_free(&call->url);
	mem_free(call);
}
