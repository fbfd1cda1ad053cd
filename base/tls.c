/* Whom we trust: certificate stores, parsed once and used by many requests. */
#include "base/tls.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/roots.h"

struct tls_trust {
	X509_STORE *store;
	X509_LOOKUP_METHOD *method; /* of the roots compiled in */
	char *origin;
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

int
tls_trust_file(const char *path, struct tls_trust **trust, struct err *err)
{
	struct tls_trust *made = new_trust(path);

	if (X509_STORE_load_file(made->store, path) != 1) {
		ERR_clear_error();
		tls_trust_free(made);
		return err_set(err, ERR_CONFIG, "%s: %s", path,
		    access(path, R_OK) < 0 ?
			"can't be read" :
			"holds no certificate in PEM form");
	}
	*trust = made;
	return 0;
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

int
tls_trust_system(const struct tls_places *places, struct tls_trust **trust,
    struct err *err)
{
	if (places->cert_file != NULL && access(places->cert_file, F_OK) == 0)
		return tls_trust_file(places->cert_file, trust, err);
	if (places->cert_dir != NULL && has_directory(places->cert_dir)) {
		*trust = from_directory(places->cert_dir);
		return 0;
	}
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

const char *
tls_trust_origin(const struct tls_trust *trust)
{
	return trust->origin;
}

void
tls_trust_use(const struct tls_trust *trust, void *ssl_ctx)
{
	SSL_CTX_set1_cert_store(ssl_ctx, trust->store);
}

void
tls_trust_free(struct tls_trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	X509_LOOKUP_meth_free(trust->method);
	mem_free(trust->origin);
	mem_free(trust);
}
