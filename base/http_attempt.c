/* One attempt at a request: libcurl's options, and what its results mean. */
#include "base/http_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	CONNECT_MS = 5000,       /* a round trip is never longer; TLS takes 3 */
	HEADERS_MAX = 64 * 1024, /* no honest answer has more */
	IO_SIZE = 16 * 1024,     /* libcurl's buffers, one TLS record each */
	DELAY_MAX_MS = 5000,
	HINT_MORE_MS = 5000,      /* than our own delay no hint may ask for */
	DATE_AGE_MAX_S = 15 * 60, /* as AWS's SDKs have it */
};

/* How libcurl begins to say so; the rest is the proxy's URL. */
#define UNUSABLE_PROXY "Unsupported proxy"

/* An option that libcurl refuses is one that we, or its build, got wrong. */
#define SET(easy, option, value) \
	BUG_IF(curl_easy_setopt(easy, option, value) != CURLE_OK)

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_transfer *transfer = arg;
	struct buf *body = &transfer->response.body;

	if (size * n > transfer->request.body_max - body->len) {
		transfer->is_too_long = true;
		return 0;
	}
	buf_add(body, bytes, size * n);
	return size * n;
}

static size_t
take_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_transfer *transfer = arg;
	curl_off_t so_far = 0;
	long header_size = 0;

	(void)bytes;
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE,
	    &header_size);
	so_far = header_size;
	if (so_far + (curl_off_t)(size * n) > HEADERS_MAX) {
		transfer->is_too_long = true;
		return 0;
	}
	return size * n;
}

static CURLcode
use_trust(CURL *easy, void *ssl_ctx, void *arg)
{
	const struct http_transfer *transfer = arg;

	(void)easy;
	tls_trust_use(transfer->request.trust, ssl_ctx);
	return CURLE_OK;
}

static void
set_tls(CURL *easy, struct http_transfer *transfer)
{
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	/* No default places: trust is base/tls's alone. */
	SET(easy, CURLOPT_CAINFO, NULL);
	SET(easy, CURLOPT_CAPATH, NULL);
	/* libcurl would use one request's store, and session, for the next. */
	SET(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(easy, CURLOPT_SSL_CTX_FUNCTION, use_trust);
	SET(easy, CURLOPT_SSL_CTX_DATA, transfer);
}

static void
set_method(CURL *easy, const struct http_request *request)
{
	if (request->body != NULL) {
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body_len);
		SET(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
	SET(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool
is_local(const struct url *parts)
{
	return url_is_loopback(parts) || url_is_link_local(parts);
}

void
http_attempt_prepare(struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	CURL *easy = transfer->easy;

	BUG_IF(easy == NULL);
	SET(easy, CURLOPT_URL, request->url);
	SET(easy, CURLOPT_PRIVATE, transfer);
	SET(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_PROTOCOLS_STR,
	    request->trust == NULL ? "http" : "http,https");
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_USERAGENT, "ecr-secret/" VERSION);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(easy, CURLOPT_BUFFERSIZE, (long)IO_SIZE);
	SET(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)IO_SIZE);
	SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(easy, CURLOPT_WRITEDATA, transfer);
	SET(easy, CURLOPT_HEADERFUNCTION, take_header);
	SET(easy, CURLOPT_HEADERDATA, transfer);
	if (request->is_direct || is_local(&transfer->parts))
		SET(easy, CURLOPT_NOPROXY, "*");
	if (request->trust != NULL)
		set_tls(easy, transfer);
	set_method(easy, request);
}

static void
add_header(struct http_transfer *transfer, const char *line)
{
	struct curl_slist *head = curl_slist_append(transfer->headers, line);

	BUG_IF(head == NULL);
	transfer->headers = head;
}

void
http_attempt_begin(struct http_transfer *transfer, const struct list *headers,
    int64_t timeout_ms)
{
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	add_header(transfer, "Expect:"); /* no 100-continue round trip */
	for (size_t i = 0; i < headers->n; i++)
		add_header(transfer, headers->items[i]);
	SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	transfer->reason[0] = '\0';
	transfer->is_too_long = false;
	transfer->began_at = time(NULL);
	http_response_free(&transfer->response);
}

/* A header of the last answer, or NULL. */
static const char *
header(CURL *easy, const char *name)
{
	struct curl_header *found;

	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) !=
	    CURLHE_OK)
		return NULL;
	return found->value;
}

static char *
copy_header(CURL *easy, const char *name)
{
	const char *value = header(easy, name);

	return value == NULL ? NULL : xstrdup(value);
}

/* Digits; what is nothing of the sort is no hint. */
static int64_t
read_hint(CURL *easy)
{
	const char *text = header(easy, "x-amz-retry-after");

	if (text == NULL || text[strspn(text, "0123456789")] != '\0')
		return 0;
	return strtoll(text, NULL, 10);
}

/*
 * 0 unless it is the time now: a cache's is not, nor is one that came out of a
 * machine's sleep, in which our own time limits stand still.
 */
static time_t
read_date(const struct http_transfer *transfer)
{
	const char *text = header(transfer->easy, "date");
	time_t date = 0;

	if (text == NULL || header(transfer->easy, "age") != NULL ||
	    time(NULL) - transfer->began_at > DATE_AGE_MAX_S)
		return 0;
	(void)clock_parse_http(text, &date);
	return date;
}

void
http_attempt_read(struct http_transfer *transfer)
{
	struct http_response *response = &transfer->response;
	CURL *easy = transfer->easy;
	curl_off_t after_s = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE,
	    &response->status);
	(void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after_s);
	response->retry_after_ms =
	    after_s > INT32_MAX ? INT32_MAX : (int64_t)after_s * 1000;
	response->content_type = copy_header(easy, "content-type");
	response->error_type = copy_header(easy, "x-amzn-errortype");
	response->retry_hint_ms = read_hint(easy);
	response->date = read_date(transfer);
}

