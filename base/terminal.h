/* The person at the terminal: a question, and how far we are. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Shows a line on standard error if that is a terminal, in place of the one
 * that it showed before; "" takes that away, before anything else is written
 * there but events, which make room for themselves with the other two.
 */
void terminal_show_progress(const char *line);

/* Take the line away for a moment, and show it again. Signal handlers may. */
void terminal_hide_progress(void);
void terminal_restore_progress(void);

/*
 * Wherever our output goes: shows the prompt on the controlling terminal and
 * reads a line, without its end, which is shown as it is typed: a signal that
 * ends us then leaves the terminal as it was. For one-time codes, not for
 * passwords. Errors: ERR_CONFIG if there is no terminal for us, or no answer;
 * ERR_RETRY when the time is over.
 */
int terminal_ask(const char *prompt, int64_t timeout_ms, struct buf *answer,
    struct err *err);

#endif
