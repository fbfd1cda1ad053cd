/*
 * A document of a registry that ECR replaces as a whole: read, changed,
 * written, and read again, since there is no conditional write.
 */
#ifndef CMD_REPLICATE_EDIT_H
#define CMD_REPLICATE_EDIT_H

#include <stdbool.h>

#include "cmd/replicate_side.h"

/* One document, and what is to be done to it. Borrowed. */
struct edit {
	const char *what; /* for messages: "111122223333/eu-west-1: ..." */
	struct side *side;
	const char *region;
	int (*read)(struct side *side, const char *region,
	    struct cJSON **document, struct err *err);
	int (*write)(struct side *side, const char *region,
	    const struct cJSON *document, struct err *err);
	bool (*is_equal)(const struct cJSON *a, const struct cJSON *b);
	int (*change)(const void *arg, struct cJSON *document, struct err *err);
	const void *arg; /* change's own */
	bool is_dry_run; /* print what would change, and leave it */
};

/*
 * Changes the document unless it is as wanted already, and tells what came of
 * it. Where somebody else writes at the same time, their document is changed
 * as well; what they wrote between our read and our write is lost. Errors: as
 * read, write and change; ERR_RETRY when somebody goes on writing.
 */
int edit_document(const struct edit *edit, struct err *err);

#endif
