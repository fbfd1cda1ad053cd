/*
 * Schedules of CronJobs. Each gap is the longest that Next of
 * github.com/robfig/cron/v3 v3.0.1, which Kubernetes runs them by, gave in 28
 * years from 2001; 0: ParseStandard refused it, or there was no next run.
 */
#include "cluster/cron_schedule.h"

#include "test/unit/unit.h"

static const struct gap_case {
	const char *name; /* the schedule */
	int64_t gap_s;
} gap_cases[] = {
	{ "0 */6 * * *", 21600 },
	{ "0 */5 * * *", 18000 },
	{ "17 */8 * * *", 28800 },
	{ "* * * * *", 60 },
	{ "*/15 * * * *", 900 },
	{ "5/15 * * * *", 900 },
	{ "0 0 * * *", 86400 },
	{ "0 0,12 * * *", 43200 },
	{ "0 9-17 * * 1-5", 230400 },
	{ "0 9-17 * * MON-FRI", 230400 },
	{ "0 0 1 * *", 2678400 },
	{ "0 0 31 * *", 5270400 },
	{ "0 0 1 JAN *", 31622400 },
	{ "0 0 1 1 ?", 31622400 },
	{ "0 0 29 2 *", 126230400 },
	{ "0 0 * * 0", 604800 },
	{ "0 0 * * sun", 604800 },
	{ "0 0 13 * 5", 604800 },
	{ "0 0 */2 * 5", 172800 },
	{ "0 0 */2 * *", 172800 },
	{ "0 0 ? * *", 86400 },
	{ "0 0 * 1-3,7 *", 13305600 },
	{ "30 23 * * *", 86400 },
	{ "0 4/0x * * *", 0 },
	{ "0 0 * * 7", 0 },
	{ "60 * * * *", 0 },
	{ "0 24 * * *", 0 },
	{ "0 0 0 * *", 0 },
	{ "0 0 * 13 *", 0 },
	{ "0 0 31 2 *", 0 },
	{ ", * * * *", 0 },
	{ "0,,30 * * * *", 1800 },
	{ "0 0 * * 5-1", 0 },
	{ "0 0 * * 1-", 0 },
	{ "*/0 * * * *", 0 },
	{ "1/2/3 * * * *", 0 },
	{ "1-2-3 * * * *", 0 },
	{ "*-5 * * * *", 60 },
	{ "+5 * * * *", 3600 },
	{ "-5 * * * *", 0 },
	{ " 0 \t0  * * * ", 86400 },
	{ "0 0 * *", 0 },
	{ "0 0 0 * * *", 0 },
	{ "", 0 },
	{ "@hourly", 3600 },
	{ "@daily", 86400 },
	{ "@midnight", 86400 },
	{ "@weekly", 604800 },
	{ "@monthly", 2678400 },
	{ "@yearly", 31622400 },
	{ "@annually", 31622400 },
	{ "@reboot", 0 },
	{ "@Daily", 0 },
	{ "@daily ", 0 },
	{ " @daily", 0 },
	{ "@every 1h30m", 5400 },
	{ "@every 1.5h", 5400 },
	{ "@every 90s", 90 },
	{ "@every 300ms", 1 },
	{ "@every -1h", 1 },
	{ "@every 1500ms", 1 },
	{ "@every 0", 1 },
	{ "@every 1", 0 },
	{ "@every", 0 },
	{ "@every 1h x", 0 },
	{ "@every 3000000h", 0 },
	{ "@every .5m", 30 },
	{ "@every .m", 0 },
	{ "TZ=UTC 0 */6 * * *", 21600 },
	{ "CRON_TZ=Asia/Tokyo @daily", 86400 },
	{ "CRON_TZ=Asia/Tokyo   30 2 * * *", 86400 },
	{ "TZ=UTC ", 0 },
	{ "0 0 * * mondayish", 0 },
	{ "0 0 * jan-mar/2 *", 23846400 },
	{ "0 0 * * SAT,sun", 518400 },
	{ "0 0 1-7 * mon", 604800 },
};

static void
gap_is_found(void **state)
{
	const struct gap_case *row = *state;
	int64_t gap_s = 0;

	assert_int_equal(cron_schedule_longest_gap_s(row->name, &gap_s),
	    row->gap_s > 0);
	assert_int_equal(gap_s, row->gap_s);
}

/* Whatever it is, there is an answer; the sanitizers watch. */
static void
any_text_has_an_answer(void **state)
{
	static const char letters[] = "0123456789*/,-? @evrymsh.TZ=JANsun+\t";
	char text[24];
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t gap_s = -1;
		size_t n = 0;

		do {
			seed = seed * 1664525 + 1013904223;
			text[n] = letters[(seed >> 8) % sizeof(letters)];
		} while (text[n] != '\0' && ++n < sizeof(text) - 1);
		text[n] = '\0';
		if (cron_schedule_longest_gap_s(text, &gap_s))
			assert_true(gap_s > 0);
		else
			assert_int_equal(gap_s, -1);
	}
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, gap_cases, gap_is_found);
	unit_add(&unit, "any text has an answer", any_text_has_an_answer, NULL);
	return unit_run(&unit, "cron_schedule");
}
