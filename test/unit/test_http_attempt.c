/* How long to wait for another attempt: jitter, and what servers ask for. */
#include "base/http_attempt.h"

#include "test/unit/unit.h"

enum {
	ROUNDS = 2000, /* enough to see both ends of what is random */
};

/* Of all delays: the least is in the first tenth, the most in the last. */
static const struct delay_case {
	const char *name;
	unsigned attempts;
	int64_t base_ms, hint_ms, after_ms;
	int64_t from_ms, to_ms;
} delay_cases[] = {
	{ "the first is up to the base", 1, 200, 0, 0, 1, 200 },
	{ "the second is up to twice that", 2, 200, 0, 0, 1, 400 },
	{ "the fifth is up to 16 times", 5, 200, 0, 0, 1, 3200 },
	{ "the sixth has a bound", 6, 200, 0, 0, 1, 5000 },
	{ "the hundredth has the same", 100, 1000, 0, 0, 1, 5000 },
	{ "a hint is followed", 1, 200, 3000, 0, 3000, 3000 },
	{ "a hint below the delay is not", 3, 1000, 1, 0, 1, 4000 },
	{ "a hint adds up to 5 s", 1, 1000, 5500, 0, 5001, 5500 },
	{ "a long hint adds 5 s", 1, 1000, INT64_MAX, 0, 5001, 6000 },
	{ "Retry-After has no such bound", 1, 200, 0, 86400000, 86400000,
	    86400000 },
	{ "Retry-After beats a shorter hint", 1, 200, 1000, 9000, 9000, 9000 },
	{ "a hint beats a shorter Retry-After", 1, 200, 4000, 1000, 4000,
	    4000 },
};

static void
delay_is_within(void **state)
{
	const struct delay_case *row = *state;
	const struct http_transfer transfer = {
		.attempts = row->attempts,
		.response.retry_hint_ms = row->hint_ms,
		.response.retry_after_ms = row->after_ms,
	};
	int64_t tenth_ms = (row->to_ms - row->from_ms) / 10;
	int64_t least_ms = INT64_MAX, most_ms = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t ms = http_attempt_delay(&transfer, row->base_ms);

		least_ms = ms < least_ms ? ms : least_ms;
		most_ms = ms > most_ms ? ms : most_ms;
	}
	assert_in_range(least_ms, row->from_ms, row->from_ms + tenth_ms);
	assert_in_range(most_ms, row->to_ms - tenth_ms, row->to_ms);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, delay_cases, delay_is_within);
	return unit_run(&unit, "http_attempt");
}
