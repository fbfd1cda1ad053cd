/*
 * What happened, one line an event on standard error, as text or JSON.
 * Errors are printed by main alone; any module that does I/O may tell what it
 * did. Nothing secret is ever passed in here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG, /* --verbose */
};

/* A member of the JSON object: text, or where that is NULL the number. */
struct log_field {
	const char *name;
	const char *text;
	long long number;
};

/* LOG_FIELDS({ "namespace", ns, 0 }, { "exit_code", NULL, 75 }) */
#define LOG_FIELDS(...) ((const struct log_field[]){ __VA_ARGS__, { 0 } })
#define LOG_NO_FIELDS ((const struct log_field *)0)

/* Events above the level are not printed. */
void log_setup(enum log_level level, bool is_json);

/* Are events told in full, as text, and to a terminal? */
bool log_is_for_people(void);

/* One event; in text only the message is shown, with its level in front. */
void log_event(enum log_level level, const struct log_field *fields,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Makes text the pod's termination message, which kubelet shows. */
void log_termination(const char *text);

/*
 * An error event and the termination message, without memory, locks or
 * buffers: for signal handlers and for when there is no memory. The text holds
 * nothing that JSON escapes.
 */
void log_last_words(const char *text);

#endif
