/*
 * Another program, run without a shell: what it prints, within a time limit.
 * For credential_process in AWS profiles and exec plugins in kubeconfigs.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct program {
	const char *what;            /* for messages: "credential_process" */
	const struct list *words;    /* the program and its arguments */
	const struct list *settings; /* "NAME=value" besides ours, or NULL */
	size_t out_max;              /* of standard output */
	int64_t timeout_ms;
	const char *missing_hint; /* if there is no such program; or NULL */
};

/*
 * Splits a command line into words, which are empty before, as Python's
 * shlex.split does, which the AWS CLI uses, by POSIX's rules: white space,
 * quotes of both kinds and backslashes; nothing is expanded. Pure. ERR_CONFIG,
 * without the line, when a quote is not closed, a backslash stands at the end,
 * or there is no word.
 */
int program_split(const char *line, struct list *words, struct err *err);

/*
 * Runs the program, found by our PATH unless its name has a slash, in a session
 * of its own, so that one that asks a terminal for a password fails at once.
 * Standard input is /dev/null; no other descriptor of ours is open in it. A
 * setting replaces a variable of that name.
 *
 * *out gets what it printed until it ended; what it left running in the
 * background is not waited for, nor killed. When its time is over, it prints
 * too much, or INT, TERM or HUP end us, it is killed with all in its session's
 * process group.
 *
 * Errors: ERR_CONFIG when it can't be run, or ended otherwise than with status
 * 0 (the last line of its standard error is in the message, as buf_add_message
 * masks it); ERR_RETRY when its time was over; ERR_DATA when it printed more
 * than out_max; ERR_SYSTEM.
 */
int program_run(const struct program *program, struct buf *out,
    struct err *err);

#endif
