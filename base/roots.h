/*
 * The root certificates that AWS serves from, compiled in by
 * packaging/roots.sh from Debian's ca-certificates (see NOTICE), so that the
 * binary works alone in an empty root directory. A development build has none.
 */
#ifndef BASE_ROOTS_H
#define BASE_ROOTS_H

#include <stddef.h>

struct tls_root {
	const char *name;
	const unsigned char *der;
	size_t len;
	unsigned long subject_hash; /* X509_NAME_hash_ex */
};

extern const struct tls_root tls_roots[];
extern const size_t tls_roots_n;

#endif
