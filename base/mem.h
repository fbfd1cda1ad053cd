/*
 * The one allocator: ours, libcurl's, OpenSSL's and cJSON's. Each block is
 * wiped as it is freed, and grows by allocate, copy, free, so that no secret
 * stays behind in freed memory. It never fails: when there is no memory the
 * program ends with 71, wherever it is.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Hands the allocator to OpenSSL, cJSON and libcurl. Call it first in main,
 * before any of them allocates. Exits with 70 if one refuses.
 */
void mem_init(void);

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *block, size_t size);

/* Copies; xstrdup of NULL, for what there is none of, is NULL. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

/* Wipes and frees; NULL is allowed. */
void mem_free(void *block);

/* Clears what lives on the stack; no compiler leaves it out. */
void mem_wipe(void *bytes, size_t size);

#endif
