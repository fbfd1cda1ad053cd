/* A list of strings: adding, splitting, sorting, moving. */
#include "base/list.h"

#include "test/unit/unit.h"

/* want is what the list holds, each item in brackets. */
static void
check_list(const struct list *list, const char *want)
{
	struct buf got = { 0 };

	for (size_t i = 0; i < list->n; i++)
		buf_addf(&got, "[%s]", list->items[i]);
	unit_check_text(&got, want);
}

static const struct split_case {
	const char *name, *in, *separators, *want;
} split_cases[] = {
	{ "nothing has no parts", "", ",", "" },
	{ "one word is one part", "a", ",", "[a]" },
	{ "two words are two parts", "a,b", ",", "[a][b]" },
	{ "separators alone have no parts", ",,,", ",", "" },
	{ "empty parts are left out", ",a,,b,", ",", "[a][b]" },
	{ "any separator divides", "a,b;c d\ne", ",; \n", "[a][b][c][d][e]" },
	{ "other marks stay", "a.b:c", ",", "[a.b:c]" },
};

static void
text_is_split(void **state)
{
	const struct split_case *row = *state;
	struct list list = { 0 };

	list_split(&list, row->in, row->separators);
	check_list(&list, row->want);
	list_free(&list);
}

static void
items_are_copies(void **state)
{
	char text[] = "abc";
	struct list list = { 0 };

	(void)state;
	list_add(&list, text);
	list_add_len(&list, text, 2);
	list_add_len(&list, text, 0);
	list_addf(&list, "%s-%d", text, 7);
	memset(text, 'x', strlen(text));
	check_list(&list, "[abc][ab][][abc-7]");
	list_free(&list);
}

/* Over each size at which it grows. */
static void
many_items_stay(void **state)
{
	struct list list = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		list_addf(&list, "%d", i);
	assert_int_equal(list.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(strtol(list.items[i], NULL, 10), i);
	list_free(&list);
}

static void
whole_items_are_found(void **state)
{
	struct list list = { 0 };

	(void)state;
	assert_false(list_has(&list, ""));
	list_split(&list, "abc,def", ",");
	assert_true(list_has(&list, "abc"));
	assert_true(list_has(&list, "def"));
	assert_false(list_has(&list, "ab"));
	assert_false(list_has(&list, "abcd"));
	assert_false(list_has(&list, "ABC"));
	list_free(&list);
}

static void
bytes_are_sorted(void **state)
{
	struct list list = { 0 };

	(void)state;
	list_sort(&list);
	list_split(&list, "b,a,B,\xc3\xa9,ab,a", ",");
	list_sort(&list);
	check_list(&list, "[B][a][a][ab][b][\xc3\xa9]");
	list_free(&list);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, split_cases, text_is_split);
	unit_add(&unit, "items are copies", items_are_copies, NULL);
	unit_add(&unit, "a thousand items stay", many_items_stay, NULL);
	unit_add(&unit, "only whole items are found", whole_items_are_found,
	    NULL);
	unit_add(&unit, "items are sorted by their bytes", bytes_are_sorted,
	    NULL);
	return unit_run(&unit, "list");
}
