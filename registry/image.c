/* References to images. */
#include "registry/image.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define ALNUM LOWER UPPER DIGIT

enum {
	REPOSITORY_MAX = 255, /* the grammar's own limits, as the next two */
	TAG_MAX = 128,
	DIGEST_HEX_MIN = 32, /* of algorithms that nobody knows */
};

/* Hosts without a dot or port are the first part of a path, but for this. */
#define LOCALHOST "localhost"

static const struct {
	const char *name;
	size_t hex_len;
} algorithms[] = {
	{ "sha256", 64 },
	{ "sha384", 96 },
	{ "sha512", 128 },
};

/* Is text[0..len) not empty, and of these characters alone? */
static bool
is_of(const char *text, size_t len, const char *characters)
{
	return len > 0 && strspn(text, characters) >= len;
}

/* Labels of letters, digits and inner hyphens, between single dots. */
static bool
is_host_name(const char *text, size_t len)
{
	size_t at = 0;

	while (at <= len) {
		size_t n = strcspn(text + at, ".");

		if (n > len - at)
			n = len - at;
		if (!is_of(text + at, n, ALNUM "-") || text[at] == '-' ||
		    text[at + n - 1] == '-')
			return false;
		at += n + 1;
	}
	return true;
}

static bool
is_host(const char *text, size_t len)
{
	bool is_ipv6 = len > 0 && text[0] == '[';
	size_t n = is_ipv6 ? strcspn(text, "]") : strcspn(text, ":/");

	if (n > len || (is_ipv6 && n + 1 > len))
		return false;
	if (is_ipv6 ? !is_of(text + 1, n - 1, DIGIT "abcdefABCDEF:") :
		      !is_host_name(text, n))
		return false;
	if (is_ipv6)
		n++;
	if (n < len)
		return text[n] == ':' &&
		    is_of(text + n + 1, len - n - 1, DIGIT);
	return is_ipv6 || memchr(text, '.', len) != NULL ||
	    (len == strlen(LOCALHOST) && memcmp(text, LOCALHOST, len) == 0);
}

/* The length of a separator inside a path's part: . _ __ or hyphens. */
static size_t
separator_len(const char *text)
{
	if (text[0] == '.')
		return 1;
	if (text[0] == '_')
		return text[1] == '_' ? 2 : 1;
	return strspn(text, "-");
}

/* Runs of small letters and digits, with one separator or slash between. */
static bool
is_repository(const char *text, size_t len)
{
	size_t at = 0, n;

	if (len > REPOSITORY_MAX)
		return false;
	for (;;) {
		n = strspn(text + at, LOWER DIGIT);
		at += n;
		if (n == 0 || at >= len)
			return n > 0 && at == len;
		n = text[at] == '/' ? 1 : separator_len(text + at);
		if (n == 0)
			return false;
		at += n;
	}
}

static bool
is_tag(const char *text, size_t len)
{
	return len <= TAG_MAX && is_of(text, len, ALNUM "_.-") &&
	    text[0] != '.' && text[0] != '-';
}

/* Letters and digits, each run begun by a letter, with one of +._- between. */
static bool
is_algorithm(const char *text, size_t len)
{
	size_t at = 0;

	while (at <= len) {
		size_t n = strspn(text + at, ALNUM);

		if (n == 0 || strchr(DIGIT, text[at]) != NULL)
			return false;
		at += n;
		if (at < len && strchr("+._-", text[at]) == NULL)
			return false;
		at++;
	}
	return true;
}

static bool
is_digest(const char *text)
{
	size_t len = strcspn(text, ":"), hex_len;
	const char *hex = text + len + 1;

	if (text[len] != ':' || !is_algorithm(text, len))
		return false;
	hex_len = strlen(hex);
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (strlen(algorithms[i].name) == len &&
		    memcmp(text, algorithms[i].name, len) == 0)
			return hex_len == algorithms[i].hex_len &&
			    is_of(hex, hex_len, DIGIT "abcdef");
	return hex_len >= DIGEST_HEX_MIN &&
	    is_of(hex, hex_len, DIGIT "abcdefABCDEF");
}

const char *
image_parse(const char *text, struct image *image)
{
	size_t host_len = strcspn(text, "/");
	const char *path = text + host_len + 1, *tag;
	size_t len;
	struct buf host = { 0 };

	if (text[host_len] == '\0' || !is_host(text, host_len))
		return "an image with its registry's host, such as "
		       "HOST/REPOSITORY:TAG";
	len = strcspn(path, ":@");
	if (!is_repository(path, len))
		return "an image whose repository is 1 to 255 small letters "
		       "and digits, in parts between single / . - or _";
	buf_add_lower(&host, text, host_len);
	image->host = buf_take(&host);
	image->repository = xstrndup(path, len);
	tag = path + len;
	if (*tag == ':') {
		len = strcspn(++tag, "@");
		if (!is_tag(tag, len))
			return "an image whose tag is 1 to 128 letters, digits "
			       "or any of _.-, the first neither . nor -";
		image->tag = xstrndup(tag, len);
		tag += len;
	}
	if (*tag == '@') {
		if (!is_digest(tag + 1))
			return "an image whose digest is like sha256: and 64 "
			       "hexadecimal digits";
		image->digest = xstrdup(tag + 1);
	}
	if (image->tag == NULL && image->digest == NULL)
		image->tag = xstrdup("latest");
	return NULL;
}

const char *
image_reference(const struct image *image)
{
	return image->digest != NULL ? image->digest : image->tag;
}

void
image_free(struct image *image)
{
	mem_free(image->host);
	mem_free(image->repository);
	mem_free(image->tag);
	mem_free(image->digest);
	*image = (struct image){ 0 };
}
