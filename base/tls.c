/* Whom we trust, and who we are: certificates, parsed once. */
#include "base/tls.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/env.h"
#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/roots.h"
#include "base/tls_pem.h"

enum {
	BUNDLE_MAX = 16 * 1024 * 1024, /* all of Mozilla's are a quarter MB */
};

struct tls_trust {
	X509_STORE *store;
	X509_LOOKUP_METHOD *method; /* of the roots compiled in */
	char *origin;
	bool is_blind;         /* trusts anybody */
	STACK_OF(X509) *chain; /* ours, and who vouches for it */
	EVP_PKEY *key;
};

/* Where Debian and Alpine, Red Hat, SUSE, and the BSDs and macOS keep theirs. */
static const char *const system_dirs[] = {
	"/etc/ssl/certs",
	"/etc/pki/tls/certs",
};
static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static struct tls_trust *
new_trust(const char *origin)
{
	struct tls_trust *trust = xcalloc(1, sizeof(*trust));

	trust->store = X509_STORE_new();
	BUG_IF(trust->store == NULL);
	trust->origin = xstrdup(origin);
	return trust;
}

static STACK_OF(X509) *
new_chain(void)
{
	STACK_OF(X509) *chain = sk_X509_new_null();

	BUG_IF(chain == NULL);
	return chain;
}

int
tls_trust_pem(const struct buf *pem, const char *origin,
    struct tls_trust **trust, struct err *err)
{
	STACK_OF(X509) *found = new_chain();
	int rc = tls_pem_read_certificates(pem, found, err);

	if (rc < 0)
		err_wrap(err, "%s", origin);
	else
		*trust = new_trust(origin);
	for (int i = 0; rc == 0 && i < sk_X509_num(found); i++)
		BUG_IF(X509_STORE_add_cert((*trust)->store,
			   sk_X509_value(found, i)) != 1);
	sk_X509_pop_free(found, X509_free);
	return rc;
}

int
tls_trust_file(const char *path, struct tls_trust **trust, struct err *err)
{
	struct buf pem = { 0 };
	int rc = file_read(path, BUNDLE_MAX, &pem, err);

	if (rc == 0)
		rc = tls_trust_pem(&pem, path, trust, err);
	buf_free(&pem);
	return rc;
}

struct tls_trust *
tls_trust_anybody(void)
{
	struct tls_trust *trust = new_trust("anybody");

	trust->is_blind = true;
	return trust;
}

static bool
use_identity(const struct tls_trust *trust, SSL_CTX *ctx)
{
	X509 *own = sk_X509_value(trust->chain, 0);
	bool is_used = SSL_CTX_use_certificate(ctx, own) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, trust->key) == 1;

	for (int i = 1; i < sk_X509_num(trust->chain) && is_used; i++)
		is_used = SSL_CTX_add1_chain_cert(ctx,
			      sk_X509_value(trust->chain, i)) == 1;
	return is_used;
}

/* A key of another certificate, or one too weak, is found before it is used. */
static int
check_identity(const struct tls_trust *trust, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int rc = 0;

	BUG_IF(ctx == NULL);
	ERR_clear_error();
	if (!use_identity(trust, ctx))
		rc = err_set(err, ERR_CONFIG,
		    "certificate and key can't be used: %s",
		    ERR_reason_error_string(ERR_peek_error()));
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}

int
tls_trust_identify(struct tls_trust *trust, const struct buf *certificate,
    const struct buf *key, struct err *err)
{
	trust->chain = new_chain();
	if (tls_pem_read_certificates(certificate, trust->chain, err) < 0) {
		err_wrap(err, "the certificate");
		return -1;
	}
	trust->key = tls_pem_read_key(key);
	if (trust->key == NULL)
		return err_set(err, ERR_CONFIG,
		    "the key is none in PEM form, or needs a passphrase");
	return check_identity(trust, err);
}

bool
tls_trust_verifies(const struct tls_trust *trust)
{
	return !trust->is_blind;
}

/* OpenSSL reads the certificates of a hashed directory when it needs them. */
static struct tls_trust *
from_directory(const char *path)
{
	struct tls_trust *trust = new_trust(path);

	BUG_IF(X509_STORE_load_path(trust->store, path) != 1);
	return trust;
}

