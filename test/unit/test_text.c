/* Text of others: what is shown of it, and what is one word. */
#include "base/text.h"

#include "test/unit/unit.h"

static const struct shown {
	const char *name, *in, *want;
} shown[] = {
	{ "nothing stays nothing", "", "" },
	{ "letters of all the world stay", "a \xc3\xa9\xe2\x82\xac",
	    "a \xc3\xa9\xe2\x82\xac" },
	{ "ASCII's controls are spaces",
	    "a\x1b[2J\n\t\x7f"
	    "b",
	    "a [2J   b" },
	{ "C1 controls are two spaces each",
	    "\xc2\x80 \xc2\x9b"
	    "b",
	    "     b" },
	{ "the first letters behind C1 stay", "\xc2\xa0\xc2\xbf",
	    "\xc2\xa0\xc2\xbf" },
	{ "half of a C1 control stays", "a\xc2", "a\xc2" },
};

static void
text_is_flat(void **state)
{
	const struct shown *row = *state;
	char text[32];

	assert_in_range(strlen(row->in), 0, sizeof(text) - 1);
	memcpy(text, row->in, strlen(row->in) + 1);
	text_flatten(text);
	assert_string_equal(text, row->want);
}

static const struct word {
	const char *name, *in;
	size_t len;
	bool want;
} words[] = {
	{ "nothing is no word", "", 0, false },
	{ "the first and the last of printable ASCII are in words", "!~", 2,
	    true },
	{ "an ARN is a word", "arn:aws:sts::111122223333:assumed-role/a/b", 42,
	    true },
	{ "a space is in no word", "a b", 3, false },
	{ "nor is one before it", " a", 2, false },
	{ "nor is a newline at the end", "a\n", 2, false },
	{ "nor is a tab", "a\tb", 3, false },
	{ "nor is an escape", "\x1b", 1, false },
	{ "nor is DEL", "a\x7f", 2, false },
	{ "nor is NUL", "a\0b", 3, false },
	{ "nor is a letter of more than ASCII", "\xc3\xa9", 2, false },
	{ "nor is a C1 control", "a\xc2\x9b", 3, false },
	{ "nor is the last byte there is", "a\xff", 2, false },
	{ "what stands behind its length is none of it", "a b", 1, true },
};

static void
word_is_known(void **state)
{
	const struct word *row = *state;

	assert_int_equal(text_is_word(row->in, row->len), row->want);
}

static void
globs_are_known(void **state)
{
	(void)state;
	assert_true(text_is_glob("team/*"));
	assert_true(text_is_glob("?"));
	assert_false(text_is_glob("team/app"));
	assert_false(text_is_glob("[a]"));
	assert_false(text_is_glob(""));
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, shown, text_is_flat);
	UNIT_ADD_ROWS(&unit, words, word_is_known);
	unit_add(&unit, "a glob has a * or a ?", globs_are_known, NULL);
	return unit_run(&unit, "text");
}
