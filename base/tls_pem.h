/* Private to base/tls*.c: certificates and keys in PEM form (RFC 7468). */
#ifndef BASE_TLS_PEM_H
#define BASE_TLS_PEM_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Adds all certificates of the text; what else is in it is passed over. Errors:
 * ERR_CONFIG where there is none, or a damaged one, which is named by its
 * number: who takes the rest trusts others than were meant.
 */
int tls_pem_read_certificates(const struct buf *pem, STACK_OF(X509) *found,
    struct err *err);

/* The private key; NULL if there is none, or it needs a passphrase. */
EVP_PKEY *tls_pem_read_key(const struct buf *pem);

#endif
