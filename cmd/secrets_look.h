/* Private to cmd/secrets*.c: what is known of each Secret before a write. */
#ifndef CMD_SECRETS_LOOK_H
#define CMD_SECRETS_LOOK_H

#include "cmd/secrets.h"

struct secret {
	const char *namespace; /* borrowed */
	char *version;         /* its resourceVersion, where listed */
	time_t expires_at;     /* of what it holds; 0: of nothing known */
	enum {
		UNSEEN,
		ABSENT,
		OURS,   /* it holds nothing but what we write */
		OTHERS, /* what is in it has to be read to be kept, or refused */
	} known;
	time_t applied_at; /* when we wrote it last, or 0 */
	size_t order;      /* as it was given, for the report */
	bool is_foreign;   /* another manager owns part of it */
	bool is_good;      /* fresh, or written */
};

/*
 * Goes through the list, and reports what is fresh. Without the right to list,
 * nothing is known. Errors: as kube_list_finish.
 */
int secrets_finish_list(struct secrets *secrets, struct report *to,
    struct err *err);

/* Reports a Secret that holds what is wanted; fills in which one it is. */
void secrets_report(const struct secrets *secrets, size_t i,
    const struct report_secret *outcome, struct report *to);

/*
 * Had the next two runs the pace of the last one, would they come too late?
 * Without --min-remaining each run writes, so the last write was the last run;
 * with it this much of the time that is to remain had passed unseen.
 */
void secrets_note_pace(struct secrets *secrets, time_t pace_s, time_t limit_s);

#endif
