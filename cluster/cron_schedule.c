/* Schedules of CronJobs: the longest time between two runs. */
#include "cluster/cron_schedule.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum {
	MINUTE_S = 60,
	DAY_S = 24 * 60 * MINUTE_S,
	FIRST_YEAR = 2001, /* a Monday began it; 28 years repeat themselves */
	YEARS = 28,
	NUMBER_DIGITS = 18, /* that fit */
};

/* Set with a field's bits if it names all values: it restricts nothing. */
static const uint64_t star = UINT64_C(1) << 63;

static const char white[] = " \t\n\v\f\r";

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };
static const char *const no_names[] = { NULL };

enum field { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELD__N };

static const struct bounds {
	int64_t min, max;
	const char *const *names; /* of min and what follows */
} bounds[] = {
	[MINUTE] = { 0, 59, no_names },
	[HOUR] = { 0, 23, no_names },
	[DAY] = { 1, 31, no_names },
	[MONTH] = { 1, 12, months },
	[WEEKDAY] = { 0, 6, weekdays },
};
_Static_assert(sizeof(bounds) / sizeof(bounds[0]) == FIELD__N,
    "a field has no bounds");

struct part {
	const char *text;
	size_t len;
};

/* Cuts off what stands before the separator; *has_more: it was there. */
static struct part
cut(struct part *rest, char separator, bool *has_more)
{
	const char *at = memchr(rest->text, separator, rest->len);
	struct part first = *rest;

	*has_more = at != NULL;
	if (at == NULL)
		return first;
	first.len = (size_t)(at - rest->text);
	rest->text += first.len + 1;
	rest->len -= first.len + 1;
	return first;
}

/* As Go's Atoi, of which nothing below zero is wanted. */
static bool
read_number(struct part part, int64_t *number)
{
	if (part.len > 0 && part.text[0] == '+') {
		part.text++;
		part.len--;
	}
	if (part.len == 0 || part.len > NUMBER_DIGITS)
		return false;
	*number = 0;
	for (size_t i = 0; i < part.len; i++) {
		if (!isdigit((unsigned char)part.text[i]))
			return false;
		*number = *number * 10 + (part.text[i] - '0');
	}
	return true;
}

static bool
read_value(struct part part, const struct bounds *in, int64_t *value)
{
	for (size_t i = 0; in->names[i] != NULL; i++)
		if (strlen(in->names[i]) == part.len &&
		    strncasecmp(in->names[i], part.text, part.len) == 0) {
			*value = in->min + (int64_t)i;
			return true;
		}
	return read_number(part, value);
}

/* VALUE, FROM-TO or *, and /STEP behind it: a VALUE/STEP goes on to the end. */
static bool
read_range(struct part range, const struct bounds *in, uint64_t *bits)
{
	bool has_step, has_end, is_star;
	struct part end = cut(&range, '/', &has_step), first;
	int64_t from = in->min, to = in->max, step = 1;

	if (has_step && !read_number(range, &step))
		return false;
	first = cut(&end, '-', &has_end);
	is_star = first.len == 1 && strchr("*?", first.text[0]) != NULL;
	if (!is_star && !read_value(first, in, &from))
		return false;
	if (!is_star && has_end && !read_value(end, in, &to))
		return false;
	if (!is_star && !has_end && !has_step)
		to = from;
	if (from < in->min || to > in->max || from > to || step == 0)
		return false;
	for (int64_t i = from; i <= to; i += step)
		*bits |= UINT64_C(1) << i;
	if (is_star && step == 1)
		*bits |= star;
	return true;
}

/* Of a list empty parts don't count. */
static bool
read_field(struct part field, const struct bounds *in, uint64_t *bits)
{
	bool has_more;

	do {
		struct part range = cut(&field, ',', &has_more);

		if (range.len > 0 && !read_range(range, in, bits))
			return false;
	} while (has_more);
	return true;
}

static bool
read_fields(const char *text, uint64_t fields[FIELD__N])
{
	for (size_t i = 0; i < FIELD__N; i++) {
		struct part field;

		text += strspn(text, white);
		field = (struct part){ text, strcspn(text, white) };
		if (field.len == 0 ||
		    !read_field(field, &bounds[i], &fields[i]))
			return false;
		text += field.len;
	}
	return text[strspn(text, white)] == '\0';
}

/* Is it a day to run on? If both fields restrict it, one of them will do. */
static bool
is_day(const uint64_t fields[FIELD__N], int day, int weekday)
{
	bool is_by_day = (fields[DAY] >> day & 1) != 0;
	bool is_by_weekday = (fields[WEEKDAY] >> weekday & 1) != 0;

	return ((fields[DAY] | fields[WEEKDAY]) & star) != 0 ?
	    is_by_day && is_by_weekday :
	    is_by_day || is_by_weekday;
}

