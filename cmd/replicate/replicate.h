/*
 * "ecr-secret replicate": copies of images in other registries. In the source
 * it adds destinations to the rules, in the destination it lets the source in,
 * with credentials for both it does both. Without any of that it says how
 * things are, and with --status whether images have been copied, for which it
 * waits.
 */
#ifndef CMD_REPLICATE_REPLICATE_H
#define CMD_REPLICATE_REPLICATE_H

#include "cmd/command.h"

extern const struct command replicate_command;

#endif
