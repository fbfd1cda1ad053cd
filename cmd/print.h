/*
 * "ecr-secret print": credentials to standard output instead of a cluster. All
 * of them or none: what is left out would be lost unseen behind a pipe.
 */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include <stdbool.h>

#include "cmd/command.h"

/* Is it one that print's --format may name? */
bool print_is_format(const char *text);

extern const struct command print_command;

#endif
