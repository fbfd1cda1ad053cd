/* Dates, as `date -u -d @SECONDS` and Python's datetime have them. */
#include "base/clock.h"

#include "test/unit/unit.h"

enum {
	YEAR_FIRST = 1970,
	YEAR_LAST = 9999,
};

static const struct date_case {
	const char *name, *text, *basic;
	time_t at;
} date_cases[] = {
	{ "1970 begins at zero", "1970-01-01T00:00:00Z", "19700101T000000Z",
	    0 },
	{ "a billion seconds are in 2001", "2001-09-09T01:46:40Z",
	    "20010909T014640Z", 1000000000 },
	{ "2000 has a leap day", "2000-02-29T23:59:59Z", "20000229T235959Z",
	    951868799 },
	{ "March follows it", "2000-03-01T00:00:00Z", "20000301T000000Z",
	    951868800 },
	{ "2024 has a leap day", "2024-02-29T12:34:56Z", "20240229T123456Z",
	    1709210096 },
	{ "2023 has none", "2023-03-01T00:00:00Z", "20230301T000000Z",
	    1677628800 },
	{ "2100 has none", "2100-03-01T00:00:00Z", "21000301T000000Z",
	    4107542400 },
	{ "2400 has one", "2400-02-29T00:00:00Z", "24000229T000000Z",
	    13574563200 },
	{ "the last 32-bit second is in 2038", "2038-01-19T03:14:07Z",
	    "20380119T031407Z", 2147483647 },
	{ "the next one needs 64 bits", "2038-01-19T03:14:08Z",
	    "20380119T031408Z", 2147483648 },
	{ "a year's last second", "2026-12-31T23:59:59Z", "20261231T235959Z",
	    1798761599 },
	{ "9999 ends", "9999-12-31T23:59:59Z", "99991231T235959Z",
	    253402300799 },
};

