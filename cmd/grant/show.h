/*
 * Who may pull what, by a repository's policy, in words and as JSON. Pure.
 */
#ifndef CMD_GRANT_SHOW_H
#define CMD_GRANT_SHOW_H

#include "base/buf.h"
#include "base/json.h"

/*
 * What the policy (NULL: none) says, as an array of its statements: {"name",
 * "ours", "effect", "who":[{"kind","value"}], "others", "pull", "push", "all",
 * "actions", "allBut", "conditions":[{"operator","key","values"}]}. Where
 * "others" is true, all are meant but those; "allBut" is the same for the
 * actions. The caller frees it with json_free.
 */
struct cJSON *grant_show_make(const struct cJSON *policy);

/* Adds that in words: a line for each one who is meant in each statement. */
void grant_show_add_words(struct buf *out, const struct cJSON *statements);

#endif
