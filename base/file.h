/* Whole small files: read within a limit, or replaced at once. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Reads the regular file at path. ERR_CONFIG when it can't be read or holds
 * more than max bytes.
 */
int file_read(const char *path, size_t max, struct buf *text, struct err *err);

/*
 * The same for a file that is ours alone: ERR_CONFIG, too, when it is somebody
 * else's or others have rights to it.
 */
int file_read_private(const char *path, size_t max, struct buf *text,
    struct err *err);

/*
 * Replaces a file at once, so that whoever reads it has the old text or the
 * new, whole; it becomes ours alone, with mode 0600. ERR_SYSTEM.
 */
int file_replace(const char *path, const struct buf *text, struct err *err);

/*
 * Reads a file that holds one token: trailing newlines are dropped; empty
 * files and control characters inside are ERR_CONFIG.
 */
int file_read_token(const char *path, struct buf *token, struct err *err);

#endif
