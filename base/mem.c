/* Allocation for the program and all its libraries, wiped as it is freed. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <openssl/crypto.h>

#include "base/err.h"
#include "base/log.h"

enum {
	WIPE_SIZE = 1024,
};

/* What stands before each block; aligned as malloc's own blocks are. */
union header {
	size_t size;
	max_align_t align;
};

void *
xmalloc(size_t size)
{
	union header *head = NULL;

	if (size <= SIZE_MAX - sizeof(*head))
		head = malloc(sizeof(*head) + size);
	if (head == NULL) {
		log_last_words("out of memory");
		_exit(err_exit_code(ERR_SYSTEM));
	}
	/* _exit was called; cppcheck does not know. */
	head->size = size; /* cppcheck-suppress nullPointerRedundantCheck */
	/* cppcheck-suppress nullPointerArithmeticRedundantCheck */
	return head + 1;
}

void *
xcalloc(size_t n, size_t size)
{
	void *block =
	    xmalloc(size != 0 && n > SIZE_MAX / size ? SIZE_MAX : n * size);

	memset(block, 0, n * size);
	return block;
}

void *
xrealloc(void *block, size_t size)
{
	void *bigger = xmalloc(size);
	size_t old = block == NULL ? 0 : ((union header *)block - 1)->size;

	if (old > 0)
		memcpy(bigger, block, old < size ? old : size);
	mem_free(block);
	return bigger;
}

char *
xstrdup(const char *text)
{
	return text == NULL ? NULL : xstrndup(text, strlen(text));
}

char *
xstrndup(const char *text, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/*
 * In pieces: larger ones glibc clears by "rep stosb", which is slow to begin,
 * and an instruction a byte wherever they are counted by valgrind.
 */
void
mem_wipe(void *bytes, size_t size)
{
	for (char *at = bytes; size > 0;) {
		size_t piece = size < WIPE_SIZE ? size : WIPE_SIZE;

		explicit_bzero(at, piece);
		at += piece;
		size -= piece;
	}
}

void
mem_free(void *block)
{
	union header *head;

	if (block == NULL)
		return;
	head = (union header *)block - 1;
	mem_wipe(block, head->size);
	free(head);
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xmalloc(size);
}

static void *
openssl_realloc(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return xrealloc(block, size);
}

static void
openssl_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	mem_free(block);
}

void
mem_init(void)
{
	cJSON_Hooks hooks = { xmalloc, mem_free };

	BUG_IF(CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
		   openssl_free) != 1);
	cJSON_InitHooks(&hooks);
	BUG_IF(curl_global_init_mem(CURL_GLOBAL_DEFAULT, xmalloc, mem_free,
		   xrealloc, xstrdup, xcalloc) != CURLE_OK);
}
