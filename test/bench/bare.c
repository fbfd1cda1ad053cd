/*
 * The floor under a tick: what libcurl and OpenSSL cost by themselves. Asks
 * each server once, on a connection of its own that trusts one root.
 *
 *     bare URL CA-FILE [URL CA-FILE]...
 */
#include <curl/curl.h>

static size_t
ignore(char *bytes, size_t size, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * n;
}

static CURLcode
ask(CURL *easy, const char *url, const char *ca_file)
{
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	return curl_easy_perform(easy);
}

int
main(int argc, char **argv)
{
	CURL *easy;
	int rc = curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK;

	easy = curl_easy_init();
	if (easy == NULL)
		return 1;
	for (int i = 1; i + 1 < argc && rc == 0; i += 2)
		rc = ask(easy, argv[i], argv[i + 1]) != CURLE_OK;
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return rc;
}
