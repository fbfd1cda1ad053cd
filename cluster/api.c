/* One call to a Kubernetes API server. */
#include "cluster/api.h"

#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

enum {
	BODY_MAX = 4 * 1024 * 1024, /* a Secret is 1 MiB, as base64 1.4 */
};

struct cluster_call {
	struct cluster_api *api;
	struct cluster_request request; /* body is gone */
	struct buf token;               /* of the last attempt, to mask it */
	struct http_transfer *transfer;
};

static void
free_eks(struct cluster_eks *eks)
{
	mem_free(eks->name);
	mem_free(eks->region);
	mem_free(eks->profile);
	mem_free(eks->role_arn);
	mem_free(eks->external_id);
	mem_free(eks->session_name);
}

void
cluster_free(struct cluster *cluster)
{
	mem_free(cluster->server);
	mem_free(cluster->origin);
	mem_free(cluster->namespace);
	buf_free(&cluster->ca);
	mem_free(cluster->ca_origin);
	mem_free(cluster->tls_server_name);
	mem_free(cluster->proxy);
	mem_free(cluster->credential);
	mem_free(cluster->token);
	mem_free(cluster->token_file);
	mem_free(cluster->username);
	mem_free(cluster->password);
	buf_free(&cluster->certificate);
	buf_free(&cluster->key);
	list_free(&cluster->impersonation);
	free_eks(&cluster->eks);
	*cluster = (struct cluster){ 0 };
}

/* --- The connection --------------------------------------------------------- */

static int
find_trust(const struct cluster *cluster, struct tls_trust **trust,
    struct err *err)
{
	if (cluster->is_insecure) {
		*trust = tls_trust_anybody();
		return 0;
	}
	if (cluster->ca.len == 0)
		return tls_trust_system(trust, err);
	return tls_trust_pem(&cluster->ca, cluster->ca_origin, trust, err);
}

int
cluster_api_open(struct cluster_api *api, struct http *http,
    const struct cluster *cluster, struct err *err)
{
	api->http = http;
	api->cluster = cluster;
	if (strncmp(cluster->server, "http://", 7) == 0)
		return 0;
	if (find_trust(cluster, &api->trust, err) < 0) {
		err_wrap(err, "cluster: CA of the API server");
		return -1;
	}
	if (cluster->certificate.len == 0 ||
	    tls_trust_identify(api->trust, &cluster->certificate, &cluster->key,
		err) == 0)
		return 0;
	err_wrap(err, "cluster: %s", cluster->credential);
	cluster_api_close(api);
	return -1;
}

void
cluster_api_close(struct cluster_api *api)
{
	tls_trust_free(api->trust);
	*api = (struct cluster_api){ 0 };
}

/* --- One request ------------------------------------------------------------ */

static int
read_token(const struct cluster *cluster, time_t now, struct buf *token,
    struct err *err)
{
	const struct cluster_token_maker *maker = &cluster->token_maker;

	buf_clear(token);
	if (maker->add != NULL)
		return maker->add(maker->arg, now, token, err);
	if (cluster->token_file == NULL) {
		buf_add_str(token, cluster->token);
		return 0;
	}
	if (file_read_token(cluster->token_file, token, err) == 0)
		return 0;
	err_wrap(err, "%s", cluster->credential);
	return -1;
}

static int
add_bearer(struct cluster_call *call, time_t now, struct list *headers,
    struct err *err)
{
	struct buf bearer = { 0 };
	int rc;

	if (read_token(call->api->cluster, now, &call->token, err) < 0) {
		err_wrap(err, "%s", call->request.what);
		return -1;
	}
	buf_add_str(&bearer, "Bearer ");
	buf_add(&bearer, call->token.data, call->token.len);
	rc = http_add_header(headers, "Authorization", bearer.data, err);
	buf_free(&bearer);
	return rc;
}

/* RFC 7617. */
static void
add_basic(const struct cluster *cluster, struct list *headers)
{
	const char *password =
	    cluster->password != NULL ? cluster->password : "";
	struct buf pair = { 0 }, line = { 0 };

	buf_addf(&pair, "%s:%s",
	    cluster->username != NULL ? cluster->username : "", password);
	buf_add_str(&line, "Authorization: Basic ");
	digest_add_base64(&line, pair.data, pair.len);
	list_add(headers, line.data);
	buf_free(&pair);
	buf_free(&line);
}

static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	struct cluster_call *call = arg;
	const struct cluster *cluster = call->api->cluster;

	if ((cluster->token != NULL || cluster->token_file != NULL ||
		cluster->token_maker.add != NULL) &&
	    add_bearer(call, now, headers, err) < 0)
		return -1;
	if (cluster->username != NULL || cluster->password != NULL)
		add_basic(cluster, headers);
	for (size_t i = 0; i < cluster->impersonation.n; i++)
		list_add(headers, cluster->impersonation.items[i]);
	list_addf(headers, "Accept: %s",
	    call->request.accept != NULL ? call->request.accept :
					   "application/json");
	if (call->request.content_type != NULL)
		list_addf(headers, "Content-Type: %s",
		    call->request.content_type);
	return 0;
}

/*
 * 401: the token may have been replaced since it was read. 403: a server that
 * starts refuses everybody until it has read its own roles, in the same words.
 */
static enum http_verdict
judge(const struct http_response *response)
{
	if (response->status == 403 && response->had_trouble)
		return HTTP_RETRY;
	if (response->status == 401)
		return HTTP_RETRY_ONCE;
	if (response->status == 429)
		return HTTP_SLOW_DOWN;
	return response->status >= 500 ? HTTP_RETRY : HTTP_ACCEPT;
}

