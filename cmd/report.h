/*
 * What came of the run: an event for each Secret and each failure, a summary
 * when there are several, and the exit code. The last one is also the pod's
 * termination message.
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/log.h"

enum {
	REPORT_FIELDS_MAX = 4,
};

struct report {
	size_t written;
	size_t failed;
	struct err worst; /* decides the exit code */
	/* The newest event, which is not printed yet. */
	enum log_level level;
	struct buf text;
	struct log_field fields[REPORT_FIELDS_MAX + 1];
	struct list values; /* what the fields' texts point at */
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

/* Prints what is left to print; returns the exit code. */
int report_finish(struct report *report);

#endif
