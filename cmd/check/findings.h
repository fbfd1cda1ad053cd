/*
 * What "ecr-secret check" finds: each step's sentences, each that is not good
 * with what to do about it. As text they come to standard output one by one;
 * as JSON they are one document, at the end.
 */
#ifndef CMD_CHECK_FINDINGS_H
#define CMD_CHECK_FINDINGS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum finding_mark {
	FINDING_OK,
	FINDING_NOTE,    /* worth knowing, or what we can't see */
	FINDING_WARNING, /* pulls work, but will not for long or everywhere */
	FINDING_FAILED,  /* this has to be mended */
};

struct findings {
	bool is_json;
	bool is_quiet;    /* warnings and failures only */
	const char *step; /* of those that follow */
	bool is_titled;   /* the step's name was printed */
	struct buf json;
	struct err first; /* that failed; decides the exit code */
	unsigned failed;
	unsigned warnings;
};

/* All findings from here on are of this step. Borrowed. */
void findings_begin(struct findings *findings, const char *step);

void findings_ok(struct findings *findings, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A note or a warning, and its remedy. */
void findings_tell(struct findings *findings, enum finding_mark mark,
    const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A failure by its kind, and its remedy. */
void findings_fail(struct findings *findings, enum err_kind kind,
    const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A failure as it was set; remedy is for one that names none itself. */
void findings_fail_by(struct findings *findings, const struct err *err,
    const char *remedy);

/* The same where it is only that we can't see: a note. */
void findings_note_by(struct findings *findings, const struct err *err,
    const char *remedy);

/* Prints the document, or how many there were; frees what it holds. */
void findings_end(struct findings *findings);

#endif
