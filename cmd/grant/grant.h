/*
 * "ecr-secret grant": lets others pull from repositories, by a statement of
 * ours in the repositories' policies; shows who may pull; and prints the policy
 * that the other side needs.
 */
#ifndef CMD_GRANT_GRANT_H
#define CMD_GRANT_GRANT_H

#include "cmd/command.h"

extern const struct command grant_command;

#endif
