/* JSON: what is read, what is refused, and what survives being written. */
#include "base/json.h"

#include "test/unit/unit.h"

enum {
	DEPTH_MAX = 64, /* what json.h promises */
};

static const struct text_case {
	const char *name, *in;
} good_texts[] = {
	{ "an object is JSON", "{\"a\":1}" },
	{ "an empty object is JSON", "{}" },
	{ "an array is JSON", "[1,2,\"x\",null,true,false]" },
	{ "a string is JSON", "\"x\"" },
	{ "a number is JSON", "-1.5e3" },
	{ "white space around is JSON", " \t\r\n{ \"a\" : [ ] }\n" },
	{ "escapes are JSON", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"" },
	{ "a surrogate pair is JSON", "\"\\ud83d\\ude00\"" },
	{ "an escaped backslash before u0000 is JSON", "\"\\\\u0000\"" },
};

static void
text_is_json(void **state)
{
	const struct text_case *row = *state;
	struct cJSON *json = json_parse(row->in, strlen(row->in));

	assert_non_null(json);
	json_free(json);
}

static const struct text_case bad_texts[] = {
	{ "no text is not JSON", "" },
	{ "white space alone is not JSON", " \n" },
	{ "a word is not JSON", "hello" },
	{ "HTML is not JSON", "<html><body>502</body></html>" },
	{ "an open object is not JSON", "{\"a\":1" },
	{ "an open array is not JSON", "[1,2" },
	{ "an open string is not JSON", "{\"a\":\"x" },
	{ "a string that ends in a backslash is not JSON", "\"x\\" },
	{ "half an escape is not JSON", "\"\\u00" },
	{ "an unknown escape is not JSON", "\"\\x41\"" },
	{ "an escape that is not hexadecimal is not JSON", "\"a\\u12G4b\"" },
	{ "a lone surrogate is not JSON", "\"\\ud83d\"" },
	{ "text behind the value is not JSON", "{} x" },
	{ "two values are not JSON", "{}{}" },
	{ "a comma too many is not JSON", "[1,]" },
	{ "a name without quotes is not JSON", "{a:1}" },
	{ "single quotes are not JSON", "{'a':1}" },
	{ "a comment is not JSON", "{} // x" },
	{ "NaN is not JSON", "NaN" },
	{ "a plus sign is not JSON", "+1" },
	{ "an escaped NUL is refused", "{\"a\":\"x\\u0000y\"}" },
	{ "an escaped NUL in a name is refused", "{\"a\\u0000b\":1}" },
	{ "an escaped NUL behind a backslash is refused", "\"\\\\\\u0000\"" },
};

static void
text_is_not_json(void **state)
{
	const struct text_case *row = *state;

	assert_null(json_parse(row->in, strlen(row->in)));
	assert_null(json_parse_exact(row->in, strlen(row->in)));
}

static void
nul_is_refused(void **state)
{
	(void)state;
	assert_null(json_parse("{}\0", 3));
	assert_null(json_parse("\"a\0b\"", 5));
	assert_null(json_parse("\0{}", 3));
}

/* depth times open, then as often close. */
static void
add_nested(struct buf *text, size_t depth, const char *open, const char *close)
{
	buf_clear(text);
	for (size_t i = 0; i < depth; i++)
		buf_add_str(text, open);
	buf_add_str(text, "1");
	for (size_t i = 0; i < depth; i++)
		buf_add_str(text, close);
}

static void
depth_is_limited(void **state)
{
	struct buf text = { 0 };
	struct cJSON *json;

	(void)state;
	add_nested(&text, DEPTH_MAX, "[", "]");
	json = json_parse(text.data, text.len);
	assert_non_null(json);
	json_free(json);
	add_nested(&text, DEPTH_MAX + 1, "[", "]");
	assert_null(json_parse(text.data, text.len));
	add_nested(&text, DEPTH_MAX + 1, "{\"a\":", "}");
	assert_null(json_parse(text.data, text.len));
	add_nested(&text, 500000, "[", "]");
	assert_null(json_parse(text.data, text.len));
	add_nested(&text, 500000, "[", "");
	assert_null(json_parse(text.data, text.len));
	buf_free(&text);
}

