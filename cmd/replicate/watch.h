/* An image of --status: its copies, as ECR sees them and as rules want them. */
#ifndef CMD_REPLICATE_WATCH_H
#define CMD_REPLICATE_WATCH_H

#include <time.h>

#include "cmd/replicate/copies.h"
#include "cmd/replicate/run.h"
#include "cmd/replicate/target.h"

/* An image that is looked at. */
struct watch {
	const char *text; /* as it was given */
	struct copied_image image;
	const char *region;
	char *account;               /* of its registry */
	struct cJSON *configuration; /* NULL: we may not see it */
	struct list wanted;          /* where the rules copy it to */
	time_t pushed_at;            /* 0: not known */
	struct copies copies;        /* as they were last seen */
};

/*
 * Begins with an image that was checked: what its registry's rules want. Where
 * they can't be seen, which is told, ECR's word alone counts. Free *watch with
 * watch_close.
 */
void watch_open(struct watch *watch, const char *text, struct run *run);

/* Reads the copies afresh. Errors: as side_ask. */
int watch_look(struct watch *watch, struct run *run, struct err *err);

/* Adds why a copy failed, or is not there; nothing for one that is well. */
void watch_explain(const struct watch *watch, const struct copy *copy,
    struct buf *out);

void watch_close(struct watch *watch);

#endif
