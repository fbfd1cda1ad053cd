/*
 * What came of the run: an event for each Secret and each failure, a summary
 * when there are several, and the exit code. The last one is also the pod's
 * termination message.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

struct report {
	size_t written;
	size_t failed;
	struct err worst;     /* decides the exit code */
	struct buf pending;   /* the newest event, not printed yet */
	enum log_level level; /* of pending */
};

/* A Secret holds a good token. */
void report_written(struct report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void report_failed(struct report *report, const struct err *err);

/* Prints what is left to print; returns the exit code. */
int report_finish(struct report *report);

#endif
