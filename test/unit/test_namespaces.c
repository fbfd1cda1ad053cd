/* What may be given as a namespace, and when the cluster's have to be listed. */
#include "cmd/namespaces.h"

#include "test/unit/unit.h"

static const struct pattern_case {
	const char *name, *text;
	bool want;
} pattern_cases[] = {
	{ "a name is one", "apps", true },
	{ "a name with digits and hyphens is one", "team-1", true },
	{ "a star is one", "*", true },
	{ "a star behind a name is one", "team-*", true },
	{ "a star before a name is one", "*-prod", true },
	{ "question marks are one", "n??", true },
	{ "a hyphen before a star is one", "-*", true },
	{ "no text is none", "", false },
	{ "a hyphen at the end is none", "apps-", false },
	{ "a capital is none", "Apps", false },
	{ "a capital in a glob is none", "Apps*", false },
	{ "a dot is none", "a.b", false },
	{ "a dot in a glob is none", "a.*", false },
	{ "brackets are none", "[ab]*", false },
	{ "a backslash is none", "\\*", false },
	{ "a slash in a glob is none", "../*", false },
	{ "a percent sign in a glob is none", "%2f*", false },
	{ "a newline behind a glob is none", "a*\n", false },
	{ "a space in a glob is none", "a *", false },
};

static void
pattern_is_judged(void **state)
{
	const struct pattern_case *row = *state;

	assert_int_equal(namespaces_is_pattern(row->text), row->want);
}

static const struct need_case {
	const char *name, *wanted, *selector;
	bool is_all;
	bool want;
} need_cases[] = {
	{ "names need no list", "a b", NULL, false, false },
	{ "nothing needs no list: the pod's own is taken", "", NULL, false,
	    false },
	{ "a glob needs one", "a b*", NULL, false, true },
	{ "a glob of one letter needs one", "b?", NULL, false, true },
	{ "all need one", "", NULL, true, true },
	{ "a selector needs one", "", "a=b", false, true },
	{ "a selector of names needs one", "a", "a=b", false, true },
};

static void
need_of_a_list_is_known(void **state)
{
	const struct need_case *row = *state;
	struct list wanted = { 0 };
	const struct namespaces_wish wish = {
		.wanted = &wanted,
		.selector = row->selector,
		.is_all = row->is_all,
	};

	list_split(&wanted, row->wanted, " ");
	assert_int_equal(namespaces_need_list(&wish), row->want);
	list_free(&wanted);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, pattern_cases, pattern_is_judged);
	UNIT_ADD_ROWS(&unit, need_cases, need_of_a_list_is_known);
	return unit_run(&unit, "namespaces");
}