static void
date_is_written_and_read(void **state)
{
	const struct date_case *row = *state;
	char text[CLOCK_TEXT_MAX], basic[CLOCK_TEXT_MAX];
	time_t at = -1;

	clock_format(row->at, text);
	assert_string_equal(text, row->text);
	clock_format_basic(row->at, basic);
	assert_string_equal(basic, row->basic);
	assert_true(clock_parse(row->text, &at));
	assert_int_equal(at, row->at);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
count_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static void
check_noon(int year, int month, int day, time_t at)
{
	char text[CLOCK_TEXT_MAX], want[64];
	time_t read;

	(void)snprintf(want, sizeof(want), "%04d-%02d-%02dT12:00:00Z", year,
	    month, day);
	clock_format(at, text);
	if (strcmp(text, want) != 0 || !clock_parse(want, &read) || read != at)
		fail_msg("%s: made %s", want, text);
}

/* The days are counted one by one. */
static void
every_day_is_read_back(void **state)
{
	time_t at = 12 * 3600;

	(void)state;
	for (int year = YEAR_FIRST; year <= YEAR_LAST; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= count_days(year, month);
			    day++, at += 24 * 3600)
				check_noon(year, month, day, at);
	assert_int_equal(at, (time_t)253402300800 + 12 * 3600);
}

static void
years_outside_are_clamped(void **state)
{
	char text[CLOCK_TEXT_MAX];

	(void)state;
	clock_format(-1, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	clock_format(INT64_MIN, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	clock_format((time_t)253402300800, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_format_basic(INT64_MAX, text);
	assert_string_equal(text, "99991231T235959Z");
}

/* RFC 3339, section 5.6; the first three are its own examples. */
static const struct parse_case {
	const char *name, *in;
	time_t want;
} parse_cases[] = {
	{ "a fraction is dropped", "1985-04-12T23:20:50.52Z", 482196050 },
	{ "hours west are added", "1996-12-19T16:39:57-08:00", 851042397 },
	{ "minutes east are taken off", "1937-01-01T12:00:27.87+00:20",
	    -1041337173 },
	{ "an offset of zero is UTC", "2026-11-23T03:04:05+00:00", 1795403045 },
	{ "an unknown offset is UTC", "2026-11-23T03:04:05-00:00", 1795403045 },
	{ "nine digits of a fraction are dropped",
	    "2026-11-23T03:04:05.999999999Z", 1795403045 },
	{ "a fraction goes with an offset", "2026-11-23T08:34:05.5+05:30",
	    1795403045 },
	{ "an offset may change the year", "2026-01-01T00:30:00+01:00",
	    1767223800 },
};

static void
date_is_read(void **state)
{
	const struct parse_case *row = *state;
	time_t at = -1;

	assert_true(clock_parse(row->in, &at));
	assert_int_equal(at, row->want);
}

static const struct text_case {
	const char *name, *in;
} bad_dates[] = {
	{ "no date is refused", "" },
	{ "a word is refused", "tomorrow" },
	{ "a date without a time is refused", "2026-11-23" },
	{ "a date without an offset is refused", "2026-11-23T03:04:05" },
	{ "text behind Z is refused", "2026-11-23T03:04:05Zx" },
	{ "a second date behind it is refused",
	    "2026-11-23T03:04:05Z 2026-11-23T03:04:05Z" },
	{ "text before it is refused", "x2026-11-23T03:04:05Z" },
	{ "a space before it is refused", " 2026-11-23T03:04:05Z" },
	{ "month 0 is refused", "2026-00-23T03:04:05Z" },
	{ "month 13 is refused", "2026-13-23T03:04:05Z" },
	{ "day 0 is refused", "2026-11-00T03:04:05Z" },
	{ "day 32 is refused", "2026-11-32T03:04:05Z" },
	{ "30 February is refused", "2026-02-30T03:04:05Z" },
	{ "29 February is refused where there is none",
	    "2100-02-29T00:00:00Z" },
	{ "31 November is refused", "2026-11-31T03:04:05Z" },
	{ "hour 24 is refused", "2026-11-23T24:00:00Z" },
	{ "minute 60 is refused", "2026-11-23T03:60:05Z" },
	{ "second 62 is refused", "2026-11-23T03:04:62Z" },
	{ "a month of one digit is refused", "2026-1-23T03:04:05Z" },
	{ "a year of two digits is refused", "26-11-23T03:04:05Z" },
	{ "a fraction without digits is refused", "2026-11-23T03:04:05.Z" },
	{ "an offset without minutes is refused", "2026-11-23T03:04:05+01" },
	{ "an offset of one digit is refused", "2026-11-23T03:04:05+1:00" },
	{ "an offset of 24 hours is refused", "2026-11-23T03:04:05+24:00" },
	{ "text behind an offset is refused", "2026-11-23T03:04:05+01:00Z" },
	{ "a name for an offset is refused", "2026-11-23T03:04:05CET" },
	{ "the basic form is refused", "20261123T030405Z" },
};

static void
date_is_refused(void **state)
{
	const struct text_case *row = *state;
	time_t at = -7;

	assert_false(clock_parse(row->in, &at));
	assert_int_equal(at, -7);
}

/* RFC 9110, section 5.6.7; the first is its own example. */
static const struct parse_case http_cases[] = {
	{ "HTTP's date is read", "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
	{ "HTTP's leap day is read", "Tue, 29 Feb 2000 23:59:59 GMT",
	    951868799 },
	{ "HTTP's new year is read", "Thu, 01 Jan 2026 00:00:00 GMT",
	    1767225600 },
};

static void
http_date_is_read(void **state)
{
	const struct parse_case *row = *state;
	time_t at = -1;

	assert_true(clock_parse_http(row->in, &at));
	assert_int_equal(at, row->want);
}

static const struct text_case bad_http_dates[] = {
	{ "no HTTP date is refused", "" },
	{ "another time zone is refused", "Sun, 06 Nov 1994 08:49:37 CET" },
	{ "no time zone is refused", "Sun, 06 Nov 1994 08:49:37" },
	{ "text behind GMT is refused", "Sun, 06 Nov 1994 08:49:37 GMT+1" },
	{ "RFC 3339 is refused as HTTP's", "1994-11-06T08:49:37Z" },
	{ "31 June is refused", "Sun, 31 Jun 2026 08:49:37 GMT" },
	{ "hour 25 is refused", "Sun, 06 Nov 1994 25:49:37 GMT" },
};

static void
http_date_is_refused(void **state)
{
	const struct text_case *row = *state;
	time_t at = -7;

	assert_false(clock_parse_http(row->in, &at));
	assert_int_equal(at, -7);
}

static const struct duration_case {
	const char *name, *in;
	int64_t want_ms;
} duration_cases[] = {
	{ "a bare number is seconds", "90", 90000 },
	{ "seconds are read", "90s", 90000 },
	{ "minutes are read", "15m", 900000 },
	{ "hours are read", "6h", 21600000 },
	{ "days are read", "1d", 86400000 },
	{ "milliseconds are read", "500ms", 500 },
	{ "a sum is read", "1h30m", 5400000 },
	{ "a sum of all units is read", "1d2h3m4s5ms", 93784005 },
	{ "zero is read", "0", 0 },
	{ "a year is read", "365d", 31536000000 },
};

static void
duration_is_read(void **state)
{
	const struct duration_case *row = *state;
	int64_t ms = -1;

	assert_true(clock_parse_duration(row->in, &ms));
	assert_int_equal(ms, row->want_ms);
}

static const struct text_case bad_durations[] = {
	{ "no duration is refused", "" },
	{ "a unit alone is refused", "s" },
	{ "a negative one is refused", "-1s" },
	{ "a signed one is refused", "+1s" },
	{ "a fraction is refused", "1.5h" },
	{ "a space is refused", "1 h" },
	{ "a space before is refused", " 1h" },
	{ "a newline behind is refused", "1h\n" },
	{ "an unknown unit is refused", "1w" },
	{ "a capital unit is refused", "1H" },
	{ "a word is refused", "soon" },
	{ "a bare number in a sum is refused", "1h30" },
	{ "a bare number after zero hours is refused", "0h30" },
	{ "two years are refused", "732d" },
	{ "a number beyond 64 bits is refused", "99999999999999999999s" },
	{ "a product beyond 64 bits is refused", "9223372036854775807d" },
	{ "hexadecimal is refused", "0x10" },
};

static void
duration_is_refused(void **state)
{
	const struct text_case *row = *state;
	int64_t ms = -7;

	assert_false(clock_parse_duration(row->in, &ms));
	assert_int_equal(ms, -7);
}

static void
monotonic_clock_moves_on(void **state)
{
	int64_t before = clock_monotonic_ms(), after;

	(void)state;
	do
		after = clock_monotonic_ms();
	while (after == before);
	assert_true(after > before);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, date_cases, date_is_written_and_read);
	unit_add(&unit, "every day from 1970 to 9999 is written and read",
	    every_day_is_read_back, NULL);
	unit_add(&unit, "years outside are clamped", years_outside_are_clamped,
	    NULL);
	UNIT_ADD_ROWS(&unit, parse_cases, date_is_read);
	UNIT_ADD_ROWS(&unit, bad_dates, date_is_refused);
	UNIT_ADD_ROWS(&unit, http_cases, http_date_is_read);
	UNIT_ADD_ROWS(&unit, bad_http_dates, http_date_is_refused);
	UNIT_ADD_ROWS(&unit, duration_cases, duration_is_read);
	UNIT_ADD_ROWS(&unit, bad_durations, duration_is_refused);
	unit_add(&unit, "the monotonic clock moves on",
	    monotonic_clock_moves_on, NULL);
	return unit_run(&unit, "clock");
}
