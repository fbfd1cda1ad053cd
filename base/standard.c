/* Standard input, read within limits, and standard output. */
#include "base/standard.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* Waits until there is something to read, or the end. */
static int
wait_for_input(int64_t deadline_ms, struct err *err)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left_ms = deadline_ms - clock_monotonic_ms();
	int n = left_ms > 0 ? poll(&input, 1, (int)left_ms) : 0;

	if (n < 0)
		return err_set(err, ERR_SYSTEM, "standard input: %s",
		    strerror(errno));
	if (n == 0)
		return err_set(err, ERR_RETRY,
		    "standard input: its end has not come in time");
	return 0;
}

int
standard_read(size_t max, int64_t timeout_ms, struct buf *text, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	struct buf all = { 0 };
	char chunk[4096];
	ssize_t n = 1;
	int rc = -1;

	while (n > 0 && all.len <= max) {
		if (wait_for_input(deadline_ms, err) < 0)
			goto out;
		n = read(STDIN_FILENO, chunk, sizeof(chunk));
		if (n > 0)
			buf_add(&all, chunk, (size_t)n);
	}
	if (n < 0)
		(void)err_set(err, ERR_SYSTEM, "standard input: %s",
		    strerror(errno));
	else if (all.len > max)
		(void)err_set(err, ERR_DATA,
		    "standard input: more than %zu bytes", max);
	else if (strlen(buf_str(&all)) != all.len)
		(void)err_set(err, ERR_DATA, "standard input: has a NUL");
	else
		rc = 0;
	if (rc == 0)
		buf_move(text, &all);
out:
	mem_wipe(chunk, sizeof(chunk));
	buf_free(&all);
	return rc;
}

void
standard_write(const struct buf *text)
{
	(void)setvbuf(stdout, NULL, _IONBF, 0);
	(void)fwrite(buf_str(text), 1, text->len, stdout);
}
