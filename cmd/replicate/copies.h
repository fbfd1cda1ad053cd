/*
 * The copies of an image, by DescribeImageReplicationStatus and by what the
 * rules of its registry want now. Pure.
 */
#ifndef CMD_REPLICATE_COPIES_H
#define CMD_REPLICATE_COPIES_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"

enum copy_state {
	COPY_COMPLETE,
	COPY_IN_PROGRESS,
	COPY_FAILED,
	COPY_MISSING, /* ECR knows of none */
};

/* A copy that is there, or on its way, or wanted. */
struct copy {
	char *target; /* "ACCOUNT/REGION" */
	enum copy_state state;
	char *failure; /* ECR's code, or NULL */
};

struct copies {
	struct copy *items;
	size_t n;
};

/*
 * What the answer says, and then what is wanted (targets as replication.h
 * finds them) and missing in it. Free with copies_free.
 */
void copies_read(const struct cJSON *answer, const struct list *wanted,
    struct copies *copies);

/* The image is new: what is missing has only not begun. */
void copies_expect_missing(struct copies *copies);

/* The first copy in this state, or NULL. */
const struct copy *copies_find(const struct copies *copies,
    enum copy_state state);

size_t copies_count(const struct copies *copies, enum copy_state state);

/* "complete"; and as the API calls it. */
const char *copy_state_words(enum copy_state state);
const char *copy_state_name(enum copy_state state);

/* Adds what a code of a failure may mean, and what to do. */
void copy_explain_failure(const char *code, struct buf *out);

void copies_free(struct copies *copies);

#endif
