/* Environment variables: trimmed, blank ones unset, control characters named. */
#include "base/env.h"

#include "test/unit/unit.h"

#define NAME "ECR_SECRET_TEST"
#define AWS_NAME "AWS_TEST"

static const struct clean_case {
	const char *name, *variable, *in;
	const char *want; /* NULL: as if unset */
} clean_cases[] = {
	{ "a variable that is unset is NULL", NAME, NULL, NULL },
	{ "an empty one too", NAME, "", NULL },
	{ "text is taken as it is", NAME, "text", "text" },
	{ "a newline at the end goes", NAME, "text\n", "text" },
	{ "CR and LF at the end go", NAME, "text\r\n", "text" },
	{ "all newlines at the end go", NAME, "text\n\n\r\n\n", "text" },
	{ "newlines alone are unset", NAME, "\n\r\n", NULL },
	{ "spaces inside stay", NAME, " a b ", " a b " },
	{ "UTF-8 stays", NAME, "\xc3\xa9\xff", "\xc3\xa9\xff" },
	{ "a blank one of ours stays", NAME, "  ", "  " },
	{ "a blank one of AWS's is unset", AWS_NAME, "  ", NULL },
	{ "a blank line of AWS's is unset", AWS_NAME, "  \n", NULL },
	{ "an empty one of AWS's is unset", AWS_NAME, "", NULL },
	{ "a value of AWS's keeps its spaces", AWS_NAME, " a ", " a " },
};

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		assert_int_equal(unsetenv(name), 0);
	else
		assert_int_equal(setenv(name, value, 1), 0);
}

static void
value_is_cleaned(void **state)
{
	const struct clean_case *row = *state;
	struct err err = { 0 };
	char *got = NULL;

	set(row->variable, row->in);
	assert_int_equal(env_get(row->variable, &got, &err), 0);
	if (row->want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, row->want);
	mem_free(got);
}

static const struct refusal {
	const char *name, *in;
	const char *code; /* as the message shows it */
} refusals[] = {
	{ "a newline inside is refused", "a\nb", "0x0a" },
	{ "a newline before is refused", "\na", "0x0a" },
	{ "a CR inside is refused", "a\rb", "0x0d" },
	{ "a tab is refused", "a\tb", "0x09" },
	{ "a tab at the end is refused", "a\t", "0x09" },
	{ "a newline and a space at the end are refused", "a\n ", "0x0a" },
	{ "an escape sequence is refused", "\x1b[2J", "0x1b" },
	{ "DEL is refused", "a\x7f", "0x7f" },
	{ "byte 1 is refused", "\x01", "0x01" },
};

/* By the variable's name, and without its value. */
static void
value_is_refused(void **state)
{
	const struct refusal *row = *state;
	struct err err = { 0 };
	char *got = NULL;

	set(NAME, row->in);
	assert_int_equal(env_get(NAME, &got, &err), -1);
	assert_null(got);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, NAME));
	assert_non_null(strstr(err.text, row->code));
	assert_null(strstr(err.text, row->in));
}

static const struct bool_case {
	const char *name, *in;
	int want; /* -1: refused; 2: stays as it was */
} bool_cases[] = {
	{ "true is true", "true", 1 },
	{ "TRUE is true", "TRUE", 1 },
	{ "True with a newline is true", "True\n", 1 },
	{ "false is false", "false", 0 },
	{ "FALSE is false", "FALSE", 0 },
	{ "an unset boolean stays", NULL, 2 },
	{ "an empty boolean stays", "", 2 },
	{ "a blank boolean stays", " ", 2 },
	{ "1 is true", "1", 1 },
	{ "0 is false", "0", 0 },
	{ "maybe is refused", "maybe", -1 },
	{ "true and more is refused", "trueish", -1 },
};

static void
boolean_is_read(void **state)
{
	const struct bool_case *row = *state;
	struct err err = { 0 };
	bool is_on = row->want != 1, was_on = is_on;

	set(AWS_NAME, row->in);
	assert_int_equal(env_get_bool(AWS_NAME, &is_on, &err),
	    row->want == -1 ? -1 : 0);
	if (row->want >= 0)
		assert_int_equal(is_on, row->want == 2 ? was_on : row->want);
	if (row->want == -1)
		assert_int_equal(err.kind, ERR_CONFIG);
}

static void
raw_value_is_not_cleaned(void **state)
{
	char *got;

	(void)state;
	set(NAME, "a\nb\n");
	got = env_get_raw(NAME);
	assert_string_equal(got, "a\nb\n");
	mem_free(got);
	set(NAME, "");
	assert_null(env_get_raw(NAME));
	set(NAME, NULL);
	assert_null(env_get_raw(NAME));
}

static void
all_of_a_prefix_are_listed(void **state)
{
	struct list got = { 0 };

	(void)state;
	set("ENV_TEST_B", "2");
	set("ENV_TEST_A", "1 =\n");
	set("ENV_TES", "3");
	env_add_all("ENV_TEST_", &got);
	assert_int_equal(got.n, 2);
	assert_string_equal(got.items[0], "ENV_TEST_A=1 =\n");
	assert_string_equal(got.items[1], "ENV_TEST_B=2");
	list_free(&got);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, clean_cases, value_is_cleaned);
	UNIT_ADD_ROWS(&unit, refusals, value_is_refused);
	UNIT_ADD_ROWS(&unit, bool_cases, boolean_is_read);
	unit_add(&unit, "a raw value is not cleaned", raw_value_is_not_cleaned,
	    NULL);
	unit_add(&unit, "all of a prefix are listed, sorted",
	    all_of_a_prefix_are_listed, NULL);
	return unit_run(&unit, "env");
}