static void
brackets_in_strings_are_not_deep(void **state)
{
	struct buf text = { 0 };
	struct cJSON *json;

	(void)state;
	buf_add_str(&text, "\"\\\"");
	for (size_t i = 0; i < 1000; i++)
		buf_add_str(&text, "[");
	buf_add_str(&text, "\"");
	json = json_parse(text.data, text.len);
	assert_non_null(json);
	json_free(json);
	buf_free(&text);
}

/* What json_parse_exact takes is written with the same value. */
static const struct exact_case {
	const char *name, *in, *want;
} exact_cases[] = {
	{ "an integer survives", "[0,-1,42]", "[0,-1,42]" },
	{ "15 digits survive", "123456789012345", "123456789012345" },
	{ "a fraction survives", "[0.5,-2.25]", "[0.5,-2.25]" },
	{ "a decimal fraction survives", "[0.1,3.14159]", "[0.1,3.14159]" },
	{ "digits in a string survive", "\"12345678901234567890\"",
	    "\"12345678901234567890\"" },
	{ "members keep their order", "{\"b\":1,\"a\":2}",
	    "{\"b\":1,\"a\":2}" },
	{ "UTF-8 survives", "\"\xc3\xa9\"", "\"\xc3\xa9\"" },
	{ "white space goes", "{ \"a\" : [ true , null ] }",
	    "{\"a\":[true,null]}" },
	{ "quotes and backslashes survive", "\"a\\\"b\\\\c\"",
	    "\"a\\\"b\\\\c\"" },
};

static void
value_survives(void **state)
{
	const struct exact_case *row = *state;
	struct cJSON *json = json_parse_exact(row->in, strlen(row->in));
	struct buf got = { 0 };

	assert_non_null(json);
	json_add_to(&got, json);
	unit_check_text(&got, row->want);
	json_free(json);
}

static const struct text_case inexact_texts[] = {
	{ "2^53 + 1 is refused", "{\"a\":9007199254740993}" },
	{ "-2^53 - 1 is refused", "[-9007199254740993]" },
	{ "2^64 is refused", "18446744073709551616" },
	{ "a long fraction is refused", "0.12345678901234567890" },
	{ "an exponent beyond a double is refused", "1e400" },
	{ "a large number deep inside is refused",
	    "{\"a\":[{\"b\":\"1\",\"c\":12345678901234567}]}" },
	{ "a large number behind an escaped quote is refused",
	    "[\"\\\"\",12345678901234567]" },
};

static void
number_is_refused(void **state)
{
	const struct text_case *row = *state;
	struct cJSON *json = json_parse(row->in, strlen(row->in));

	assert_non_null(json); /* it is JSON, and good for reading */
	json_free(json);
	assert_null(json_parse_exact(row->in, strlen(row->in)));
}

static struct cJSON *
parse(const char *text)
{
	struct cJSON *json = json_parse(text, strlen(text));

	assert_non_null(json);
	return json;
}

static void
members_go_by_case(void **state)
{
	struct cJSON *json = parse("{\"Token\":\"1\",\"token\":\"2\"}");

	(void)state;
	assert_string_equal(json_get_text(json, "token"), "2");
	assert_string_equal(json_get_text(json, "Token"), "1");
	assert_null(json_get_text(json, "TOKEN"));
	json_free(json);
}

static void
empty_is_none_where_it_counts_so(void **state)
{
	struct cJSON *json = parse("{\"a\":\"\",\"b\":\" \",\"n\":1}");

	(void)state;
	assert_string_equal(json_get_text(json, "a"), "");
	assert_null(json_get_nonempty(json, "a"));
	assert_string_equal(json_get_nonempty(json, "b"), " ");
	assert_null(json_get_nonempty(json, "n"));
	assert_null(json_get_nonempty(json, "missing"));
	assert_null(json_get_nonempty(NULL, "a"));
	json_free(json);
}

