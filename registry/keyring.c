/* Which keys of a docker config kubelet uses for an image. */
#include "registry/keyring.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* A key or an image, taken apart. */
struct location {
	struct list labels; /* of the host */
	char *port;         /* "" when there is none */
	char *path;         /* with its slash, or "" */
};

/* The end of a class that begins at glob and has c in it, else NULL. */
static const char *
match_class(const char *glob, unsigned char c)
{
	bool is_in = false;

	do {
		unsigned char low = (unsigned char)*glob, high = low;

		if (low == '-' || low == ']' || low == '\0')
			return NULL;
		if (*++glob == '-') {
			high = (unsigned char)*++glob;
			if (high == '-' || high == ']' || high == '\0')
				return NULL;
			glob++;
		}
		is_in = is_in || (low <= c && c <= high);
	} while (*glob != ']');
	return is_in ? glob + 1 : NULL;
}

/* The glob behind the part of it that is for c; NULL if that is not. */
static const char *
match_character(const char *glob, char c)
{
	if (*glob == '[')
		return match_class(glob + 1, (unsigned char)c);
	return *glob == c ? glob + 1 : NULL;
}

/*
 * As Go's filepath.Match: a glob that is malformed matches nothing. Its "?",
 * "^" and "\\" never get here: by url.Parse the first ends the host, and the
 * others are in none.
 */
static bool
is_match(const char *glob, const char *text)
{
	const char *star = NULL, *resume = NULL, *next;

	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			resume = text;
		} else if ((next = match_character(glob, *text)) != NULL) {
			glob = next;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

/* Not in a host by Go's url.Parse, which then gives the whole key up. */
static const char not_in_host[] = " \\^`{|}%@";

/*
 * As Go's url.Parse and net.SplitHostPort; without a port all is the host. Only
 * an address in brackets begins with one.
 */
static bool
read_location(const char *text, struct location *location)
{
	size_t host_len = strcspn(text, "/?#"), len = host_len;
	const char *path = text + host_len;
	bool is_bad = strcspn(text, not_in_host) < host_len;

	while (len > 0 && text[len - 1] != ':' && text[len - 1] != ']')
		len--;
	if (len > 0 && text[len - 1] == ':') {
		location->port = xstrndup(text + len, host_len - len);
		len--;
		if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
			text++;
			len -= 2;
		}
	} else {
		location->port = xstrdup("");
		len = host_len;
	}
	is_bad = is_bad || (len > 0 && text[0] == '[' && text[len - 1] != ']');
	for (size_t at = 0; at <= len;) {
		size_t n = strcspn(text + at, ".");

		if (n > len - at)
			n = len - at;
		list_add_len(&location->labels, text + at, n);
		at += n + 1;
	}
	location->path = xstrndup(path, strcspn(path, "?#"));
	return !is_bad &&
	    strspn(location->port, "0123456789") == strlen(location->port);
}

static void
free_location(struct location *location)
{
	list_free(&location->labels);
	mem_free(location->port);
	mem_free(location->path);
}

/* Without scheme and version, and without a path that is but a slash. */
static char *
normalise(const char *key)
{
	struct buf normal = { 0 };
	size_t len;

	if (strncmp(key, "https://", 8) == 0)
		key += 8;
	else if (strncmp(key, "http://", 7) == 0)
		key += 7;
	len = strcspn(key, "/");
	buf_add(&normal, key, len);
	key += len;
	if (strncmp(key, "/v1/", 4) == 0 || strncmp(key, "/v2/", 4) == 0)
		key += 3;
	if (strcmp(key, "/") != 0)
		buf_add_str(&normal, key);
	return buf_take(&normal);
}

static bool
is_for(const struct location *key, const struct location *image)
{
	if (strcmp(key->port, image->port) != 0 ||
	    key->labels.n != image->labels.n ||
	    strncmp(key->path, image->path, strlen(key->path)) != 0)
		return false;
	for (size_t i = 0; i < key->labels.n; i++)
		if (!is_match(key->labels.items[i], image->labels.items[i]))
			return false;
	return true;
}

char *
keyring_look(const char *key, struct keyring_oddities *odd)
{
	struct location location = { 0 };
	struct buf host = { 0 }, lower = { 0 };
	char *normal = normalise(key);
	bool is_read = read_location(normal, &location);

	for (size_t i = 0; i < location.labels.n; i++)
		buf_addf(&host, "%s%s", i > 0 ? "." : "",
		    location.labels.items[i]);
	buf_add_lower(&lower, buf_str(&host), host.len);
	*odd = (struct keyring_oddities){
		.has_scheme = strncmp(key, "https://", 8) == 0 ||
		    strncmp(key, "http://", 7) == 0,
		.is_ignored = !is_read || host.len == 0,
		.is_glob = strpbrk(buf_str(&host), "*[") != NULL,
		.has_capitals = strcmp(buf_str(&host), buf_str(&lower)) != 0,
		.has_port = location.port[0] != '\0',
		.has_path = location.path[0] != '\0',
	};
	free_location(&location);
	mem_free(normal);
	buf_free(&host);
	return buf_take(&lower);
}

bool
keyring_has(const char *key, const char *image)
{
	struct location wants = { 0 }, has = { 0 };
	char *normal = normalise(key);
	bool is_good = read_location(normal, &has);

	is_good = read_location(image, &wants) && is_good;
	is_good = is_good && is_for(&has, &wants);
	free_location(&wants);
	free_location(&has);
	mem_free(normal);
	return is_good;
}

/* Does a come before b: is its normal form, in bytes, the greater one? */
static bool
is_before(const char *a, const char *b)
{
	char *first = normalise(a), *second = normalise(b);
	bool is_greater = strcmp(first, second) > 0;

	mem_free(first);
	mem_free(second);
	return is_greater;
}

void
keyring_find(const struct list *keys, const char *image, struct list *found)
{
	size_t start = found->n;

	for (size_t i = 0; i < keys->n; i++) {
		char *added;
		size_t at;

		if (!keyring_has(keys->items[i], image))
			continue;
		list_add(found, keys->items[i]);
		at = found->n - 1;
		added = found->items[at];
		for (; at > start && is_before(added, found->items[at - 1]);
		    at--)
			found->items[at] = found->items[at - 1];
		found->items[at] = added;
	}
}
