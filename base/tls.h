/*
 * Whom we trust, and who we are to whom we trust: certificates, parsed once and
 * used by many requests.
 */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct tls_trust;

/*
 * The first that exists: the file SSL_CERT_FILE; SSL_CERT_DIR, a list of hashed
 * directories, if one of them does; a hashed system directory (read as needed);
 * a system bundle; the roots compiled in. Free *trust with tls_trust_free.
 * Errors: ERR_CONFIG.
 */
int tls_trust_system(struct tls_trust **trust, struct err *err);

/*
 * Trusts just the certificates of a PEM file, all of which must be sound; what
 * else is in it is passed over. Errors: ERR_CONFIG.
 */
int tls_trust_file(const char *path, struct tls_trust **trust, struct err *err);

/* The same for PEM text; origin says where it came from. */
int tls_trust_pem(const struct buf *pem, const char *origin,
    struct tls_trust **trust, struct err *err);

/* Trusts whoever answers: for who asked for it in so many words. */
struct tls_trust *tls_trust_anybody(void);

/*
 * Shows peers that ask for one the certificate (with those that vouch for it)
 * and proves it with its key, both in PEM; no key that needs a passphrase.
 * Errors: ERR_CONFIG.
 */
int tls_trust_identify(struct tls_trust *trust, const struct buf *certificate,
    const struct buf *key, struct err *err);

/* Are peers verified? */
bool tls_trust_verifies(const struct tls_trust *trust);

/* Where it came from, for logs: a path, or "the roots compiled in". */
const char *tls_trust_origin(const struct tls_trust *trust);

/* Makes a connection's SSL_CTX verify its peer by this trust, and show us. */
void tls_trust_use(const struct tls_trust *trust, void *ssl_ctx);

void tls_trust_free(struct tls_trust *trust);

#endif
