/* Files that are ours alone, and files that are replaced at once. */
#include "base/file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/unit.h"

enum {
	MAX = 64,
};

static char folder[] = "/tmp/test-file-XXXXXX";

static char *
path_of(const char *name)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/%s", folder, name);
	return buf_take(&path);
}

static void
replace(const char *path, const char *text)
{
	struct buf buf = { 0 };
	struct err err;

	buf_add_str(&buf, text);
	assert_int_equal(file_replace(path, &buf, &err), 0);
	buf_free(&buf);
}

static void
check_holds(const char *path, const char *want)
{
	struct buf got = { 0 };
	struct err err = { 0 };

	if (file_read_private(path, MAX, &got, &err) < 0)
		fail_msg("%s", err.text);
	unit_check_text(&got, want);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & (S_IFMT | 07777);
}

static void
new_file_is_ours_alone(void **state)
{
	char *path = path_of("new");
	mode_t old = umask(0);

	(void)state;
	replace(path, "one");
	(void)umask(old);
	assert_int_equal(mode_of(path), S_IFREG | 0600);
	check_holds(path, "one");
	assert_int_equal(unlink(path), 0);
	mem_free(path);
}

static void
old_file_is_replaced_and_its_readers_keep_it(void **state)
{
	char *path = path_of("old"), before[4] = "";
	int fd;

	(void)state;
	replace(path, "one");
	assert_int_equal(chmod(path, 0644), 0);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	replace(path, "another");
	assert_int_equal(read(fd, before, sizeof(before)), 3);
	assert_string_equal(before, "one");
	assert_int_equal(close(fd), 0);
	assert_int_equal(mode_of(path), S_IFREG | 0600);
	check_holds(path, "another");
	assert_int_equal(unlink(path), 0);
	mem_free(path);
}

/* It would be somebody's way to have us write elsewhere. */
static void
link_is_replaced_not_followed(void **state)
{
	char *path = path_of("link"), *target = path_of("target");

	(void)state;
	replace(target, "theirs");
	assert_int_equal(symlink(target, path), 0);
	replace(path, "ours");
	assert_int_equal(mode_of(path), S_IFREG | 0600);
	check_holds(target, "theirs");
	assert_int_equal(unlink(path) + unlink(target), 0);
	mem_free(path);
	mem_free(target);
}

/* Nothing is left over: the folder can be removed in the end. */
static void
failure_is_told_and_leaves_nothing(void **state)
{
	char *path = path_of("folder"), *below = path_of("nowhere/file");
	struct buf text = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_replace(path, &text, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(file_replace(below, &text, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(rmdir(path), 0);
	mem_free(path);
	mem_free(below);
}

static const struct rights {
	const char *name;
	mode_t mode;
	bool is_read;
} rights[] = {
	{ "0600 is ours alone", 0600, true },
	{ "0400 is", 0400, true },
	{ "0700 is", 0700, true },
	{ "0640 is not", 0640, false },
	{ "0604 is not", 0604, false },
	{ "0620 is not", 0620, false },
	{ "0601 is not", 0601, false },
};

static void
file_of_others_is_refused(void **state)
{
	const struct rights *row = *state;
	char *path = path_of("rights");
	struct buf got = { 0 };
	struct err err;

	replace(path, "one");
	assert_int_equal(chmod(path, row->mode), 0);
	assert_int_equal(file_read_private(path, MAX, &got, &err),
	    row->is_read ? 0 : -1);
	if (!row->is_read)
		assert_int_equal(err.kind, ERR_CONFIG);
	buf_free(&got);
	assert_int_equal(file_read(path, MAX, &got, &err), 0);
	buf_free(&got);
	assert_int_equal(unlink(path), 0);
	mem_free(path);
}

int
main(void)
{
	struct unit unit = { 0 };
	int rc;

	mem_init();
	if (mkdtemp(folder) == NULL)
		return 1;
	unit_add(&unit, "a new file is ours alone", new_file_is_ours_alone,
	    NULL);
	unit_add(&unit, "an old file is replaced, and its readers keep it",
	    old_file_is_replaced_and_its_readers_keep_it, NULL);
	unit_add(&unit, "a link is replaced, not followed",
	    link_is_replaced_not_followed, NULL);
	unit_add(&unit, "a failure is told, and leaves nothing",
	    failure_is_told_and_leaves_nothing, NULL);
	UNIT_ADD_ROWS(&unit, rights, file_of_others_is_refused);
	rc = unit_run(&unit, "file");
	return rmdir(folder) == 0 ? rc : 1;
}
