/* The longest time between two runs of a CronJob's schedule. */
#include "cluster/cron_schedule.h"

#include "test/unit/unit.h"

enum {
	H = 3600,
	D = 24 * H,
};

static const struct {
	const char *text;
	int64_t gap_s; /* 0: no schedule, or one that never comes */
} cases[] = {
	{ "* * * * *", 60 },
	{ "37 */4 * * *", 4 * H },
	{ "0 */5 * * *", 5 * H }, /* 20:00 to 00:00 is shorter */
	{ "0 */7 * * *", 7 * H },
	{ "0 */9 * * *", 9 * H },
	{ "*/10 * * * *", 600 },
	{ "0 0,6,20 * * *", 14 * H },
	{ "0 8-18 * * *", 14 * H },
	{ "0 8-18/2 * * *", 14 * H },
	{ "30 8/4 * * *", 12 * H }, /* 8, 12, 16, 20 and 8 again */
	{ "0 0 * * *", D },
	{ "0 8 * * MON-FRI", 3 * D },
	{ "0 8 * * 1-5", 3 * D },
	{ "0 0 * * sun", 7 * D },
	{ "0 0 * * 7", 0 }, /* Sunday is 0 here, alone */
	{ "0 0 1 * *", 31 * D },
	{ "0 0 31 * *", 61 * D }, /* March to May */
	{ "0 0 1,15 * ?", 17 * D },
	{ "0 0 1 * MON", 7 * D }, /* either will do */
	{ "0 0 1 * */1", 31 * D },
	{ "0 0 1 JAN *", 366 * D },
	{ "0 0 29 2 *", (8 * 365 + 1) * D }, /* over 2100 */
	{ "0 0 30 2 *", 0 },
	{ "@yearly", 366 * D },
	{ "@annually", 366 * D },
	{ "@monthly", 31 * D },
	{ "@weekly", 7 * D },
	{ "@daily", D },
	{ "@midnight", D },
	{ "@hourly", H },
	{ "@every 1h30m", 5400 },
	{ "@every 90", 90 },
	{ "@every 0s", 0 },
	{ "@every", 0 },
	{ "@never", 0 },
	{ "TZ=Europe/Berlin 0 */4 * * *", 4 * H },
	{ "CRON_TZ=UTC @daily", D },
	{ "", 0 },
	{ "* * * *", 0 },
	{ "* * * * * *", 0 },
	{ "60 * * * *", 0 },
	{ "* 24 * * *", 0 },
	{ "* * 0 * *", 0 },
	{ "* * * 13 *", 0 },
	{ "*/0 * * * *", 0 },
	{ "5-1 * * * *", 0 },
	{ "5-x * * * *", 0 },
	{ "-1 * * * *", 0 },
	{ ", * * * *", 0 },
	{ "1x * * * *", 0 },
	{ "*/ * * * *", 0 },
	{ "99999999999 * * * *", 0 },
	{ "0 0 * FOO *", 0 },
};

static void
test_the_longest_gap(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t gap_s = 0;

		if (cron_schedule_longest_gap_s(cases[i].text, &gap_s) !=
			(cases[i].gap_s > 0) ||
		    (cases[i].gap_s > 0 && gap_s != cases[i].gap_s))
			fail_msg("\"%s\": %lld s, not %lld", cases[i].text,
			    (long long)gap_s, (long long)cases[i].gap_s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_longest_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
