/* What stays the same for each attempt at a request: libcurl's options. */
#include <string.h>

#include "base/http_attempt.h"

enum {
	CONNECT_MS = 5000,       /* a round trip is never longer; TLS takes 3 */
	HEADERS_MAX = 64 * 1024, /* no honest answer has more */
	IO_SIZE = 16 * 1024,     /* libcurl's buffers, one TLS record each */
};

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_transfer *transfer = arg;
	struct buf *body = &transfer->response.body;

	if (size * n > transfer->request.body_max - body->len) {
		transfer->response.is_too_long = true;
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
		transfer->response.is_too_long = true;
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

/*
 * libcurl verifies the URL's host, so that becomes the name; where to connect
 * to is said beside it, and the Host header in http_attempt_begin.
 */
static void
set_server_name(CURL *easy, struct http_transfer *transfer)
{
	const struct url *real = &transfer->parts;
	struct buf url = { 0 }, place = { 0 };

	buf_addf(&url, "%s://%s:%s%s%s%s", real->scheme,
	    transfer->request.tls_server_name, real->port, real->path,
	    real->query[0] != '\0' ? "?" : "", real->query);
	buf_addf(&place,
	    strchr(real->host, ':') != NULL ? "::[%s]:%s" : "::%s:%s",
	    real->host, real->port);
	transfer->place = curl_slist_append(NULL, place.data);
	BUG_IF(transfer->place == NULL);
	HTTP_SET(easy, CURLOPT_URL, url.data);
	HTTP_SET(easy, CURLOPT_CONNECT_TO, transfer->place);
	buf_free(&url);
	buf_free(&place);
}

static void
set_tls(CURL *easy, struct http_transfer *transfer)
{
	bool verifies = tls_trust_verifies(transfer->request.trust);

	HTTP_SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	HTTP_SET(easy, CURLOPT_SSL_VERIFYPEER, verifies ? 1L : 0L);
	HTTP_SET(easy, CURLOPT_SSL_VERIFYHOST, verifies ? 2L : 0L);
	/* A proxy by https is verified as the server is, by the same trust. */
	HTTP_SET(easy, CURLOPT_PROXY_SSL_VERIFYPEER, verifies ? 1L : 0L);
	HTTP_SET(easy, CURLOPT_PROXY_SSL_VERIFYHOST, verifies ? 2L : 0L);
	/* No default places: trust is base/tls's alone. */
	HTTP_SET(easy, CURLOPT_CAINFO, NULL);
	HTTP_SET(easy, CURLOPT_CAPATH, NULL);
	/* libcurl would use one request's store, and session, for the next. */
	HTTP_SET(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	HTTP_SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	HTTP_SET(easy, CURLOPT_SSL_CTX_FUNCTION, use_trust);
	HTTP_SET(easy, CURLOPT_SSL_CTX_DATA, transfer);
	if (transfer->request.tls_server_name != NULL)
		set_server_name(easy, transfer);
}

static void
set_method(CURL *easy, const struct http_request *request)
{
	if (request->body != NULL) {
		HTTP_SET(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body_len);
		HTTP_SET(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
	HTTP_SET(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool
is_local(const struct url *parts)
{
	return url_is_loopback(parts) || url_is_link_local(parts);
}

/* As Go's clients: a port is needless, and SOCKS proxies look up names. */
static void
set_proxy(CURL *easy, const char *proxy)
{
	static const char socks[] = "socks5:";
	struct buf text = { 0 };

	if (strncmp(proxy, socks, sizeof(socks) - 1) == 0)
		buf_addf(&text, "socks5h:%s", proxy + sizeof(socks) - 1);
	else
		buf_add_str(&text, proxy);
	HTTP_SET(easy, CURLOPT_PROXY, text.data);
	if (strncmp(proxy, "http:", 5) == 0)
		HTTP_SET(easy, CURLOPT_PROXYPORT, 80L);
	HTTP_SET(easy, CURLOPT_NOPROXY, "");
	buf_free(&text);
}

void
http_attempt_prepare(struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	CURL *easy = transfer->easy;

	BUG_IF(easy == NULL);
	HTTP_SET(easy, CURLOPT_URL, request->url);
	HTTP_SET(easy, CURLOPT_PRIVATE, transfer);
	HTTP_SET(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	HTTP_SET(easy, CURLOPT_NOSIGNAL, 1L);
	HTTP_SET(easy, CURLOPT_PROTOCOLS_STR,
	    request->trust == NULL ? "http" : "http,https");
	HTTP_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	HTTP_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	HTTP_SET(easy, CURLOPT_USERAGENT, "ecr-secret/" VERSION);
	HTTP_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	HTTP_SET(easy, CURLOPT_BUFFERSIZE, (long)IO_SIZE);
	HTTP_SET(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)IO_SIZE);
	HTTP_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	HTTP_SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	HTTP_SET(easy, CURLOPT_WRITEDATA, transfer);
	HTTP_SET(easy, CURLOPT_HEADERFUNCTION, take_header);
	HTTP_SET(easy, CURLOPT_HEADERDATA, transfer);
	if (request->proxy != NULL)
		set_proxy(easy, request->proxy);
	else if (request->is_direct || is_local(&transfer->parts))
		HTTP_SET(easy, CURLOPT_NOPROXY, "*");
	if (request->trust != NULL)
		set_tls(easy, transfer);
	set_method(easy, request);
}