/* The longest distance between two of such days, in days; 0: there is none. */
static int64_t
find_days(const uint64_t fields[FIELD__N])
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int64_t today = 0, first = -1, last = -1, longest = 0;

	for (int year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		for (int month = 1; month <= 12; month++) {
			int days = lengths[month - 1] +
			    (month == 2 && year % 4 == 0 ? 1 : 0);

			for (int day = 1; day <= days; day++, today++) {
				if ((fields[MONTH] >> month & 1) == 0 ||
				    !is_day(fields, day,
					(int)((today + 1) % 7)))
					continue;
				if (first < 0)
					first = today;
				else if (today - last > longest)
					longest = today - last;
				last = today;
			}
		}
	if (first >= 0 && first + today - last > longest)
		longest = first + today - last;
	return longest;
}

/* All days to run on are alike: their times, and the way to the next one. */
static bool
find_gap(const uint64_t fields[FIELD__N], int64_t *gap_s)
{
	int64_t days = find_days(fields), first = -1, last = -1, longest = 0;

	for (int64_t at = 0; at < DAY_S / MINUTE_S; at++) {
		if ((fields[HOUR] >> at / 60 & 1) == 0 ||
		    (fields[MINUTE] >> at % 60 & 1) == 0)
			continue;
		if (first < 0)
			first = at;
		else if (at - last > longest)
			longest = at - last;
		last = at;
	}
	if (days == 0 || first < 0)
		return false;
	*gap_s = days * DAY_S - (last - first) * MINUTE_S;
	if (longest * MINUTE_S > *gap_s)
		*gap_s = longest * MINUTE_S;
	return true;
}

/* A number with a fraction, and its unit; in seconds. */
static bool
read_period(const char **text, double *seconds)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {
		{ "ns", 1e-9 },
		{ "us", 1e-6 },
		{ "\xc2\xb5s", 1e-6 }, /* both of Unicode's micro signs */
		{ "\xce\xbcs", 1e-6 },
		{ "ms", 1e-3 },
		{ "s", 1 },
		{ "m", 60 },
		{ "h", 3600 },
	};
	const char *at = *text;
	double number = 0;
	size_t digits = 0;

	for (; isdigit((unsigned char)*at); at++, digits++)
		number = number * 10 + (*at - '0');
	if (*at == '.') {
		double place = 1;

		for (at++; isdigit((unsigned char)*at); at++, digits++)
			number += (*at - '0') * (place /= 10);
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (digits == 0 || strncmp(at, units[i].name, len) != 0)
			continue;
		*seconds += number * units[i].seconds;
		*text = at + len;
		return true;
	}
	return false;
}

/* As Go's ParseDuration: "1h30m"; of less than a second one is made. */
static bool
read_every(const char *text, int64_t *gap_s)
{
	bool is_negative = *text == '-';
	double seconds = 0;

	if (*text == '-' || *text == '+')
		text++;
	if (strcmp(text, "0") != 0)
		do {
			if (!read_period(&text, &seconds))
				return false;
		} while (*text != '\0');
	/* More would not fit into its nanoseconds. */
	if (seconds > (double)INT64_MAX / 1e9)
		return false;
	*gap_s = is_negative || seconds < 1 ? 1 : (int64_t)seconds;
	return true;
}

static bool
read_word(const char *text, int64_t *gap_s)
{
	static const struct {
		const char *word, *fields;
	} words[] = {
		{ "@yearly", "0 0 1 1 *" },
		{ "@annually", "0 0 1 1 *" },
		{ "@monthly", "0 0 1 * *" },
		{ "@weekly", "0 0 * * 0" },
		{ "@daily", "0 0 * * *" },
		{ "@midnight", "0 0 * * *" },
		{ "@hourly", "0 * * * *" },
	};
	static const char every[] = "@every ";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].word) == 0)
			return cron_schedule_longest_gap_s(words[i].fields,
			    gap_s);
	return strncmp(text, every, strlen(every)) == 0 &&
	    read_every(text + strlen(every), gap_s);
}

bool
cron_schedule_longest_gap_s(const char *schedule, int64_t *gap_s)
{
	uint64_t fields[FIELD__N] = { 0 };

	if (strncmp(schedule, "TZ=", 3) == 0 ||
	    strncmp(schedule, "CRON_TZ=", 8) == 0) {
		schedule += strcspn(schedule, " ");
		schedule += strspn(schedule, white);
	}
	if (schedule[0] == '@')
		return read_word(schedule, gap_s);
	return read_fields(schedule, fields) && find_gap(fields, gap_s);
}