void
cluster_send(struct cluster_call *call, const char *query)
{
	struct cluster_api *api = call->api;
	const struct cluster_request *request = &call->request;
	const struct buf *body = request->body;
	struct buf url = { 0 };

	buf_addf(&url, "%s%s%s", api->cluster->server, request->path, query);
	call->transfer = http_start(api->http,
	    &(struct http_request){
		.what = request->what,
		.method = request->method,
		.url = url.data,
		.body = body != NULL ? body->data : NULL,
		.body_len = body != NULL ? body->len : 0,
		.trust = api->trust,
		.prepare = add_headers,
		.arg = call,
		.judge = judge,
		.gate = &api->gate,
		.attempts_max = api->attempts_max,
		.body_max =
		    request->answer_max > 0 ? request->answer_max : BODY_MAX,
		.is_direct = api->cluster->is_in_cluster,
		.proxy = api->cluster->proxy,
		.tls_server_name = api->cluster->tls_server_name,
	    });
	buf_free(&url);
}

struct cluster_call *
cluster_start(struct cluster_api *api, const struct cluster_request *request)
{
	struct cluster_call *call = xcalloc(1, sizeof(*call));

	call->api = api;
	call->request = *request;
	cluster_send(call, "");
	call->request.body = NULL;
	return call;
}

bool
cluster_is_done(const struct cluster_call *call)
{
	return http_is_done(call->transfer);
}

void
cluster_turn(struct cluster_api *api)
{
	http_turn(api->http);
}

int
cluster_wait(struct cluster_call *call, struct http_response *response,
    struct err *err)
{
	const char *unreached = call->api->cluster->token_maker.unreached;

	if (http_wait(call->api->http, call->transfer, response, err) == 0) {
		call->api->clock_offset_s = response->clock_offset_s;
		return 0;
	}
	if (response->is_unreached && unreached != NULL)
		err_hint(err, "%s", unreached);
	return -1;
}

time_t
cluster_clock_ahead(const struct cluster_api *api)
{
	time_t correction_s = http_now(api->http) - time(NULL);

	return api->clock_offset_s == 0 ? 0 :
					  api->clock_offset_s - correction_s;
}

/* Does the answer, a Status, name a cause of this reason? */
static bool
has_cause(const struct cJSON *status, const char *reason)
{
	const struct cJSON *cause =
	    json_first(json_get(json_get(status, "details"), "causes"));

	for (; cause != NULL; cause = json_next(cause)) {
		const char *text = json_get_text(cause, "reason");

		if (text != NULL && strcmp(text, reason) == 0)
			return true;
	}
	return false;
}

/* Quota and terminating namespaces use 403 for what is not about rights. */
static enum err_kind
kind_of(long http_status, const struct cJSON *status, const char *message)
{
	if (http_status == 429 || http_status >= 500)
		return ERR_RETRY;
	if (status == NULL || http_status < 400)
		return ERR_DATA;
	if (http_status == 403 &&
	    (has_cause(status, "NamespaceTerminating") ||
		strstr(message, "exceeded quota") != NULL))
		return ERR_REFUSED;
	if (http_status == 401 || http_status == 403)
		return ERR_DENIED;
	if (http_status == 406 || http_status == 415)
		return ERR_DATA;
	return ERR_REFUSED;
}

/* 401: the server does not know who we are. */
static void
add_remedy_of_401(const struct cluster *cluster, struct err *err)
{
	if (cluster->token_maker.add != NULL)
		err_hint(err, "%s", cluster->token_maker.refused);
	else if (cluster->credential != NULL)
		err_hint(err,
		    "%s is not accepted: expired, or of another cluster",
		    cluster->credential);
	else
		err_hint(err, "%s has no credential", cluster->origin);
}

static void
add_remedy(const struct cluster_call *call, long http_status,
    const char *message, struct err *err)
{
	if (http_status == 401)
		add_remedy_of_401(call->api->cluster, err);
	if (http_status == 403 && strstr(message, " cannot ") != NULL)
		err_hint(err, "%s", call->request.remedy);
}

int
cluster_set_error(const struct cluster_call *call,
    const struct http_response *response, struct err *err)
{
	const char *const secrets[] = {
		buf_str(&call->token),
		call->api->cluster->password,
	};
	struct cJSON *json =
	    json_parse(buf_str(&response->body), response->body.len);
	const char *kind = json_get_text(json, "kind");
	const char *message = json_get_text(json, "message");
	const struct cJSON *status =
	    kind != NULL && strcmp(kind, "Status") == 0 ? json : NULL;
	struct buf shown = { 0 };

	if (status == NULL || message == NULL)
		message = "";
	buf_add_message(&shown, message, secrets, 2);
	(void)err_set(err, kind_of(response->status, status, message),
	    "%s: the API server answered %ld%s%s", call->request.what,
	    response->status, shown.len > 0 ? ": " : "", buf_str(&shown));
	if (err->kind == ERR_DATA)
		err_hint(err, "the answer is not Kubernetes' (%s, %zu bytes)",
		    response->content_type != NULL ? response->content_type :
						     "no content type",
		    response->body.len);
	add_remedy(call, response->status, message, err);
	buf_free(&shown);
	json_free(json);
	return -1;
}

const char *
cluster_what(const struct cluster_call *call)
{
	return call->request.what;
}

void
cluster_call_free(struct cluster_call *call)
{
	mem_free(call->request.what);
	mem_free(call->request.path);
	mem_free(call->request.remedy);
	buf_free(&call->token);
	mem_free(call);
}
