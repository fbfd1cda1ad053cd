/*
 * What the unit tests share: each row of a table is a test of its own, named
 * by the row's first member, a sentence.
 */
#ifndef TEST_UNIT_UNIT_H
#define TEST_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	UNIT_MAX = 512, /* tests in one program */
};

struct unit {
	struct CMUnitTest tests[UNIT_MAX];
	size_t n;
	const char *not_run; /* said at the end; NULL: all was run */
};

/* Adds a test; it finds row, which may be NULL, behind its argument. */
static inline void
unit_add(struct unit *unit, const char *name, CMUnitTestFunction test,
    const void *row)
{
	struct CMUnitTest *added = &unit->tests[unit->n++];

	BUG_IF(unit->n > UNIT_MAX);
	added->name = name;
	added->test_func = test;
	/* cmocka's member is not const; nobody writes through it. */
	memcpy(&added->initial_state, &row, sizeof(row));
}

#define UNIT_ADD_ROWS(unit, rows, test)                                       \
	do {                                                                  \
		for (size_t row = 0; row < sizeof(rows) / sizeof((rows)[0]);  \
		    row++)                                                    \
			unit_add(unit, (rows)[row].name, test, &(rows)[row]); \
	} while (0)

/* Runs them all; what main returns. */
static inline int
unit_run(const struct unit *unit, const char *group)
{
	int failed =
	    _cmocka_run_group_tests(group, unit->tests, unit->n, NULL, NULL);

	if (unit->not_run != NULL)
		printf("not run: %s\n", unit->not_run);
	(void)fflush(NULL);
	/* A failed check leaves its memory behind, which is no leak of ours. */
	if (failed != 0)
		abort();
	return 0;
}

/* The whole text is compared, NULs in it included; the buffer is freed. */
static inline void
unit_check_buf(struct buf *got, const char *want, size_t want_len)
{
	assert_string_equal(buf_str(got), want);
	assert_int_equal(got->len, want_len);
	assert_memory_equal(buf_str(got), want, want_len);
	buf_free(got);
}

static inline void
unit_check_text(struct buf *got, const char *want)
{
	unit_check_buf(got, want, strlen(want));
}

#endif