static X509 *
parse_root(const struct tls_root *root)
{
	const unsigned char *der = root->der;
	X509 *parsed = d2i_X509(NULL, &der, (long)root->len);

	BUG_IF(parsed == NULL);
	return parsed;
}

/*
 * Called by OpenSSL for an issuer that the store doesn't have yet. Parsing a
 * root costs a million instructions, so only the one asked for is.
 */
static int
find_root(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name,
    X509_OBJECT *found)
{
	unsigned long hash = X509_NAME_hash_ex(name, NULL, NULL, NULL);
	size_t i = 0;
	X509 *root;

	while (i < tls_roots_n && tls_roots[i].subject_hash != hash)
		i++;
	if (i == tls_roots_n || type != X509_LU_X509)
		return 0;
	root = parse_root(&tls_roots[i]);
	BUG_IF(X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), root) != 1);
	BUG_IF(X509_OBJECT_set1_X509(found, root) != 1);
	/* Ours, and found's: what found points at is the store's. */
	X509_free(root);
	X509_free(root);
	return 1;
}

static struct tls_trust *
from_roots(void)
{
	struct tls_trust *trust = new_trust("the roots compiled in");

	trust->method = X509_LOOKUP_meth_new("compiled in");
	BUG_IF(X509_LOOKUP_meth_set_get_by_subject(trust->method, find_root) !=
	    1);
	BUG_IF(X509_STORE_add_lookup(trust->store, trust->method) == NULL);
	return trust;
}

/* OpenSSL's name of a hashed certificate: eight hex digits and a number. */
static int
is_hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    name[9] >= '0' && name[9] <= '9' && name[10] == '\0';
}

static int
is_hashed_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int found = 0;

	if (dir == NULL)
		return 0;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hash_name(entry->d_name);
	(void)closedir(dir);
	return found;
}

/* Does one of a list of directories, with colons between, exist? */
static bool
has_directory(const char *paths)
{
	struct list parts = { 0 };
	bool has = false;

	list_split(&parts, paths, ":");
	for (size_t i = 0; i < parts.n; i++)
		has = has || access(parts.items[i], F_OK) == 0;
	list_free(&parts);
	return has;
}

/* What the system came with, else what we did. */
static int
find_usual(struct tls_trust **trust, struct err *err)
{
	for (size_t i = 0; i < sizeof(system_dirs) / sizeof(*system_dirs);
	    i++) {
		if (!is_hashed_directory(system_dirs[i]))
			continue;
		*trust = from_directory(system_dirs[i]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(system_bundles) / sizeof(*system_bundles);
	    i++)
		if (access(system_bundles[i], R_OK) == 0)
			return tls_trust_file(system_bundles[i], trust, err);
	*trust = from_roots();
	return 0;
}

int
tls_trust_system(struct tls_trust **trust, struct err *err)
{
	char *file = NULL, *dirs = NULL;
	int rc = -1;

	if (env_get("SSL_CERT_FILE", &file, err) < 0 ||
	    env_get("SSL_CERT_DIR", &dirs, err) < 0)
		goto out;
	if (file != NULL && access(file, F_OK) == 0) {
		rc = tls_trust_file(file, trust, err);
	} else if (dirs != NULL && has_directory(dirs)) {
		*trust = from_directory(dirs);
		rc = 0;
	} else {
		rc = find_usual(trust, err);
	}
out:
	mem_free(file);
	mem_free(dirs);
	return rc;
}

const char *
tls_trust_origin(const struct tls_trust *trust)
{
	return trust->origin;
}

void
tls_trust_use(const struct tls_trust *trust, void *ssl_ctx)
{
	SSL_CTX_set1_cert_store(ssl_ctx, trust->store);
	/* To allocate and wipe 34 KB for each record costs more than to keep
	 * them. */
	SSL_CTX_clear_mode(ssl_ctx, SSL_MODE_RELEASE_BUFFERS);
	if (trust->chain != NULL)
		BUG_IF(!use_identity(trust, ssl_ctx));
}

void
tls_trust_free(struct tls_trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	X509_LOOKUP_meth_free(trust->method);
	sk_X509_pop_free(trust->chain, X509_free);
	EVP_PKEY_free(trust->key);
	mem_free(trust->origin);
	mem_free(trust);
}
