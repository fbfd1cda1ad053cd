/*
 * Another program, run without a shell: what it prints, within a time limit.
 * For credential_process in AWS profiles and exec plugins in kubeconfigs.
 */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct command {
	const char *what;            /* for messages: "credential_process" */
	const struct list *words;    /* the program and its arguments */
	const struct list *settings; /* "NAME=value" besides ours, or NULL */
	size_t out_max;              /* of standard output */
	int64_t timeout_ms;
};

/*
 * Splits a command line as POSIX's shell splits it into words: white space,
 * quotes of both kinds and backslashes; nothing is expanded. Pure. ERR_CONFIG
 * when a quote is not closed, or there is no word.
 */
int command_split(const char *line, struct list *words, struct err *err);

/*
 * Runs the program, found by PATH unless its name has a slash, with standard
 * input from /dev/null. *out gets what it printed. Errors: ERR_CONFIG when it
 * can't be run, or ended with another status than 0 (the last line of its
 * standard error is in the message); ERR_RETRY when its time was over;
 * ERR_DATA when it printed more than out_max. It is killed, with all that it
 * started, when its time is over or we are ended by a signal.
 */
int command_run(const struct command *command, struct buf *out,
    struct err *err);

#endif
