/* Events on standard error, and the pod's termination message. */
#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/terminal.h"

/* kubelet makes this file in a container, and shows what it holds. */
#define TERMINATION_LOG "/dev/termination-log"

enum {
	TERMINATION_MAX = ERR_TEXT_MAX, /* kubelet reads no more */
};

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};
_Static_assert(sizeof(level_names) / sizeof(level_names[0]) == LOG_DEBUG + 1,
    "a level has no name");

static struct {
	enum log_level level;
	bool is_json;
} setup = { LOG_INFO, false };

void
log_setup(enum log_level level, bool is_json)
{
	setup.level = level;
	setup.is_json = is_json;
}

bool
log_is_for_people(void)
{
	return setup.level >= LOG_INFO && !setup.is_json &&
	    isatty(STDERR_FILENO);
}

/* Standard error may be gone; there is nobody left to tell. */
static void
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

void
log_termination(const char *text)
{
	size_t len = strlen(text);
	int fd = open(TERMINATION_LOG, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		return;
	write_all(fd, text, len < TERMINATION_MAX ? len : TERMINATION_MAX);
	(void)close(fd);
}

static void
add_json_event(struct buf *line, enum log_level level,
    const struct log_field *fields, const char *message)
{
	char now[CLOCK_TEXT_MAX];

	clock_format(time(NULL), now);
	buf_addf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":", now,
	    level_names[level]);
	buf_add_json(line, message);
	for (; fields != NULL && fields->name != NULL; fields++) {
		buf_addf(line, ",\"%s\":", fields->name);
		if (fields->text != NULL)
			buf_add_json(line, fields->text);
		else
			buf_addf(line, "%lld", fields->number);
	}
	buf_add_str(line, "}");
}

void
log_event(enum log_level level, const struct log_field *fields, const char *fmt,
    ...)
{
	struct buf line = { 0 };
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (level > setup.level)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (setup.is_json)
		add_json_event(&line, level, fields, text);
	else if (level == LOG_INFO)
		buf_add_str(&line, text);
	else
		buf_addf(&line, "%s: %s", level_names[level], text);
	buf_add_str(&line, "\n");
	terminal_hide_progress();
	write_all(STDERR_FILENO, line.data, line.len);
	terminal_restore_progress();
	buf_free(&line);
}

/* Appends as much of text as fits; snprintf may lock or allocate. */
static size_t
append(char *line, size_t len, size_t size, const char *text)
{
	while (*text != '\0' && len < size)
		line[len++] = *text++;
	return len;
}

void
log_last_words(const char *text)
{
	char line[512], now[CLOCK_TEXT_MAX];
	size_t len = 0, size = sizeof(line);

	if (setup.is_json) {
		clock_format(time(NULL), now);
		len = append(line, len, size, "{\"time\":\"");
		len = append(line, len, size, now);
		len = append(line, len, size,
		    "\",\"level\":\"error\",\"msg\":\"");
		len = append(line, len, size, text);
		len = append(line, len, size, "\"}\n");
	} else {
		len = append(line, len, size, "error: ");
		len = append(line, len, size, text);
		len = append(line, len, size, "\n");
	}
	terminal_hide_progress();
	write_all(STDERR_FILENO, line, len);
	log_termination(text);
}
