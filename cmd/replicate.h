/*
 * "ecr-secret replicate": copies of images in other registries. In the source
 * it adds destinations to the rules, in the destination it lets the source in,
 * with credentials for both it does both; without either it says how things
 * are, and with --status whether an image has been copied, for which it waits.
 */
#ifndef CMD_REPLICATE_H
#define CMD_REPLICATE_H

#include <stdbool.h>

#include "cmd/options.h"
#include "cmd/report.h"

/* The command; reports what comes of it. */
void replicate(const struct options *options, struct report *report);

/* What the options' texts may be: NULL, or what it should be. */
const char *replicate_find_destination_fault(const char *text);
const char *replicate_find_account_fault(const char *text);
const char *replicate_find_prefix_fault(const char *text);
const char *replicate_find_image_fault(const char *text);

#endif
