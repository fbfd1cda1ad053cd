/* The person at the terminal: a question, and how far we are. */
#include "base/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	LINE_MAX_LEN = 256, /* more than any code has */
	COLUMNS = 79,       /* of the narrowest terminal, less one */
};

static char progress[COLUMNS + 1]; /* that is shown; "": none */

/* Standard error may be gone; there is nobody left to tell. */
static void
put(const char *text)
{
	if (progress[0] != '\0' && write(STDERR_FILENO, text, strlen(text)) < 0)
		progress[0] = '\0';
}

void
terminal_hide_progress(void)
{
	put("\r\033[K");
}

void
terminal_restore_progress(void)
{
	put(progress);
}

void
terminal_show_progress(const char *line)
{
	terminal_hide_progress();
	if (isatty(STDERR_FILENO))
		(void)snprintf(progress, sizeof(progress), "%s", line);
	terminal_restore_progress();
}

/* A job in the background would be stopped if it read there. */
static int
open_terminal(struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return err_set(err, ERR_CONFIG, "there is no terminal to ask at");
}

/* Until there is something to read. Being stopped and continued is no news. */
static int
wait_for_line(int fd, int64_t timeout_ms, struct err *err)
{
	int64_t end_ms = clock_monotonic_ms() + timeout_ms, left_ms;
	struct pollfd terminal = { .fd = fd, .events = POLLIN };
	int n;

	do {
		left_ms = end_ms - clock_monotonic_ms();
		if (left_ms <= 0)
			return err_set(err, ERR_RETRY, "no answer within %g s",
			    (double)timeout_ms / 1000);
		n = poll(&terminal, 1,
		    left_ms < INT_MAX ? (int)left_ms : INT_MAX);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return 0;
}

int
terminal_ask(const char *prompt, int64_t timeout_ms, struct buf *answer,
    struct err *err)
{
	char line[LINE_MAX_LEN];
	int rc = -1, fd = open_terminal(err);
	ssize_t n;

	if (fd < 0)
		return -1;
	if (write(fd, prompt, strlen(prompt)) < 0) {
		(void)err_set(err, ERR_CONFIG, "/dev/tty: %s", strerror(errno));
		goto out;
	}
	if (wait_for_line(fd, timeout_ms, err) < 0)
		goto out;
	n = read(fd, line, sizeof(line));
	if (n <= 0) {
		(void)err_set(err, ERR_CONFIG, "no answer at the terminal");
		goto out;
	}
	buf_add(answer, line, (size_t)(line[n - 1] == '\n' ? n - 1 : n));
	rc = 0;
out:
	mem_wipe(line, sizeof(line));
	(void)close(fd);
	return rc;
}
