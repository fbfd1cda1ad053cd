/*
 * Prints by libcurl's printf and by the C library's, which must not differ: our
 * patch of libcurl adds strings in another way.
 */
#include <curl/curl.h>
#include <curl/mprintf.h>
#include <stdio.h>
#include <string.h>

static char wanted[300 * 1000];
static char big[100 * 1000 + 1];
static int failed;

static void
compare(const char *fmt, char *ours)
{
	if (ours == NULL || strcmp(ours, wanted) != 0) {
		(void)printf("%s: %s, not %s\n", fmt,
		    ours == NULL ? "nothing" : ours, wanted);
		failed = 1;
	}
	curl_free(ours);
}

#define CHECK(fmt, ...)                                                   \
	do {                                                              \
		(void)snprintf(wanted, sizeof(wanted), fmt, __VA_ARGS__); \
		compare(fmt, curl_maprintf(fmt, __VA_ARGS__));            \
	} while (0)

/* What is no ISO C, so that the C library can't be asked. */
#define CHECK_FOR(text, fmt, ...)                                   \
	do {                                                        \
		(void)snprintf(wanted, sizeof(wanted), "%s", text); \
		compare(fmt, curl_maprintf(fmt, __VA_ARGS__));      \
	} while (0)

int
main(void)
{
	/* No NUL behind it: a precision must do. */
	static const char open_end[3] = { 'a', 'b', 'c' };
	const char *none = NULL;

	memset(big, 'x', sizeof(big) - 1);
	CHECK("%s", "");
	CHECK("[%s]", "");
	CHECK("%s%s", "", "");
	CHECK("%s%s", "", "b");
	CHECK("%s: %s\r\n", "Authorization", "Bearer x");
	CHECK("%8s|%-8s|%2s", "right", "left", "longer");
	CHECK("%.3s|%.0s|%.9s", "abcdef", "abcdef", "abc");
	CHECK("%8.3s|%-8.3s|%*.*s|", "abcdef", "abcdef", 6, 2, "xyz");
	CHECK("%-*s|%*s|", 4, "l", -4, "l");
	CHECK("%.3s%.*s", open_end, 2, open_end);
	CHECK("%s%d%s%c%s", "a", 42, "b", 'c', "d");
	CHECK("%s", big);
	CHECK("%s-%100001s-%.70000s", big, big, big);
	CHECK_FOR("two one two", "%2$s %1$s %2$s", "one", "two");
	CHECK_FOR("(nil)|     (nil)||", "%s|%10s|%.2s|", none, none, none);
	CHECK_FOR("\"a\"", "%#s", "a");
	return failed;
}
