/*
 * Prints by libcurl's printf and by the C library's, which must not differ: our
 * patch of libcurl adds strings in another way.
 */
#define _GNU_SOURCE /* asprintf */
#include <curl/curl.h>
#include <curl/mprintf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed;

static void
compare(const char *fmt, char *ours, const char *wanted)
{
	if (ours == NULL || strcmp(ours, wanted) != 0) {
		(void)printf("%s: %s, not %s\n", fmt,
		    ours == NULL ? "nothing" : ours, wanted);
		failed = 1;
	}
	curl_free(ours);
}

#define CHECK(fmt, ...)                                                \
	do {                                                           \
		char *wanted;                                          \
		if (asprintf(&wanted, fmt, __VA_ARGS__) < 0)           \
			return 1;                                      \
		compare(fmt, curl_maprintf(fmt, __VA_ARGS__), wanted); \
		free(wanted);                                          \
	} while (0)

int
main(int argc, char **argv)
{
	/* No NUL behind it: a precision must do. */
	static const char open_end[3] = { 'a', 'b', 'c' };
	size_t len = 100000;
	char *big = malloc(len + 1);

	(void)argv;
	if (big == NULL || argc != 1)
		return 1;
	memset(big, 'x', len);
	big[len] = '\0';
	CHECK("%s", "");
	CHECK("[%s]", "");
	CHECK("%s%s", "", "");
	CHECK("%s%s", "", "b");
	CHECK("%s: %s\r\n", "Authorization", "Bearer x");
	CHECK("%8s|%-8s|%2s", "right", "left", "longer");
	CHECK("%.3s|%.0s|%.9s", "abcdef", "abcdef", "abc");
	CHECK("%8.3s|%-8.3s|%*.*s|%-*s|", "abcdef", "abcdef", 6, 2, "xyz", 4,
	    "l");
	CHECK("%.3s%.*s", open_end, 2, open_end);
	CHECK("%s%d%s%c%s", "a", 42, "b", 'c', "d");
	CHECK("%2$s %1$s %2$s", "one", "two");
	CHECK("%s", big);
	CHECK("%s-%100001s-%.70000s", big, big, big);
	compare("NULL", curl_maprintf("%s|%10s|%.2s|", NULL, NULL, NULL),
	    "(nil)|     (nil)||");
	compare("quoted", curl_maprintf("%#s", "a"), "\"a\"");
	free(big);
	return failed;
}
