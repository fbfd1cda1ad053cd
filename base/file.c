/* Whole small files: read within a limit, or replaced at once. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"

enum {
	TOKEN_MAX = 64 * 1024, /* no header that a server takes is larger */
	OTHERS = S_IRWXG | S_IRWXO,
};

/* Opened without waiting: a pipe that nobody writes to must not hang us. */
static int
open_regular(const char *path, bool is_private, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return err_set(err, ERR_CONFIG, "%s: not a regular file", path);
	}
	if (is_private &&
	    (st.st_uid != geteuid() || (st.st_mode & OTHERS) != 0)) {
		(void)close(fd);
		return err_set(err, ERR_CONFIG, "%s: not ours alone", path);
	}
	return fd;
}

static int
read_whole(const char *path, bool is_private, size_t max, struct buf *text,
    struct err *err)
{
	struct buf all = { 0 };
	char chunk[4096];
	ssize_t n;
	int rc = -1, fd = open_regular(path, is_private, err);

	if (fd < 0)
		return -1;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && all.len <= max)
		buf_add(&all, chunk, (size_t)n);
	if (n < 0) {
		(void)err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (all.len > max) {
		(void)err_set(err, ERR_CONFIG, "%s: larger than %zu bytes",
		    path, max);
		goto out;
	}
	buf_move(text, &all);
	rc = 0;
out:
	mem_wipe(chunk, sizeof(chunk));
	(void)close(fd);
	buf_free(&all);
	return rc;
}

int
file_read(const char *path, size_t max, struct buf *text, struct err *err)
{
	return read_whole(path, false, max, text, err);
}

int
file_read_private(const char *path, size_t max, struct buf *text,
    struct err *err)
{
	return read_whole(path, true, max, text, err);
}

/* Writes it all; at the end of space a file is left short, and that is seen. */
static int
write_all(int fd, const struct buf *text)
{
	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
file_replace(const char *path, const struct buf *text, struct err *err)
{
	struct buf draft = { 0 };
	int fd, rc = 0;

	buf_addf(&draft, "%s.XXXXXX", path);
	fd = mkstemp(draft.data); /* of mode 0600, and never somebody else's */
	if (fd < 0)
		rc = err_set(err, ERR_SYSTEM, "%s: %s", draft.data,
		    strerror(errno));
	else if (write_all(fd, text) < 0 || rename(draft.data, path) < 0)
		rc = err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (fd >= 0 && rc < 0)
		(void)unlink(draft.data);
	buf_free(&draft);
	return rc;
}

int
file_read_token(const char *path, struct buf *token, struct err *err)
{
	struct buf text = { 0 };
	int rc = -1;

	if (file_read(path, TOKEN_MAX, &text, err) < 0)
		goto out;
	if (strlen(buf_str(&text)) != text.len) {
		(void)err_set(err, ERR_CONFIG, "%s: has a NUL", path);
		goto out;
	}
	if (text.len > 0 && env_clean(path, text.data, err) < 0)
		goto out;
	text.len = strlen(buf_str(&text));
	if (text.len == 0) {
		(void)err_set(err, ERR_CONFIG, "%s: empty", path);
		goto out;
	}
	buf_move(token, &text);
	rc = 0;
out:
	buf_free(&text);
	return rc;
}
