/*
 * What came of the run: an event for each Secret and each failure as it
 * happens, a summary when there are several, and the exit code. The last line
 * is also the pod's termination message.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct report {
	size_t written;
	size_t failed;
	struct err worst;        /* decides the exit code */
	char last[ERR_TEXT_MAX]; /* the newest event's text */
};

/* A Secret that holds a good token. Borrowed. */
struct report_secret {
	const char *namespace;
	const char *name;
	size_t registries;
	const char *expires;
	bool is_dry_run;
};

void report_written(struct report *report, const struct report_secret *secret);

void report_failed(struct report *report, const struct err *err);

/* Prints the summary, if there is to be one; returns the exit code. */
int report_finish(struct report *report);

#endif
