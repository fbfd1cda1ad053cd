/* Errors: exit codes, text that stays one line, and which of two counts. */
#include "base/err.h"

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/unit/unit.h"

/* The design's table; sysexits.h has the same numbers. */
static const struct kind_case {
	const char *name;
	enum err_kind kind;
	int exit_code;
	const char *kind_name;
} kind_cases[] = {
	{ "success is 0", ERR_NONE, 0, "ok" },
	{ "usage is 64", ERR_USAGE, 64, "usage" },
	{ "refused is 69", ERR_REFUSED, 69, "refused" },
	{ "a bug is 70", ERR_BUG, 70, "bug" },
	{ "the system is 71", ERR_SYSTEM, 71, "system" },
	{ "try again is 75", ERR_RETRY, 75, "try again" },
	{ "protocol is 76", ERR_DATA, 76, "protocol" },
	{ "denied is 77", ERR_DENIED, 77, "denied" },
	{ "configuration is 78", ERR_CONFIG, 78, "configuration" },
};
_Static_assert(sizeof(kind_cases) / sizeof(kind_cases[0]) == ERR__N,
    "a kind is not tested");

static void
kind_has_code(void **state)
{
	const struct kind_case *row = *state;

	assert_int_equal(err_exit_code(row->kind), row->exit_code);
	assert_string_equal(err_kind_name(row->kind), row->kind_name);
}

static const struct line_case {
	const char *name, *in, *want;
} line_cases[] = {
	{ "plain text stays", "k8s: 403 forbidden", "k8s: 403 forbidden" },
	{ "a newline becomes a space", "one\ntwo", "one two" },
	{ "so does what moves a cursor", "one\x1b[2Jtwo\x7f", "one [2Jtwo " },
	{ "in UTF-8, too",
	    "one\xc2\x9b"
	    "2Jtwo\xc2\x80\xc2\x9f",
	    "one  2Jtwo    " },
	{ "other characters stay", "\xc2\xa0\xc3\xa9\xc2",
	    "\xc2\xa0\xc3\xa9\xc2" },
	{ "a CR becomes a space", "one\r\ntwo", "one  two" },
	{ "a tab becomes a space", "one\ttwo", "one two" },
	{ "an escape sequence loses its escape", "\x1b[2J", " [2J" },
	{ "DEL becomes a space", "a\x7f", "a " },
	{ "UTF-8 stays", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "a percent sign from a server is text", "100% %s %n", "100% %s %n" },
};

static void
text_is_one_line(void **state)
{
	const struct line_case *row = *state;
	struct buf want = { 0 };
	struct err err;

	assert_int_equal(err_set(&err, ERR_DATA, "%s", row->in), -1);
	assert_int_equal(err.kind, ERR_DATA);
	assert_string_equal(err.text, row->want);

	(void)err_set(&err, ERR_DATA, "x");
	err_wrap(&err, "%s", row->in);
	buf_addf(&want, "%s: x", row->want);
	assert_string_equal(err.text, want.data);

	(void)err_set(&err, ERR_DATA, "x");
	err_hint(&err, "%s", row->in);
	buf_clear(&want);
	buf_addf(&want, "x; %s", row->want);
	assert_string_equal(err.text, want.data);
	assert_int_equal(err.kind, ERR_DATA);
	buf_free(&want);
}

