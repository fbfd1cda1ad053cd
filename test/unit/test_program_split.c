/* Command lines. What is wanted is what Python's shlex.split answers. */
#include "base/program.h"
#include "test/unit/unit.h"

static const struct split_case {
	const char *name, *in, *want;
} split_cases[] = {
	{ "a word is one", "a", "[a]" },
	{ "blanks divide", " a\t b\r\nc ", "[a][b][c]" },
	{ "other white space does not",
	    "a\x0b"
	    "b\x0c\xc2\xa0"
	    "c",
	    "[a\x0b"
	    "b\x0c\xc2\xa0"
	    "c]" },
	{ "single quotes keep blanks", "'a  b'", "[a  b]" },
	{ "double quotes keep blanks", "\"a\tb\"", "[a\tb]" },
	{ "quotes keep lines", "\"a\nb\"", "[a\nb]" },
	{ "quotes don't divide", "a'b'\"c\"d", "[abcd]" },
	{ "quotes side by side are one word", "'a''b'\"\"", "[ab]" },
	{ "quotes keep each other", "'a\"b' \"c'd\"", "[a\"b][c'd]" },
	{ "empty quotes are a word", "a '' \"\"", "[a][][]" },
	{ "they may be the only one", "''", "[]" },
	{ "a backslash keeps a blank", "a\\ b", "[a b]" },
	{ "a backslash keeps quotes", "\\'a\\\"", "['a\"]" },
	{ "a backslash keeps itself", "\\\\", "[\\]" },
	{ "a backslash keeps the end of a line", "a\\\nb", "[a\nb]" },
	{ "a backslash begins a word", "a \\b", "[a][b]" },
	{ "in single quotes it is one", "'a\\b' 'c\\'d", "[a\\b][c\\d]" },
	{ "in double quotes it keeps quotes and itself",
	    "\"a\\\"b\\\\c\\d\\$e\\'f\"", "[a\"b\\c\\d\\$e\\'f]" },
	{ "in double quotes not the end of a line", "\"a\\\nb\"", "[a\\\nb]" },
	{ "nothing is a comment", "#a b#c", "[#a][b#c]" },
	{ "nothing is expanded", "~/x a;b|c>d&$HOME *`x`",
	    "[~/x][a;b|c>d&$HOME][*`x`]" },
};

static void
line_is_split(void **state)
{
	const struct split_case *row = *state;
	struct list words = { 0 };
	struct buf got = { 0 };
	struct err err = { 0 };

	if (program_split(row->in, &words, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < words.n; i++)
		buf_addf(&got, "[%s]", words.items[i]);
	unit_check_text(&got, row->want);
	list_free(&words);
}

static const struct error_case {
	const char *name, *in, *want;
} error_cases[] = {
	{ "no word is no command", "", "no command" },
	{ "blanks are none", " \t\n", "no command" },
	{ "a single quote is closed", "a 'b c", "no closing quotation" },
	{ "a double quote is closed", "a \"b'", "no closing quotation" },
	{ "a quote is not closed behind a backslash", "\"a\\\"",
	    "no closing quotation" },
	{ "a backslash in an open quote does not close it", "'a\\",
	    "no closing quotation" },
	{ "nor does one in double quotes", "\"a\\", "no closing quotation" },
	{ "a backslash needs something", "a b\\",
	    "nothing follows the last backslash" },
};

static void
error_is_explained(void **state)
{
	const struct error_case *row = *state;
	struct list words = { 0 };
	struct err err = { 0 };

	assert_int_equal(program_split(row->in, &words, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text, row->want);
	assert_int_equal(words.n, 0);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, split_cases, line_is_split);
	UNIT_ADD_ROWS(&unit, error_cases, error_is_explained);
	return unit_run(&unit, "program_split");
}
