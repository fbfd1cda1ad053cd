/* Whom we trust: certificate stores, parsed once and used by many requests. */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include "base/err.h"

struct tls_trust;

/* Where a user may say what to trust; each may be NULL. */
struct tls_places {
	const char *cert_file; /* SSL_CERT_FILE: used if it exists */
	const char
	    *cert_dir; /* SSL_CERT_DIR: hashed; a list, used if one exists */
};

/*
 * The first that exists: the places in their order, a hashed system directory
 * (read as needed), a system bundle, the roots compiled in. Free *trust with
 * tls_trust_free. Errors: ERR_CONFIG.
 */
int tls_trust_system(const struct tls_places *places, struct tls_trust **trust,
    struct err *err);

/* Trusts just the certificates of a PEM file. Errors: ERR_CONFIG. */
int tls_trust_file(const char *path, struct tls_trust **trust, struct err *err);

/* Where it came from, for logs: a path, or "the roots compiled in". */
const char *tls_trust_origin(const struct tls_trust *trust);

/* Makes a connection's SSL_CTX verify its peer by this trust. */
void tls_trust_use(const struct tls_trust *trust, void *ssl_ctx);

void tls_trust_free(struct tls_trust *trust);

#endif
