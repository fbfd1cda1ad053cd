/* One attempt at a request: its headers, and what its result means. */
#include "base/http_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	DELAY_MAX_MS = 5000,
	HINT_MORE_MS = 5000,      /* than our own delay no hint may ask for */
	DATE_AGE_MAX_S = 15 * 60, /* as AWS's SDKs have it */
};

/* How libcurl begins to say so; the rest is the proxy's URL. */
#define UNUSABLE_PROXY "Unsupported proxy"

static void
add_header(struct http_transfer *transfer, const char *line)
{
	struct curl_slist *head = curl_slist_append(transfer->headers, line);

	BUG_IF(head == NULL);
	transfer->headers = head;
}

static void
add_host(struct http_transfer *transfer)
{
	struct buf line = { 0 };

	buf_addf(&line, "Host: %s", transfer->host.data);
	add_header(transfer, line.data);
	buf_free(&line);
}

void
http_attempt_begin(struct http_transfer *transfer, const struct list *headers,
    int64_t timeout_ms)
{
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	add_header(transfer, "Expect:"); /* no 100-continue round trip */
	if (transfer->request.tls_server_name != NULL)
		add_host(transfer);
	for (size_t i = 0; i < headers->n; i++)
		add_header(transfer, headers->items[i]);
	HTTP_SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	HTTP_SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	transfer->reason[0] = '\0';
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
copy_redirect(CURL *easy)
{
	char *url = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &url);
	return xstrdup(url);
}

static char *
copy_header(CURL *easy, const char *name)
{
	return xstrdup(header(easy, name));
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
 * A date has to be the time now: a cache's is not, nor is one that came out of
 * a machine's sleep, in which our own time limits stand still.
 */
static time_t
read_clock_offset(const struct http_transfer *transfer)
{
	const char *text = header(transfer->easy, "date");
	time_t date, now = time(NULL);

	if (text == NULL || header(transfer->easy, "age") != NULL ||
	    now - transfer->began_at > DATE_AGE_MAX_S ||
	    !clock_parse_http(text, &date))
		return 0;
	return date - now;
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
	response->location = copy_redirect(easy);
	response->error_type = copy_header(easy, "x-amzn-errortype");
	response->retry_hint_ms = read_hint(easy);
	response->clock_offset_s = read_clock_offset(transfer);
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
		return transfer->request.proxy != NULL ?
		    "proxy-url is not a usable proxy URL; percent-encode "
		    "special characters in its password" :
		    "HTTPS_PROXY or ALL_PROXY is not a usable proxy URL; "
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
	if (transfer->response.is_too_long) {
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
