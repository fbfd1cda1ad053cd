/* A growable run of bytes, and the encodings that text is built with. */
#include "base/buf.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	FIRST_CAP = 128,
	MESSAGE_MAX = 1000, /* enough for any AWS or Kubernetes sentence */
	RUN_MAX = 64,       /* no name or digest is longer; tokens are */
};

/* Makes room for len more bytes and the NUL. */
static void
reserve(struct buf *buf, size_t len)
{
	size_t cap = buf->cap == 0 ? FIRST_CAP : buf->cap;

	BUG_IF(len > SIZE_MAX / 4 - buf->len);
	while (cap <= buf->len + len)
		cap *= 2;
	if (cap != buf->cap)
		buf->data = xrealloc(buf->data, cap);
	buf->cap = cap;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_add_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

/* What is there already is tried first: most of what is added is short. */
void
buf_addf(struct buf *buf, const char *fmt, ...)
{
	size_t room;
	va_list ap;
	int len;

	reserve(buf, 0);
	room = buf->cap - buf->len;
	va_start(ap, fmt);
	len = vsnprintf(buf->data + buf->len, room, fmt, ap);
	va_end(ap);
	BUG_IF(len < 0);
	if ((size_t)len >= room) {
		reserve(buf, (size_t)len);
		va_start(ap, fmt);
		(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	buf->len += (size_t)len;
}

void
buf_add_lower(struct buf *buf, const char *text, size_t len)
{
	size_t from = buf->len;

	buf_add(buf, text, len);
	for (size_t i = from; i < buf->len; i++)
		buf->data[i] = (char)tolower((unsigned char)buf->data[i]);
}

/* The length of the UTF-8 character that text starts with, 0 if it is none. */
static size_t
utf8_len(const char *text)
{
	unsigned char lead = (unsigned char)*text;
	size_t len = lead < 0x80 ? 1 :
	    lead < 0xc2          ? 0 :
	    lead < 0xe0          ? 2 :
	    lead < 0xf0          ? 3 :
	    lead < 0xf5          ? 4 :
				   0;

	for (size_t i = 1; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* How much of text stands in a JSON string as it is, and is ASCII. */
static size_t
plain_len(const char *text)
{
	size_t len = 0;

	while (text[len] >= 0x20 && text[len] < 0x7f && text[len] != '"' &&
	    text[len] != '\\')
		len++;
	return len;
}

bool
buf_is_utf8(const char *text)
{
	while (*text != '\0') {
		size_t len = utf8_len(text);

		if (len == 0)
			return false;
		text += len;
	}
	return true;
}

void
buf_add_json(struct buf *buf, const char *text)
{
	buf_add_str(buf, "\"");
	while (*text != '\0') {
		size_t plain = plain_len(text);
		size_t len = plain > 0 ? plain : utf8_len(text);

		if (*text == '"' || *text == '\\')
			buf_addf(buf, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			buf_addf(buf, "\\u%04x", (unsigned)*text);
		else if (len > 0)
			buf_add(buf, text, len);
		else
			buf_add_str(buf, "\\ufffd");
		text += len > 0 ? len : 1;
	}
	buf_add_str(buf, "\"");
}

void
buf_add_json_member(struct buf *buf, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(buf, ",\"%s\":", name);
	buf_add_json(buf, text);
}

static int
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	    c == '~';
}

void
buf_add_uri(struct buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (is_unreserved(text[i]))
			buf_add(buf, text + i, 1);
		else
			buf_addf(buf, "%%%02X", (unsigned char)text[i]);
	}
}

void
buf_add_hex(struct buf *buf, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		buf_add(buf, &digits[byte[i] >> 4], 1);
		buf_add(buf, &digits[byte[i] & 15], 1);
	}
}

/*
 * The length of the secret that text starts with, or 0. What is given may come
 * back cut or encoded, so that any long run of base64 counts as one, too.
 */
static size_t
secret_at(const char *text, const char *const *secrets, size_t secrets_n)
{
	size_t longest = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/=-_");

	if (longest <= RUN_MAX)
		longest = 0;
	for (size_t i = 0; i < secrets_n; i++) {
		size_t len = secrets[i] == NULL ? 0 : strlen(secrets[i]);

		if (len > longest && strncmp(text, secrets[i], len) == 0)
			longest = len;
	}
	return longest;
}

void
buf_add_message(struct buf *buf, const char *text, const char *const *secrets,
    size_t secrets_n)
{
	size_t end = buf->len + MESSAGE_MAX;

	while (*text != '\0' && *text != '\n' && buf->len < end) {
		size_t len = secret_at(text, secrets, secrets_n);

		if (len > 0)
			buf_add_str(buf, "***");
		else
			buf_add(buf, text, 1);
		text += len > 0 ? len : 1;
	}
	if (buf->len > end)
		buf->data[buf->len = end] = '\0';
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

void
buf_clear(struct buf *buf)
{
	if (buf->data != NULL)
		memset(buf->data, 0, buf->cap);
	buf->len = 0;
}

void
buf_move(struct buf *to, struct buf *from)
{
	buf_free(to);
	*to = *from;
	*from = (struct buf){ 0 };
}

char *
buf_take(struct buf *buf)
{
	char *text = buf->data == NULL ? xstrdup("") : buf->data;

	*buf = (struct buf){ 0 };
	return text;
}

void
buf_free(struct buf *buf)
{
	mem_free(buf->data);
	*buf = (struct buf){ 0 };
}
