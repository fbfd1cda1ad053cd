/*
 * "ecr-secret check": walks the way of a refresh and of a pull, says of each
 * step what it found and what mends it, and changes nothing. Steps that need
 * what an earlier one could not find say so, and the rest goes on.
 */
#ifndef CMD_CHECK_CHECK_H
#define CMD_CHECK_CHECK_H

#include "cmd/command.h"

extern const struct command check_command;

#endif
