/*
 * Dates and durations as AWS, Kubernetes and HTTP write them. Pure, but for
 * the last two. Times are seconds since 1970, UTC; the C library's
 * calendar is not used, since it is neither pure nor safe in signal handlers.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum {
	CLOCK_TEXT_MAX = sizeof("2026-11-23T03:04:05Z") + 8,
};

/* "2026-11-23T03:04:05Z", RFC 3339. Years 1970 to 9999, else clamped. */
void clock_format(time_t at, char text[CLOCK_TEXT_MAX]);

/* "20261123T030405Z", ISO 8601's basic form that SigV4 wants. */
void clock_format_basic(time_t at, char text[CLOCK_TEXT_MAX]);

/* RFC 3339 with any fraction (dropped) and any offset; false if it is not. */
bool clock_parse(const char *text, time_t *at);

/* RFC 9110's "Sun, 06 Nov 1994 08:49:37 GMT"; false if it is not. */
bool clock_parse_http(const char *text, time_t *at);

/*
 * "90", "90s", "15m", "6h", "1d", "500ms" and sums such as "1h30m", in
 * milliseconds; false if it is not, or is more than a year.
 */
bool clock_parse_duration(const char *text, int64_t *ms);

/* Milliseconds of a clock that only moves forward. */
int64_t clock_monotonic_ms(void);

/* Does nothing for so long. */
void clock_sleep_ms(int64_t ms);

#endif
