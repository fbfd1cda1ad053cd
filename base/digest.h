/* SHA-2, SHA-1, HMAC and base64, by OpenSSL. Digests are bytes. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#include "base/buf.h"

enum {
	DIGEST_SIZE = 32,
	DIGEST_SHA1_SIZE = 20,
};

void digest_sha256(const void *bytes, size_t len,
    unsigned char out[DIGEST_SIZE]);

/* For names that others chose, as of cache files; never to trust something. */
void digest_sha1(const void *bytes, size_t len,
    unsigned char out[DIGEST_SHA1_SIZE]);

/* RFC 2104; out may be key. */
void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, unsigned char out[DIGEST_SIZE]);

/* RFC 4648 section 4, padded. */
void digest_add_base64(struct buf *out, const void *bytes, size_t len);

/* RFC 4648 section 5, without padding. */
void digest_add_base64url(struct buf *out, const void *bytes, size_t len);

/*
 * Adds the decoded bytes of RFC 4648 section 4 or 5 text, with or without its
 * padding. Returns -1, and adds nothing, for any other text.
 */
int digest_add_decoded(struct buf *out, const char *text, size_t len);

/* A random number from 0 up to, and without, below; for jitter and names. */
unsigned long digest_random(unsigned long below);

#endif
