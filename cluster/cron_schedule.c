/* The schedules of CronJobs, as Kubernetes reads them. */
#include "cluster/cron_schedule.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/list.h"

enum {
	MINUTE,
	HOUR,
	DAY,
	MONTH,
	WEEKDAY,
	FIELDS_N,
	DAY_MINUTES = 24 * 60,
	/* From 2028-02-29 to 2104-02-29, past 2100, which has none. */
	YEARS = 84,
};

/* A field: a bit for each value, and whether it is "*". */
struct field {
	uint64_t bits;
	bool is_any;
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

static const struct bounds {
	unsigned min, max;
	const char *const *names; /* of min and what follows */
} bounds[FIELDS_N] = {
	[MINUTE] = { 0, 59, NULL },
	[HOUR] = { 0, 23, NULL },
	[DAY] = { 1, 31, NULL },
	[MONTH] = { 1, 12, months },
	[WEEKDAY] = { 0, 6, weekdays },
};

static const struct {
	const char *name, *fields;
} words[] = {
	{ "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
	{ "@monthly", "0 0 1 * *" },
	{ "@weekly", "0 0 * * 0" },
	{ "@daily", "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@hourly", "0 * * * *" },
};

/* --- Reading ---------------------------------------------------------------- */

/* A number or a name at *at, which moves behind it. */
static bool
read_value(const char **at, const struct bounds *of, unsigned *value)
{
	size_t len = strspn(*at, "0123456789");

	if (len > 0 && len < 4) {
		*value = (unsigned)strtoul(*at, NULL, 10);
		*at += len;
		return *value >= of->min && *value <= of->max;
	}
	for (unsigned i = 0; of->names != NULL && of->names[i] != NULL; i++)
		if (strncasecmp(*at, of->names[i], 3) == 0) {
			*value = of->min + i;
			*at += 3;
			return true;
		}
	return false;
}

/* "*", "?", "5", "5-9", each with "/3"; "5/3" goes on to the end. */
static bool
read_range(const char *at, const struct bounds *of, struct field *field)
{
	unsigned from = of->min, to = of->max, step = 1;
	bool is_any = at[0] == '*' || at[0] == '?', is_one = false;

	if (is_any) {
		at++;
	} else {
		if (!read_value(&at, of, &from))
			return false;
		is_one = *at != '-';
		to = from;
		if (!is_one) {
			at++;
			if (!read_value(&at, of, &to))
				return false;
		}
	}
	if (*at == '/') {
		size_t len = strspn(++at, "0123456789");

		if (len == 0 || len > 3)
			return false;
		step = (unsigned)strtoul(at, NULL, 10);
		at += len;
		to = is_one ? of->max : to;
	}
	if (*at != '\0' || step == 0 || from > to)
		return false;
	for (unsigned i = from; i <= to; i += step)
		field->bits |= (uint64_t)1 << i;
	field->is_any |= is_any && step == 1;
	return true;
}

static bool
read_fields(const char *text, struct field fields[FIELDS_N])
{
	struct list parts = { 0 };
	bool is_good;

	list_split(&parts, text, " \t");
	is_good = parts.n == FIELDS_N;
	for (size_t i = 0; i < FIELDS_N && is_good; i++) {
		struct list ranges = { 0 };

		list_split(&ranges, parts.items[i], ",");
		is_good = ranges.n > 0;
		for (size_t j = 0; j < ranges.n && is_good; j++)
			is_good =
			    read_range(ranges.items[j], &bounds[i], &fields[i]);
		list_free(&ranges);
	}
	list_free(&parts);
	return is_good;
}

/* --- The calendar ------------------------------------------------------------ */

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned
days_of(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static bool
has(const struct field *field, unsigned value)
{
	return (field->bits >> value & 1) != 0;
}

/* Both, where one of them is "*"; else either. */
static bool
has_day(const struct field fields[FIELDS_N], unsigned day, unsigned weekday)
{
	bool by_day = has(&fields[DAY], day);
	bool by_weekday = has(&fields[WEEKDAY], weekday);

	if (fields[DAY].is_any || fields[WEEKDAY].is_any)
		return by_day && by_weekday;
	return by_day || by_weekday;
}

/* The runs of a day, in minutes from its beginning. */
struct day_runs {
	int64_t first, last, longest_gap;
};

static struct day_runs
find_day_runs(const struct field fields[FIELDS_N])
{
	struct day_runs runs = { -1, -1, 0 };

	for (unsigned i = 0; i < DAY_MINUTES; i++) {
		if (!has(&fields[HOUR], i / 60) ||
		    !has(&fields[MINUTE], i % 60))
			continue;
		if (runs.first < 0)
			runs.first = i;
		else if (i - runs.last > runs.longest_gap)
			runs.longest_gap = i - runs.last;
		runs.last = i;
	}
	return runs;
}

/* Goes over the days of many years; 2028-01-01 is a Saturday. */
static int64_t
find_longest_gap(const struct field fields[FIELDS_N])
{
	struct day_runs runs = find_day_runs(fields);
	int64_t longest = runs.longest_gap, today = 0, before = -1;
	unsigned weekday = 6;

	for (unsigned year = 2028; year < 2028 + YEARS; year++)
		for (unsigned month = 1; month <= 12; month++)
			for (unsigned day = 1; day <= days_of(year, month);
			    day++, today++, weekday = (weekday + 1) % 7) {
				int64_t gap;

				if (!has(&fields[MONTH], month) ||
				    !has_day(fields, day, weekday))
					continue;
				gap = before < 0 ?
				    0 :
				    (today - before) * DAY_MINUTES +
					runs.first - runs.last;
				longest = gap > longest ? gap : longest;
				before = today;
			}
	return longest * 60;
}

/* "@every 1h30m": from one run to the next, whatever the clock says. */
static bool
read_every(const char *text, int64_t *gap_s)
{
	int64_t ms;

	if (!clock_parse_duration(text, &ms) || ms < 1000)
		return false;
	*gap_s = ms / 1000;
	return true;
}

bool
cron_schedule_longest_gap_s(const char *text, int64_t *gap_s)
{
	static const char every[] = "@every ";
	struct field fields[FIELDS_N] = { 0 };

	/* A time zone moves all runs alike. */
	if (strncmp(text, "TZ=", 3) == 0 || strncmp(text, "CRON_TZ=", 8) == 0)
		text += strcspn(text, " ");
	text += strspn(text, " ");
	if (strncmp(text, every, sizeof(every) - 1) == 0)
		return read_every(text + sizeof(every) - 1, gap_s);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].name) == 0)
			text = words[i].fields;
	if (!read_fields(text, fields))
		return false;
	*gap_s = find_longest_gap(fields);
	return *gap_s > 0;
}
