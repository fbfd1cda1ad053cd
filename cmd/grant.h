/*
 * "ecr-secret grant": lets others pull from repositories, by a statement of
 * ours in the repositories' policies; shows who may pull; and prints the policy
 * that the other side needs.
 */
#ifndef CMD_GRANT_H
#define CMD_GRANT_H

#include <stdbool.h>

#include "cmd/options.h"
#include "cmd/report.h"

void grant(const struct options *options, struct report *report);

/* NULL, or what a repository should be. */
const char *grant_find_fault(const char *text, bool any_host);

#endif
