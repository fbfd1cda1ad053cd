/* The parts of a URL, by libcurl's own parser. */
#include "base/url.h"

#include <arpa/inet.h>
#include <string.h>

#include <curl/curl.h>

#include "base/err.h"
#include "base/mem.h"

/* A part as libcurl has it, "" where the URL has none. */
static char *
part(CURLU *handle, CURLUPart which, unsigned flags)
{
	char *text, *copy;

	if (curl_url_get(handle, which, &text, flags) != CURLUE_OK)
		return xstrdup("");
	copy = xstrdup(text);
	curl_free(text);
	return copy;
}

/* The host in lower case, without the brackets of an IPv6 address. */
static char *
clean_host(char *host)
{
	struct buf clean = { 0 };
	size_t len = strlen(host);
	bool has_brackets = len > 2 && host[0] == '[' && host[len - 1] == ']';

	buf_add_lower(&clean, host + has_brackets,
	    has_brackets ? len - 2 : len);
	mem_free(host);
	return buf_take(&clean);
}

static bool
has_user(CURLU *handle)
{
	char *text;

	if (curl_url_get(handle, CURLUPART_USER, &text, 0) != CURLUE_OK &&
	    curl_url_get(handle, CURLUPART_PASSWORD, &text, 0) != CURLUE_OK)
		return false;
	curl_free(text);
	return true;
}

bool
url_parse(const char *text, struct url *url)
{
	CURLU *handle = curl_url();
	struct url made = { 0 };
	bool is_url = false;

	BUG_IF(handle == NULL);
	if (curl_url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK ||
	    has_user(handle))
		goto out;
	made.scheme = part(handle, CURLUPART_SCHEME, 0);
	made.host = clean_host(part(handle, CURLUPART_HOST, 0));
	made.port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	made.path = part(handle, CURLUPART_PATH, 0);
	made.query = part(handle, CURLUPART_QUERY, 0);
	if (made.host[0] == '\0' ||
	    (strcmp(made.scheme, "http") != 0 &&
		strcmp(made.scheme, "https") != 0))
		goto out;
	*url = made;
	made = (struct url){ 0 };
	is_url = true;
out:
	url_free(&made);
	curl_url_cleanup(handle);
	return is_url;
}

void
url_add_shown(struct buf *out, const char *text)
{
	const char *start = strstr(text, "://");
	size_t len = strcspn(text, "?#");
	size_t scheme = start != NULL && (size_t)(start - text) < len ?
	    (size_t)(start + strlen("://") - text) :
	    0;
	size_t from = scheme, end = scheme + strcspn(text + scheme, "/?#\\");

	for (size_t i = scheme; i < end; i++)
		if (text[i] == '@')
			from = i + 1;
	buf_add(out, text, scheme);
	buf_add(out, text + from, len - from);
}

void
url_add_host(struct buf *out, const struct url *url)
{
	const char *usual = strcmp(url->scheme, "https") == 0 ? "443" : "80";

	buf_addf(out, strchr(url->host, ':') != NULL ? "[%s]" : "%s",
	    url->host);
	if (strcmp(url->port, usual) != 0)
		buf_addf(out, ":%s", url->port);
}

bool
url_is_loopback(const struct url *url)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(url->host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, url->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, url->host, &v6) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&v6);
}

bool
url_is_link_local(const struct url *url)
{
	/* fd00:ec2::/32 is where EC2 and EKS serve metadata over IPv6. */
	static const unsigned char ec2[] = { 0xfd, 0x00, 0x0e, 0xc2 };
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, url->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 16 == 0xa9fe; /* 169.254/16 */
	return inet_pton(AF_INET6, url->host, &v6) == 1 &&
	    (IN6_IS_ADDR_LINKLOCAL(&v6) ||
		memcmp(v6.s6_addr, ec2, sizeof(ec2)) == 0);
}

void
url_free(struct url *url)
{
	mem_free(url->scheme);
	mem_free(url->host);
	mem_free(url->port);
	mem_free(url->path);
	mem_free(url->query);
	*url = (struct url){ 0 };
}
