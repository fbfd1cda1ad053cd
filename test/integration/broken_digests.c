/*
 * Preloaded, makes OpenSSL's digests fail when the program itself calls
 * them; what libssl and libcurl call goes on working.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

static int
is_program(const void *return_address)
{
	Dl_info caller;

	return dladdr(return_address, &caller) != 0 &&
	    strstr(caller.dli_fname, "ecr-secret") != NULL;
}

/* The parameters are OpenSSL's. NOLINTBEGIN(readability-function-size) */
int
EVP_Digest(const void *data, size_t count, unsigned char *md,
    unsigned int *size, const EVP_MD *type, ENGINE *impl)
{
	static int (*real)(const void *, size_t, unsigned char *,
	    unsigned int *, const EVP_MD *, ENGINE *);

	*(void **)&real = dlsym(RTLD_NEXT, "EVP_Digest");
	return is_program(__builtin_return_address(0)) ?
	    0 :
	    real(data, count, md, size, type, impl);
}

unsigned char *
HMAC(const EVP_MD *evp_md, const void *key, int key_len,
    const unsigned char *data, size_t data_len, unsigned char *md,
    unsigned int *md_len)
{
	static unsigned char *(*real)(const EVP_MD *, const void *, int,
	    const unsigned char *, size_t, unsigned char *, unsigned int *);

	*(void **)&real = dlsym(RTLD_NEXT, "HMAC");
	return is_program(__builtin_return_address(0)) ?
	    NULL :
	    real(evp_md, key, key_len, data, data_len, md, md_len);
}
/* NOLINTEND(readability-function-size) */
