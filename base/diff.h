/* The lines in which two texts differ, pure. */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/buf.h"

/*
 * Adds the lines that before and after have not in common, with "-" and "+" in
 * front, each with three of those around it, and "..." where some are left out.
 * Empty lines are passed over. Nothing is added where there is no difference.
 */
void diff_add(struct buf *out, const char *before, const char *after);

#endif
