/*
 * The floor under a further namespace: what a PATCH over a kept-alive
 * connection costs libcurl and OpenSSL by themselves.
 *
 *     bare_patch URL CA-FILE BODY-FILE N HEADER...
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BODY_MAX = 64 * 1024,
};

static size_t
ignore(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * n;
}

static long
read_file(const char *path, char *body)
{
	FILE *file = fopen(path, "r");
	size_t len;

	if (file == NULL)
		return -1;
	len = fread(body, 1, BODY_MAX, file);
	(void)fclose(file);
	return (long)len;
}

static int
patch(CURL *easy, long times, char **lines)
{
	struct curl_slist *headers = NULL;
	CURLcode result = CURLE_OK;

	for (; *lines != NULL; lines++)
		headers = curl_slist_append(headers, *lines);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PATCH");
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	while (times-- > 0 && result == CURLE_OK)
		result = curl_easy_perform(easy);
	curl_slist_free_all(headers);
	return result != CURLE_OK;
}

int
main(int argc, char **argv)
{
	static char body[BODY_MAX];
	long len;
	CURL *easy;
	int rc;

	if (argc < 5 || (len = read_file(argv[3], body)) < 0 ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	easy = curl_easy_init();
	if (easy == NULL)
		return 1;
	(void)curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, len);
	rc = patch(easy, strtol(argv[4], NULL, 10), argv + 5);
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return rc;
}
