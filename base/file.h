/* Whole small files, read within a limit. */
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
 * Reads a file that holds one token: trailing newlines are dropped; empty
 * files and control characters inside are ERR_CONFIG.
 */
int file_read_token(const char *path, struct buf *token, struct err *err);

#endif