static void
types_are_told_apart(void **state)
{
	struct cJSON *json = parse("{\"s\":\"1\",\"n\":1,\"t\":true,"
				   "\"f\":false,\"z\":null,\"o\":{},\"a\":[]}");
	double number = -7;

	(void)state;
	assert_null(json_get_text(json, "n"));
	assert_false(json_get_number(json, "s", &number));
	assert_false(json_get_number(json, "missing", &number));
	assert_int_equal((long)number, -7);
	assert_true(json_get_number(json, "n", &number));
	assert_int_equal((long)number, 1);
	assert_true(json_is_true(json_get(json, "t")));
	assert_false(json_is_true(json_get(json, "f")));
	assert_false(json_is_true(json_get(json, "s")));
	assert_true(json_is_null(json_get(json, "z")));
	assert_false(json_is_null(json_get(json, "missing")));
	assert_true(json_is_object(json_get(json, "o")));
	assert_false(json_is_object(json_get(json, "a")));
	assert_null(json_first(json_get(json, "a")));
	json_free(json);
}

static void
a_time_is_a_number_of_seconds_that_could_be_one(void **state)
{
	struct cJSON *json =
	    parse("{\"good\":1764547445.9,\"none\":0,\"early\":-1,"
		  "\"late\":1e12,\"text\":\"1764547445\"}");
	time_t at = 7;

	(void)state;
	assert_false(json_get_time(json, "none", &at));
	assert_false(json_get_time(json, "early", &at));
	assert_false(json_get_time(json, "late", &at));
	assert_false(json_get_time(json, "text", &at));
	assert_false(json_get_time(json, "missing", &at));
	assert_int_equal(at, 7);
	assert_true(json_get_time(json, "good", &at));
	assert_int_equal(at, 1764547445);
	json_free(json);
}

static void
questions_chain_over_nothing(void **state)
{
	double number;

	(void)state;
	assert_null(json_get(json_get(NULL, "a"), "b"));
	assert_null(json_get_text(NULL, "a"));
	assert_null(json_text(NULL));
	assert_null(json_first(NULL));
	assert_false(json_get_number(NULL, "a", &number));
	assert_false(json_is_object(NULL));
	assert_false(json_is_null(NULL));
	assert_false(json_is_true(NULL));
	json_free(NULL);
}

static void
members_are_replaced(void **state)
{
	struct cJSON *made = json_new_object(), *inner;
	struct buf got = { 0 };

	(void)state;
	json_add_text(made, "a", "old");
	json_add_text(made, "a", "new \"quoted\"\n");
	inner = json_add_object(made, "b");
	json_add_text(inner, "c", "1");
	json_add_text(made, "d", "gone");
	json_remove(made, "d");
	json_remove(made, "missing");
	json_add_to(&got, made);
	unit_check_text(&got,
	    "{\"a\":\"new \\\"quoted\\\"\\n\",\"b\":{\"c\":\"1\"}}");
	json_free(made);
}

static void
members_move(void **state)
{
	struct cJSON *from = parse("{\"a\":{\"x\":1},\"b\":2}");
	struct cJSON *to = parse("{\"c\":3}");
	struct buf got = { 0 };

	(void)state;
	json_move(from, json_get(from, "a"), to, "c");
	json_add_to(&got, from);
	json_add_to(&got, to);
	unit_check_text(&got, "{\"b\":2}{\"c\":{\"x\":1}}");
	json_free(from);
	json_free(to);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, good_texts, text_is_json);
	UNIT_ADD_ROWS(&unit, bad_texts, text_is_not_json);
	unit_add(&unit, "a NUL anywhere is refused", nul_is_refused, NULL);
	unit_add(&unit, "a depth of 64 is taken, one of 65 refused",
	    depth_is_limited, NULL);
	unit_add(&unit, "brackets in a string have no depth",
	    brackets_in_strings_are_not_deep, NULL);
	UNIT_ADD_ROWS(&unit, exact_cases, value_survives);
	UNIT_ADD_ROWS(&unit, inexact_texts, number_is_refused);
	unit_add(&unit, "members go by their exact name", members_go_by_case,
	    NULL);
	unit_add(&unit, "an empty text is none where it counts as none",
	    empty_is_none_where_it_counts_so, NULL);
	unit_add(&unit, "types are told apart", types_are_told_apart, NULL);
	unit_add(&unit, "a time is a number of seconds that could be one",
	    a_time_is_a_number_of_seconds_that_could_be_one, NULL);
	unit_add(&unit, "questions chain over what is not there",
	    questions_chain_over_nothing, NULL);
	unit_add(&unit, "a member that is added replaces the old one",
	    members_are_replaced, NULL);
	unit_add(&unit, "a member moves to another object", members_move, NULL);
	return unit_run(&unit, "json");
}