static void
long_text_is_cut(void **state)
{
	char text[2 * ERR_TEXT_MAX];
	struct err err;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&err, ERR_DATA, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	err_hint(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	err_wrap(&err, "context");
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_memory_equal(err.text, "context: xxx", 12);
	err_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
}

/* The text is cut in two; what is cut off by its limit is no remedy. */
static void
check_parts(const struct err *err, const char *sentence, const char *remedy)
{
	assert_int_equal(err_sentence_len(err), strlen(sentence));
	assert_memory_equal(err->text, sentence, strlen(sentence));
	assert_string_equal(err_remedy(err), remedy);
}

static void
remedies_are_told_apart(void **state)
{
	struct err err;

	(void)state;
	(void)err_set(&err, ERR_DENIED, "sts: no; never");
	check_parts(&err, "sts: no; never", "");
	err_wrap(&err, "a");
	check_parts(&err, "a: sts: no; never", "");
	err_hint(&err, "allow it");
	check_parts(&err, "a: sts: no; never", "allow it");
	err_hint(&err, "or %s", "don't");
	check_parts(&err, "a: sts: no; never", "allow it; or don't");
	err_wrap(&err, "step %d", 1);
	check_parts(&err, "step 1: a: sts: no; never", "allow it; or don't");
	(void)err_set(&err, ERR_DENIED, "another");
	check_parts(&err, "another", "");
}

/* Whatever is left of the room: no part of it reaches behind the text's end. */
static void
remedies_may_be_cut(void **state)
{
	char context[ERR_TEXT_MAX];

	(void)state;
	for (size_t n = 0; n + 1 < sizeof(context); n++) {
		struct err err;
		size_t kept;

		memset(context, 'c', n);
		context[n] = '\0';
		(void)err_set(&err, ERR_DATA, "why");
		err_hint(&err, "mend it");
		err_wrap(&err, "%s", context);
		kept = n + strlen(": why; ") < ERR_TEXT_MAX - 1 ?
		    strlen(err.text) - n - strlen(": why; ") :
		    0;
		assert_int_equal(strlen(err_remedy(&err)), kept);
		assert_memory_equal(err_remedy(&err), "mend it", kept);

		(void)err_set(&err, ERR_DATA, "%s", context);
		err_hint(&err, "mend it");
		kept = strlen(err.text) > n + 2 ? strlen(err.text) - n - 2 : 0;
		assert_int_equal(strlen(err_remedy(&err)), kept);
		assert_int_equal(err_sentence_len(&err),
		    kept > 0 ? n : strlen(err.text));
	}
}

/* 75 if any failure is worth a retry, else that of the first. */
static const struct worse_case {
	const char *name;
	enum err_kind first, second, want;
	bool is_second;
} worse_cases[] = {
	{ "the first of two that are final counts", ERR_DENIED, ERR_REFUSED,
	    ERR_DENIED, false },
	{ "their order alone decides", ERR_REFUSED, ERR_DENIED, ERR_REFUSED,
	    false },
	{ "a retry counts before what is final", ERR_DENIED, ERR_RETRY,
	    ERR_RETRY, true },
	{ "a retry that came first stays", ERR_RETRY, ERR_DENIED, ERR_RETRY,
	    false },
	{ "the first of two retries counts", ERR_RETRY, ERR_RETRY, ERR_RETRY,
	    false },
	{ "the first of two alike counts", ERR_DATA, ERR_DATA, ERR_DATA,
	    false },
	{ "a failure counts before success", ERR_NONE, ERR_USAGE, ERR_USAGE,
	    true },
	{ "a failure counts after success", ERR_USAGE, ERR_NONE, ERR_USAGE,
	    false },
	{ "a retry counts before success", ERR_NONE, ERR_RETRY, ERR_RETRY,
	    true },
};

static void
worse_counts(void **state)
{
	const struct worse_case *row = *state;
	const struct err first = { .kind = row->first };
	const struct err second = { .kind = row->second };
	const struct err *got = err_worse(&first, &second);

	assert_int_equal(got->kind, row->want);
	assert_ptr_equal(got, row->is_second ? &second : &first);
}

static void
bug_ends_with_70(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(STDERR_FILENO);
		err_bug("file.c", 1, "condition");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, kind_cases, kind_has_code);
	UNIT_ADD_ROWS(&unit, line_cases, text_is_one_line);
	unit_add(&unit, "text that is too long is cut", long_text_is_cut, NULL);
	unit_add(&unit, "remedies are told from what went wrong",
	    remedies_are_told_apart, NULL);
	unit_add(&unit, "remedies may be cut", remedies_may_be_cut, NULL);
	UNIT_ADD_ROWS(&unit, worse_cases, worse_counts);
	unit_add(&unit, "a bug ends the program with 70", bug_ends_with_70,
	    NULL);
	return unit_run(&unit, "err");
}
