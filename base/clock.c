/* Dates and durations as AWS, Kubernetes and HTTP write them. */
#define _XOPEN_SOURCE 700 /* strptime */
#include "base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum {
	DAY_S = 24 * 60 * 60,
	DAYS_TO_1970 = 719468, /* from 0000-03-01, where eras begin */
	ERA_DAYS = 146097,     /* 400 years */
};

static const time_t LAST_S = 253402300799; /* 9999-12-31T23:59:59Z */
static const int64_t YEAR_MS = (int64_t)366 * DAY_S * 1000;

/*
 * Days since 1970 of a Gregorian date, and back; Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms". Years count from March.
 */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - DAYS_TO_1970;
}

static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, of_era, of_year, year_of_era;
	int from_march;

	days += DAYS_TO_1970;
	era = days / ERA_DAYS;
	of_era = days - era * ERA_DAYS;
	year_of_era = (of_era - of_era / 1460 + of_era / 36524 -
			  of_era / (ERA_DAYS - 1)) /
	    365;
	of_year =
	    of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	from_march = (int)((5 * of_year + 2) / 153);
	*day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

/* Fills a picture such as "YYYY-MM-DDThh:mm:ssZ" with the time's digits. */
static void
fill(time_t at, const char *picture, char text[CLOCK_TEXT_MAX])
{
	static const char letters[] = "YMDhms";
	int64_t value[6];
	int month, day;
	size_t i, len = strlen(picture);

	at = at < 0 ? 0 : at > LAST_S ? LAST_S : at;
	date_from_days(at / DAY_S, &value[0], &month, &day);
	value[1] = month;
	value[2] = day;
	value[3] = at % DAY_S / 3600;
	value[4] = at % 3600 / 60;
	value[5] = at % 60;
	text[len] = '\0';
	for (i = len; i-- > 0;) {
		const char *letter = strchr(letters, picture[i]);

		text[i] = picture[i];
		if (letter == NULL)
			continue;
		text[i] = (char)('0' + value[letter - letters] % 10);
		value[letter - letters] /= 10;
	}
}

void
clock_format(time_t at, char text[CLOCK_TEXT_MAX])
{
	fill(at, "YYYY-MM-DDThh:mm:ssZ", text);
}

void
clock_format_basic(time_t at, char text[CLOCK_TEXT_MAX])
{
	fill(at, "YYYYMMDDThhmmssZ", text);
}

static time_t
from_tm(const struct tm *tm)
{
	return (time_t)(days_from_date(tm->tm_year + 1900, tm->tm_mon + 1,
			    tm->tm_mday) *
		DAY_S +
	    tm->tm_hour * 3600 + tm->tm_min * 60 + tm->tm_sec);
}

/* Does text begin like the picture, in which "0" is any digit? */
static bool
has_form(const char *text, const char *picture)
{
	for (; *picture != '\0'; text++, picture++)
		if (*picture == '0' ? *text < '0' || *text > '9' :
				      *text != *picture)
			return false;
	return true;
}

/* strptime takes 30 February for 2 March. */
static bool
has_day(const struct tm *tm)
{
	int64_t year;
	int month, day;

	date_from_days(days_from_date(tm->tm_year + 1900, tm->tm_mon + 1,
			   tm->tm_mday),
	    &year, &month, &day);
	return day == tm->tm_mday;
}

/* RFC 3339's "Z" or "+hh:mm", in seconds east. */
static bool
parse_offset(const char *text, int *seconds)
{
	struct tm tm = { 0 };
	const char *end;

	*seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if (!has_form(text, "+00:00") && !has_form(text, "-00:00"))
		return false;
	end = strptime(text + 1, "%H:%M", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*seconds = tm.tm_hour * 3600 + tm.tm_min * 60;
	if (*text == '-')
		*seconds = -*seconds;
	return true;
}

bool
clock_parse(const char *text, time_t *at)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int east;

	if (rest == NULL || !has_form(text, "0000-00-00T00:00:00") ||
	    !has_day(&tm))
		return false;
	if (has_form(rest, ".0"))
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!parse_offset(rest, &east))
		return false;
	*at = from_tm(&tm) - east;
	return true;
}

bool
clock_parse_http(const char *text, time_t *at)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);

	if (rest == NULL || *rest != '\0' || !has_day(&tm))
		return false;
	*at = from_tm(&tm);
	return true;
}

/* The unit that text starts with, its length in *len; 0 if there is none. */
static int64_t
unit_ms(const char *text, size_t *len)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{ "ms", 1 }, /* before "m" */
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 3600 * 1000 },
		{ "d", (int64_t)DAY_S * 1000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		*len = strlen(units[i].name);
		if (strncmp(text, units[i].name, *len) == 0)
			return units[i].ms;
	}
	return 0;
}

/* Reads the digits at *text, which it moves behind them; -1 for too many. */
static int64_t
read_number(const char **text)
{
	int64_t number = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++) {
		number = number * 10 + (**text - '0');
		if (number > YEAR_MS)
			return -1;
	}
	return number;
}

bool
clock_parse_duration(const char *text, int64_t *ms)
{
	bool is_bare = text[strspn(text, "0123456789")] == '\0';
	int64_t total = 0;

	if (*text == '\0')
		return false;
	while (*text != '\0') {
		const char *digits = text;
		int64_t number = read_number(&text), unit;
		size_t len = 0;

		/* A bare number is seconds. */
		unit = is_bare ? 1000 : unit_ms(text, &len);
		if (text == digits || number < 0 || unit == 0 ||
		    number > (YEAR_MS - total) / unit)
			return false;
		total += number * unit;
		text += len;
	}
	*ms = total;
	return true;
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (ms > 0 && nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}
