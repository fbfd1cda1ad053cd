/* A question to the person at the terminal, wherever our output goes. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Shows the prompt on the controlling terminal and reads a line, without its
 * end, which is shown as it is typed: a signal that ends us then leaves the
 * terminal as it was. For one-time codes, not for passwords. Errors: ERR_CONFIG
 * if there is no terminal for us, or no answer; ERR_RETRY when the time is over.
 */
int terminal_ask(const char *prompt, int64_t timeout_ms, struct buf *answer,
    struct err *err);

#endif
