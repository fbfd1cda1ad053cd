/* The lines in which two texts differ. Expected ones are diff -U3's. */
#include "base/diff.h"

#include "test/unit/unit.h"

static const struct diff_case {
	const char *name, *before, *after, *want;
} diffs[] = {
	{ "the same has no difference", "a\nb\n", "a\nb\n", "" },
	{ "nothing has none", "", "", "" },
	{ "a new text is all new", "", "a\nb\n", "+ a\n+ b\n" },
	{ "an old text is all old", "a\nb\n", "", "- a\n- b\n" },
	{ "a line is added", "a\nc\n", "a\nb\nc\n", "  a\n+ b\n  c\n" },
	{ "a line is taken away", "a\nb\nc\n", "a\nc\n", "  a\n- b\n  c\n" },
	{ "a line is changed", "a\nb\nc\n", "a\nx\nc\n",
	    "  a\n- b\n+ x\n  c\n" },
	{ "three lines are shown around it", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	    "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
	    "  2\n  3\n  4\n- 5\n+ x\n  6\n  7\n  8\n" },
	{ "what lies between two is left out", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	    "0\n2\n3\n4\n5\n6\n7\n8\n0\n",
	    "- 1\n+ 0\n  2\n  3\n  4\n...\n  6\n  7\n  8\n- 9\n+ 0\n" },
	{ "what lies between two that are close is not",
	    "1\n2\n3\n4\n5\n6\n7\n8\n", "0\n2\n3\n4\n5\n6\n7\n0\n",
	    "- 1\n+ 0\n  2\n  3\n  4\n  5\n  6\n  7\n- 8\n+ 0\n" },
	{ "a line that moved is a pair", "a\nb\nc\n", "b\nc\na\n",
	    "- a\n  b\n  c\n+ a\n" },
};

static void
texts_are_compared(void **state)
{
	const struct diff_case *row = *state;
	struct buf out = { 0 };

	buf_add_str(&out, ">");
	diff_add(&out, row->before, row->after);
	assert_string_equal(out.data + 1, row->want);
	buf_free(&out);
}

/* Too many for the table: then all of one and all of the other is shown. */
static void
long_texts_are_compared(void **state)
{
	struct buf before = { 0 }, after = { 0 }, out = { 0 }, want = { 0 };

	(void)state;
	buf_add_str(&before, "same\n");
	buf_add_str(&after, "same\n");
	buf_add_str(&want, "  same\n");
	for (int i = 0; i < 2000; i++) {
		buf_addf(&before, "%d\n", i);
		buf_addf(&want, "- %d\n", i);
	}
	for (int i = 2000; i > 0; i--) {
		buf_addf(&after, "%d\n", i);
		buf_addf(&want, "+ %d\n", i);
	}
	diff_add(&out, before.data, after.data);
	buf_free(&before);
	buf_free(&after);
	unit_check_text(&out, want.data);
	buf_free(&want);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, diffs, texts_are_compared);
	unit_add(&unit, "long texts are compared", long_texts_are_compared,
	    NULL);
	return unit_run(&unit, "diff");
}
