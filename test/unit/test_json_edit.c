/* JSON: where a fault is, and documents that are changed and shown. */
#include "base/json.h"

#include "test/unit/unit.h"

static const struct fault_case {
	const char *name, *in, *why;
	size_t line, column;
} faults[] = {
	{ "no text is a fault at its start", "", "is not JSON", 1, 1 },
	{ "a word is one where it stands", "{\"a\": oops}", "is not JSON", 1,
	    7 },
	{ "a comma too many is one in its line", "{\n \"a\": [\n  1,\n ]\n}",
	    "is not JSON", 4, 2 },
	{ "a large number is one",
	    "{\"a\": 1,\n\"b\": 9007199254740993, \"c\": 9007199254740995}",
	    "has a number that would be rounded", 2, 6 },
	{ "an escaped NUL is one", "{\n\"a\": \"x\\u0000y\"}", "holds a NUL", 2,
	    8 },
};

static void
fault_is_found(void **state)
{
	const struct fault_case *row = *state;
	struct json_fault fault = { 0 };
	size_t len = strlen(row->in);

	assert_null(json_parse_exact(row->in, len));
	json_find_fault(row->in, len, &fault);
	assert_string_equal(fault.why, row->why);
	assert_int_equal(fault.line, row->line);
	assert_int_equal(fault.column, row->column);
}

static void
nul_and_depth_are_faults(void **state)
{
	struct json_fault fault = { 0 };
	struct buf deep = { 0 };

	(void)state;
	json_find_fault("{}\0{}", 5, &fault);
	assert_string_equal(fault.why, "holds a NUL");
	assert_int_equal(fault.column, 3);
	for (int i = 0; i < 65; i++)
		buf_add_str(&deep, "[");
	json_find_fault(deep.data, deep.len, &fault);
	assert_string_equal(fault.why, "is nested too deep");
	assert_int_equal(fault.column, 65);
	buf_free(&deep);
}

static const struct pretty_case {
	const char *name, *in, *want;
} pretty[] = {
	{ "a text is a line", "\"x\"", "\"x\"\n" },
	{ "an empty object is a line", "{}", "{}\n" },
	{ "a member is a line", "{\"a\":1,\"b\":null}",
	    "{\n  \"a\": 1,\n  \"b\": null\n}\n" },
	{ "a list of one text stays in its line", "{\"a\":[\"x\"],\"b\":[]}",
	    "{\n  \"a\": [\"x\"],\n  \"b\": []\n}\n" },
	{ "each of several elements has a line", "{\"a\":[\"x\",\"y\"]}",
	    "{\n  \"a\": [\n    \"x\",\n    \"y\"\n  ]\n}\n" },
	{ "an object in a list is set out", "[{\"a\":true}]",
	    "[\n  {\n    \"a\": true\n  }\n]\n" },
	{ "names and texts are escaped", "{\"a\\\"\":\"\\n\"}",
	    "{\n  \"a\\\"\": \"\\n\"\n}\n" },
};

static void
value_is_shown(void **state)
{
	const struct pretty_case *row = *state;
	struct cJSON *value = json_parse(row->in, strlen(row->in));
	struct buf out = { 0 };

	json_add_pretty(&out, value);
	json_free(value);
	unit_check_text(&out, row->want);
}

static void
list_is_built_and_taken_apart(void **state)
{
	struct cJSON *object = json_new_object(), *list = json_new_array();
	struct cJSON *same, *copy;
	static const char text[] = "{\"a\":[\"x\",\"y\"],\"b\":\"c\"}";
	struct buf out = { 0 };

	(void)state;
	json_append(list, json_new_text("x"));
	json_append(list, json_new_text("y"));
	json_add_text(object, "a", "old");
	json_add_text(object, "b", "c");
	json_add(object, "a", list);
	copy = json_copy(object);
	same = json_parse(text, strlen(text));
	assert_true(json_is_equal(object, same));
	json_free(json_take(list, json_first(list)));
	assert_false(json_is_equal(object, same));
	assert_true(json_is_equal(copy, same));
	json_add_to(&out, object);
	json_free(object);
	json_free(same);
	json_free(copy);
	unit_check_text(&out, "{\"a\":[\"y\"],\"b\":\"c\"}");
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, faults, fault_is_found);
	unit_add(&unit, "NUL and depth are faults", nul_and_depth_are_faults,
	    NULL);
	UNIT_ADD_ROWS(&unit, pretty, value_is_shown);
	unit_add(&unit, "a list is built and taken apart",
	    list_is_built_and_taken_apart, NULL);
	return unit_run(&unit, "json_edit");
}
