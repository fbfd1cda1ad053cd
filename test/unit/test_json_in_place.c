/* JSON whose long strings stay where they are: the same value as ever. */
#include "base/json.h"

#include "test/unit/unit.h"

#define TEXT_64 \
	"QVdTOnRoaXMgaXMgbm8gcGFzc3dvcmQsIGJ1dCBpdCBpcyBsb25nIGVub3VnaCE="
#define TEXT_255                                                  \
	TEXT_64 TEXT_64 TEXT_64                                   \
	    "QVdTOnRoaXMgaXMgbm8gcGFzc3dvcmQsIGJ1dCBpdCBpcyBsb25" \
	    "nIGVub3VnaCE"
#define LONG TEXT_255 "="

static const struct text_case {
	const char *name, *in;
} good_texts[] = {
	{ "a short string is read", "{\"a\":\"b\"}" },
	{ "a string of 255 bytes is read", "[\"" TEXT_255 "\"]" },
	{ "a string of 256 bytes is read", "[\"" LONG "\"]" },
	{ "a long string alone is read", "\"" LONG "\"" },
	{ "long strings keep their order",
	    "[\"" LONG "1\",{\"b\":\"" LONG
	    "2\",\"c\":\"x\",\"d\":{\"e\":\"" LONG "3\"}},\"" LONG "4\"]" },
	{ "a long name is a name", "{\"" LONG "\":1,\"b\":\"" LONG "x\"}" },
	{ "a long name before white space is a name",
	    "{\"" LONG "\" \n:\"" LONG "x\"}" },
	{ "a long string with an escape is read",
	    "[\"" LONG "\\n\\\"\",\"" LONG "\"]" },
	{ "a quote in a short string does not end it",
	    "[\"a\\\"\",\"" LONG "\",\"\\\\\"]" },
	{ "text with a mark of its own is read",
	    "[\"\\u0001\",\"" LONG "\",\"\\u0001\"]" },
	{ "text with the mark's byte is read", "[\"\1\",\"" LONG "\"]" },
	{ "what looks like a mark is read", "[\"\\\\u0001\",\"" LONG "\"]" },
	{ "numbers and words are read",
	    "{\"a\":[1,-2.5,true,false,null],\"b\":\"" LONG "\"}" },
};

static void
value_is_the_same(void **state)
{
	const struct text_case *row = *state;
	struct buf text = { 0 }, got = { 0 }, want = { 0 };
	struct cJSON *plain = json_parse(row->in, strlen(row->in));
	struct cJSON *value;

	buf_add_str(&text, row->in);
	value = json_parse_in_place(&text);
	assert_non_null(plain);
	assert_non_null(value);
	json_add_to(&want, plain);
	json_add_to(&got, value);
	unit_check_text(&got, want.data);
	json_free(plain);
	json_free(value);
	buf_free(&want);
	buf_free(&text);
}

static const struct text_case bad_texts[] = {
	{ "no text is refused", "" },
	{ "an open long string is refused", "{\"a\":\"" LONG },
	{ "a word behind a long string is refused", "[\"" LONG "\" x]" },
	{ "two long strings without a comma are refused",
	    "[\"" LONG "\" \"" LONG "\"]" },
	{ "text behind the value is refused", "{\"a\":\"" LONG "\"} x" },
	{ "an escaped NUL is refused", "[\"" LONG "\",\"\\u0000\"]" },
	{ "an escaped NUL in a long string is refused",
	    "[\"" LONG "\\u0000\"]" },
};

static void
text_is_refused(void **state)
{
	const struct text_case *row = *state;
	struct buf text = { 0 };

	buf_add_str(&text, row->in);
	assert_null(json_parse_in_place(&text));
	buf_free(&text);
}

static void
nul_is_refused(void **state)
{
	static const char in[] = "[\"" LONG "\0\"]";
	struct buf text = { 0 };

	(void)state;
	buf_add(&text, in, sizeof(in) - 1);
	assert_null(json_parse_in_place(&text));
	buf_free(&text);
}

/* That is what it is for: no copy is made of them. */
static void
long_strings_stay(void **state)
{
	struct buf text = { 0 };
	struct cJSON *value;
	const char *kept, *copied;

	(void)state;
	buf_add_str(&text, "{\"long\":\"" LONG "\",\"short\":\"x\"}");
	value = json_parse_in_place(&text);
	kept = json_get_text(value, "long");
	copied = json_get_text(value, "short");
	assert_string_equal(kept, LONG);
	assert_string_equal(copied, "x");
	assert_ptr_equal(kept, text.data + strlen("{\"long\":\""));
	assert_false(copied >= text.data && copied < text.data + text.len);
	json_free(value);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, good_texts, value_is_the_same);
	UNIT_ADD_ROWS(&unit, bad_texts, text_is_refused);
	unit_add(&unit, "a NUL is refused", nul_is_refused, NULL);
	unit_add(&unit, "a long string stays where it is", long_strings_stay,
	    NULL);
	return unit_run(&unit, "json in place");
}
