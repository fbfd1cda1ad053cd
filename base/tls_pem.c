/* Certificates and keys in PEM form. */
#include "base/tls_pem.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

/* How a PEM object begins (RFC 7468), and how that goes on of a certificate. */
#define BEGIN "-----BEGIN "
static const char *const labels[] = {
	"CERTIFICATE-----",
	"X509 CERTIFICATE-----",
	"TRUSTED CERTIFICATE-----",
};

/* Called for a passphrase: nobody is there to be asked. */
static int
refuse_passphrase(char *to, int size, int is_new, void *arg)
{
	(void)to;
	(void)size;
	(void)is_new;
	(void)arg;
	return -1;
}

static BIO *
open_text(const char *text, size_t len)
{
	BIO *bio = BIO_new_mem_buf(text, (int)len);

	BUG_IF(bio == NULL);
	return bio;
}

/* Does a certificate begin here, as OpenSSL takes them? */
static bool
is_certificate(const char *begin)
{
	const char *label = begin + sizeof(BEGIN) - 1;

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (strncmp(label, labels[i], strlen(labels[i])) == 0)
			return true;
	return false;
}

/* Where the next PEM object begins, in a line of its own, else the text's end. */
static const char *
find_begin(const char *text)
{
	const char *before;

	if (strncmp(text, BEGIN, sizeof(BEGIN) - 1) == 0)
		return text;
	before = strstr(text, "\n" BEGIN);
	return before != NULL ? before + 1 : text + strlen(text);
}

/*
 * Each is read by itself: at a damaged one OpenSSL would stop, or pass over it.
 */
int
tls_pem_read_certificates(const struct buf *pem, STACK_OF(X509) *found,
    struct err *err)
{
	const char *at = find_begin(buf_str(pem)), *end;

	for (; *at != '\0'; at = end) {
		const char *reason;
		BIO *bio;
		X509 *next;

		end = find_begin(at + 1);
		if (!is_certificate(at))
			continue;
		ERR_clear_error();
		bio = open_text(at, (size_t)(end - at));
		next =
		    PEM_read_bio_X509_AUX(bio, NULL, refuse_passphrase, NULL);
		BIO_free(bio);
		reason = ERR_reason_error_string(ERR_peek_error());
		ERR_clear_error();
		if (next == NULL)
			return err_set(err, ERR_CONFIG,
			    "certificate %d is damaged (%s)",
			    sk_X509_num(found) + 1,
			    reason != NULL ? reason : "empty");
		BUG_IF(sk_X509_push(found, next) == 0);
	}
	if (strlen(buf_str(pem)) != pem->len)
		return err_set(err, ERR_CONFIG, "has a NUL, so it is no text");
	if (sk_X509_num(found) == 0)
		return err_set(err, ERR_CONFIG,
		    "holds no certificate in PEM form");
	return 0;
}

EVP_PKEY *
tls_pem_read_key(const struct buf *pem)
{
	BIO *bio = open_text(buf_str(pem), pem->len);
	EVP_PKEY *key =
	    PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, NULL);

	BIO_free(bio);
	ERR_clear_error();
	return key;
}
