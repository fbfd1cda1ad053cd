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
	size_t fresh;     /* left alone */
	size_t unchanged; /* documents that were as wanted */
	size_t accounts;  /* ServiceAccounts that were changed */
	size_t failed;
	struct err worst;        /* decides the exit code */
	size_t worst_order;      /* as it was reported with */
	char last[ERR_TEXT_MAX]; /* the newest event's text */
};

/* A Secret that holds a good token. Borrowed. */
struct report_secret {
	const char *namespace;
	const char *name;
	size_t registries;
	const char *expires;
	bool is_dry_run;
	bool is_fresh; /* it was left alone */
};

void report_good(struct report *report, const struct report_secret *secret);

/* A ServiceAccount whose imagePullSecrets got the Secret. Borrowed. */
struct report_account {
	const char *namespace;
	const char *name;
	const char *secret;
	bool is_dry_run;
};

void report_account(struct report *report,
    const struct report_account *account);

/* A document in AWS, such as a policy, that is as it was wanted. Borrowed. */
struct report_document {
	const char *name;    /* whose: "team/app" */
	const char *details; /* what it now says */
	bool is_dry_run;
	bool is_unchanged; /* it was before */
};

void report_document(struct report *report,
    const struct report_document *document);

/*
 * Of failures that are alike, the one of the lowest order decides the exit
 * code, whenever it is reported.
 */
void report_failed(struct report *report, size_t order, const struct err *err);

/* A failure that was printed already: the exit code and the pod's message. */
void report_printed(struct report *report, const struct err *err);

/* Prints the summary, if there is to be one; returns the exit code. */
int report_finish(struct report *report);

#endif
