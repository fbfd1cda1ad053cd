/*
 * Standard input and output, of programs that are asked on the one and answer
 * on the other.
 */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Reads all of standard input, in which nobody writes a NUL. Errors: ERR_DATA
 * for a NUL or more than max bytes, ERR_RETRY when its end has not come after
 * timeout_ms, ERR_SYSTEM.
 */
int standard_read(size_t max, int64_t timeout_ms, struct buf *text,
    struct err *err);

/*
 * Writes to standard output without its buffer, in which a copy of what is
 * secret would stay. A failure shows in ferror(stdout).
 */
void standard_write(const struct buf *text);

#endif
