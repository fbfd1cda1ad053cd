/* SHA-256, HMAC-SHA256 and base64, by OpenSSL. Digests are bytes. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#include "base/buf.h"

enum {
	DIGEST_SIZE = 32,
};

void digest_sha256(const void *bytes, size_t len,
    unsigned char out[DIGEST_SIZE]);

/* RFC 2104; out may be key. */
void digest_hmac_sha256(const void *key, size_t key_len, const void *bytes,
    size_t len, unsigned char out[DIGEST_SIZE]);

/* RFC 4648 section 4, padded. */
void digest_add_base64(struct buf *out, const void *bytes, size_t len);

/*
 * Adds the decoded bytes of RFC 4648 section 4 or 5 text, with or without its
 * padding. Returns -1, and adds nothing, for any other text.
 */
int digest_add_decoded(struct buf *out, const char *text, size_t len);

/* A random number from 0 up to, and without, below; for jitter and names. */
unsigned long digest_random(unsigned long below);

#endif
