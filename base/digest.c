/* SHA-2, SHA-1, HMAC and base64, by OpenSSL. */
#include "base/digest.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/err.h"
#include "base/mem.h"

void
digest_sha256(const void *bytes, size_t len, unsigned char out[DIGEST_SIZE])
{
	BUG_IF(EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL) != 1);
}

void
digest_sha1(const void *bytes, size_t len, unsigned char out[DIGEST_SHA1_SIZE])
{
	BUG_IF(EVP_Digest(bytes, len, out, NULL, EVP_sha1(), NULL) != 1);
}

void
digest_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, unsigned char out[DIGEST_SIZE])
{
	unsigned char digest[DIGEST_SIZE];

	BUG_IF(key_len > INT_MAX);
	BUG_IF(HMAC(EVP_sha256(), key, (int)key_len, bytes, len, digest,
		   NULL) == NULL);
	memcpy(out, digest, sizeof(digest));
	mem_wipe(digest, sizeof(digest));
}

void
digest_add_base64(struct buf *out, const void *bytes, size_t len)
{
	unsigned char *text;
	int n;

	BUG_IF(len > INT_MAX / 2);
	text = xmalloc(4 * ((len + 2) / 3) + 1);
	n = EVP_EncodeBlock(text, bytes, (int)len);
	buf_add(out, text, (size_t)n);
	mem_free(text);
}

void
digest_add_base64url(struct buf *out, const void *bytes, size_t len)
{
	size_t end = out->len;

	digest_add_base64(out, bytes, len);
	for (; end < out->len && out->data[end] != '='; end++) {
		if (out->data[end] == '+')
			out->data[end] = '-';
		if (out->data[end] == '/')
			out->data[end] = '_';
	}
	while (out->len > end)
		out->data[--out->len] = '\0';
}

static int
is_base64(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') &&
		    (c < '0' || c > '9') && c != '+' && c != '/' && c != '-' &&
		    c != '_')
			return 0;
	}
	return len % 4 != 1 && len < INT_MAX / 2;
}

int
digest_add_decoded(struct buf *out, const char *text, size_t len)
{
	unsigned char *padded, *bytes;
	size_t n;
	int decoded;

	for (n = len; n > 0 && len - n < 2 && text[n - 1] == '=';)
		n--;
	if (!is_base64(text, n) || (n != len && len % 4 != 0))
		return -1;
	padded = xmalloc(n + 4);
	bytes = xmalloc(n + 4);
	for (size_t i = 0; i < n; i++)
		padded[i] = text[i] == '-' ? '+' :
		    text[i] == '_'         ? '/' :
					     (unsigned char)text[i];
	memset(padded + n, '=', 3);
	/* EVP_DecodeBlock counts the padding's zero bytes as well. */
	decoded = EVP_DecodeBlock(bytes, padded, (int)((n + 3) / 4 * 4));
	BUG_IF(decoded < 0);
	buf_add(out, bytes, n * 3 / 4);
	mem_free(padded);
	mem_free(bytes);
	return 0;
}

unsigned long
digest_random(unsigned long below)
{
	unsigned long number;

	BUG_IF(below == 0);
	BUG_IF(RAND_bytes((unsigned char *)&number, sizeof(number)) != 1);
	return number % below;
}