void
http_attempt_log(const struct http_transfer *transfer, CURLcode result)
{
	const char *path = transfer->parts.path;
	long long status = transfer->response.status;
	curl_off_t us = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &us);
	log_event(LOG_DEBUG,
	    LOG_FIELDS({ "method", transfer->request.method },
		{ "host", transfer->host.data }, { "path", path },
		{ "status", NULL, status }, { "ms", NULL, us / 1000 }),
	    "%s %s%s: %lld%s%s, %lld ms", transfer->request.method,
	    transfer->host.data, path, status, result == CURLE_OK ? "" : " ",
	    result == CURLE_OK ? "" : curl_easy_strerror(result),
	    (long long)us / 1000);
}

/* What else than "try again" libcurl's results mean. */
static const struct {
	CURLcode result;
	enum err_kind kind;
	bool may_retry;
} results[] = {
	{ CURLE_URL_MALFORMAT, ERR_CONFIG, false },
	{ CURLE_OUT_OF_MEMORY, ERR_SYSTEM, false },
	{ CURLE_FAILED_INIT, ERR_SYSTEM, false },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_DATA, false },
	{ CURLE_SSL_CERTPROBLEM, ERR_DATA, false },
	{ CURLE_SSL_CIPHER, ERR_DATA, false },
	{ CURLE_SSL_ISSUER_ERROR, ERR_DATA, false },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_DATA, false },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_DATA, false },
	{ CURLE_BAD_CONTENT_ENCODING, ERR_DATA, false },
	{ CURLE_WRITE_ERROR, ERR_DATA, false },
};

static void
classify(const struct http_transfer *transfer, CURLcode result,
    enum err_kind *kind, bool *may_retry)
{
	long system_error = 0, proxy_status = 0;

	*kind = ERR_RETRY;
	*may_retry = true;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i].result == result) {
			*kind = results[i].kind;
			*may_retry = results[i].may_retry;
			return;
		}
	}
	if (strncmp(transfer->reason, UNUSABLE_PROXY,
		sizeof(UNUSABLE_PROXY) - 1) == 0) {
		*kind = ERR_CONFIG;
		*may_retry = false;
	}
	/* A handshake that broke off may go better; one refused will not. */
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO,
	    &system_error);
	if (result == CURLE_SSL_CONNECT_ERROR && system_error == 0 &&
	    strstr(transfer->reason, "SYSCALL") == NULL &&
	    strstr(transfer->reason, "unexpected eof") == NULL) {
		*kind = ERR_DATA;
		*may_retry = false;
	}
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE,
	    &proxy_status);
	if (proxy_status >= 400 && proxy_status < 500) {
		*kind = ERR_CONFIG;
		*may_retry = false;
	}
}

/* libcurl quotes a proxy that it can't use, with its password. */
static const char *
explain(const struct http_transfer *transfer, CURLcode result)
{
	if (strncmp(transfer->reason, UNUSABLE_PROXY,
		sizeof(UNUSABLE_PROXY) - 1) == 0)
		return "HTTPS_PROXY or ALL_PROXY is not a usable proxy URL; "
		       "percent-encode special characters in its password";
	if (transfer->reason[0] == '\0' ||
	    strchr(transfer->reason, '@') != NULL)
		return curl_easy_strerror(result);
	return transfer->reason;
}

int
http_attempt_judge(struct http_transfer *transfer, CURLcode result,
    bool *may_retry, struct err *err)
{
	const char *what = transfer->request.what;
	enum err_kind kind;

	if (result == CURLE_OK)
		return 0;
	if (transfer->is_too_long) {
		*may_retry = false;
		return err_set(err, ERR_DATA,
		    "%s: %s: the answer is longer than allowed (%zu bytes)",
		    what, transfer->host.data, transfer->request.body_max);
	}
	classify(transfer, result, &kind, may_retry);
	transfer->response.is_unresolved = result == CURLE_COULDNT_RESOLVE_HOST;
	transfer->response.is_unreached = kind == ERR_RETRY;
	transfer->response.is_silent = result == CURLE_OPERATION_TIMEDOUT;
	(void)err_set(err, kind, "%s: %s: %s", what, transfer->host.data,
	    explain(transfer, result));
	if (result == CURLE_PEER_FAILED_VERIFICATION)
		err_hint(err, "trusted are the certificates of %s%s",
		    tls_trust_origin(transfer->request.trust),
		    transfer->request.has_true_date ?
			"; behind a proxy that opens TLS set AWS_CA_BUNDLE" :
			"");
	return -1;
}

/*
 * Full jitter. Retry-After is an order; x-amz-retry-after makes a delay longer,
 * but by no more than AWS's SDKs ("standard" retry mode of 2026) let it.
 */
int64_t
http_attempt_delay(const struct http_transfer *transfer, int64_t base_ms)
{
	const struct http_response *response = &transfer->response;
	int64_t bound_ms = base_ms, delay_ms, most_ms;

	for (unsigned i = 1; i < transfer->attempts; i++)
		bound_ms = bound_ms < DELAY_MAX_MS ? 2 * bound_ms : bound_ms;
	if (bound_ms > DELAY_MAX_MS)
		bound_ms = DELAY_MAX_MS;
	delay_ms = 1 + (int64_t)digest_random((unsigned long)bound_ms);
	most_ms = delay_ms + HINT_MORE_MS;
	if (response->retry_hint_ms > delay_ms)
		delay_ms = response->retry_hint_ms < most_ms ?
		    response->retry_hint_ms :
		    most_ms;
	if (response->retry_after_ms > delay_ms)
		delay_ms = response->retry_after_ms;
	return delay_ms;
}
