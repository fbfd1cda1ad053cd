/* Why replication has not brought an image that a registry lacks. Pure. */
#ifndef AWS_REPLICATION_MISSING_H
#define AWS_REPLICATION_MISSING_H

#include <time.h>

#include "aws/replication.h"

/* The image, and what is known around it; all of it borrowed. */
struct replication_missing {
	struct replication_destination registry; /* that lacks it */
	const char *repository;
	/* Whom its policy lets copy in: accounts. NULL: not known. */
	const struct list *allowed;
	/* Where it was pushed to, and that one's replication, or NULL. */
	struct replication_destination source;
	const struct cJSON *configuration;
	time_t pushed_at; /* there; 0: not known */
};

/*
 * Adds a sentence or two without a full stop: why it is not there, and what
 * would bring it. Adds nothing where nothing is known.
 */
void replication_explain_missing(const struct replication_missing *missing,
    struct buf *out);

#endif
