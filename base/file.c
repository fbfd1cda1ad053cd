/* Whole small files, read within a limit. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"

enum {
	TOKEN_MAX = 64 * 1024, /* no header that a server takes is larger */
};

/* Opened without waiting: a pipe that nobody writes to must not hang us. */
static int
open_regular(const char *path, struct err *err)
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
	return fd;
}

int
file_read(const char *path, size_t max, struct buf *text, struct err *err)
{
	struct buf all = { 0 };
	char chunk[4096];
	ssize_t n;
	int rc = -1, fd = open_regular(path, err);

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
