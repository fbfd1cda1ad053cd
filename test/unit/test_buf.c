/* Growing, and the encodings: JSON, URI, hexadecimal, messages. */
#include "base/buf.h"

#include "base/json.h"
#include "test/unit/unit.h"

enum {
	MESSAGE_MAX = 1000, /* what buf.h promises */
};

/* RFC 8259, section 7: quotes, backslashes and U+0000 to U+001F. */
static const struct json_case {
	const char *name, *in, *want;
} json_cases[] = {
	{ "an empty text is two quotes", "", "\"\"" },
	{ "a quote is escaped", "a\"b", "\"a\\\"b\"" },
	{ "UTF-8 stands as it is", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xb3",
	    "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xb3\"" },
	{ "a byte that is not UTF-8 becomes U+FFFD", "a\xff\xc3(",
	    "\"a\\ufffd\\ufffd(\"" },
	{ "a character that breaks off becomes U+FFFD", "a\xe2\x82",
	    "\"a\\ufffd\\ufffd\"" },
	{ "a backslash is escaped", "a\\b", "\"a\\\\b\"" },
	{ "a slash is not", "a/b", "\"a/b\"" },
	{ "a newline is escaped", "a\nb", "\"a\\u000ab\"" },
	{ "the last control character is escaped", "\x1f", "\"\\u001f\"" },
	{ "a space is not", " ", "\" \"" },
	{ "UTF-8 passes unchanged", "\xc3\xa9", "\"\xc3\xa9\"" },
};

static void
json_is_escaped(void **state)
{
	const struct json_case *row = *state;
	struct buf got = { 0 };

	buf_add_json(&got, row->in);
	unit_check_text(&got, row->want);
}

static void
json_is_read_back(void **state)
{
	char text[256];
	struct buf got = { 0 };
	struct cJSON *value;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)(i % 127 + 1);
	text[sizeof(text) - 1] = '\0';
	buf_add_json(&got, text);
	value = json_parse(got.data, got.len);
	assert_string_equal(json_text(value), text);
	json_free(value);
	buf_free(&got);
}

static void
json_members_are_added(void **state)
{
	struct buf got = { 0 };

	(void)state;
	buf_add_json_member(&got, "a", "x\"y");
	buf_add_json_member(&got, "b", NULL);
	buf_add_json_member(&got, "c-d", "");
	unit_check_text(&got, ",\"a\":\"x\\\"y\",\"c-d\":\"\"");
}

/* RFC 3986, section 2: unreserved characters, and capitals in escapes. */
static const struct uri_case {
	const char *name, *in, *want;
} uri_cases[] = {
	{ "no text is no text", "", "" },
	{ "letters and digits stay", "azAZ09", "azAZ09" },
	{ "the four unreserved marks stay", "-_.~", "-_.~" },
	{ "a space becomes %20", "a b", "a%20b" },
	{ "a slash is escaped", "a/b", "a%2Fb" },
	{ "a plus sign is escaped", "a+b", "a%2Bb" },
	{ "a percent sign is escaped", "%41", "%2541" },
	{ "the gen-delims are escaped", ":/?#[]@", "%3A%2F%3F%23%5B%5D%40" },
	{ "the sub-delims are escaped",
	    "!$&'()*+,;=", "%21%24%26%27%28%29%2A%2B%2C%3B%3D" },
	{ "each byte of UTF-8 is escaped", "\xe1\x88\xb4", "%E1%88%B4" },
	{ "control characters are escaped", "\n\x7f", "%0A%7F" },
};

static void
uri_is_encoded(void **state)
{
	const struct uri_case *row = *state;
	struct buf got = { 0 };

	buf_add_uri(&got, row->in, strlen(row->in));
	unit_check_text(&got, row->want);
}

static void
uri_goes_by_length(void **state)
{
	struct buf got = { 0 };

	(void)state;
	buf_add_uri(&got, "a\0/b", 3);
	unit_check_text(&got, "a%00%2F");
}

static void
hex_is_lower_case(void **state)
{
	struct buf got = { 0 };

	(void)state;
	buf_add_hex(&got, "\x00\x01\x7f\x80\xab\xff", 6);
	unit_check_text(&got, "00017f80abff");
}

static void
capitals_become_small(void **state)
{
	static const char text[] = "X-Amz-Date \xc3\x89Z[@`{";
	struct buf got = { 0 };

	(void)state;
	buf_add_lower(&got, text, strlen(text));
	unit_check_text(&got, "x-amz-date \xc3\x89z[@`{");
}

#define RUN_64 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct message_case {
	const char *name, *in;
	const char *secrets[3];
	const char *want;
} message_cases[] = {
	{ "a message without a secret stays", "no one here", { "key" },
	    "no one here" },
	{ "a secret inside is masked", "the key is S3cret!", { "S3cret" },
	    "the key is ***!" },
	{ "a long run of base64 is masked, whatever it is",
	    "denied: " RUN_64 "a=!", { NULL }, "denied: ***!" },
	{ "an ARN and a digest stay",
	    "arn:aws:iam::111122223333:role/a " RUN_64, { NULL },
	    "arn:aws:iam::111122223333:role/a " RUN_64 },
	{ "a secret at the start is masked", "S3cret leaks", { "S3cret" },
	    "*** leaks" },
	{ "a secret at the end is masked", "leaked S3cret", { "S3cret" },
	    "leaked ***" },
	{ "a secret that is the whole is masked", "S3cret", { "S3cret" },
	    "***" },
	{ "a secret is masked each time", "ab ab", { "ab" }, "*** ***" },
	{ "two secrets side by side are masked", "abcd", { "cd", "ab" },
	    "******" },
	{ "a secret after its own beginning is masked", "aab", { "ab" },
	    "a***" },
	{ "of two secrets the longer is masked", "abcdef", { "abc", "abcdef" },
	    "***" },
	{ "empty and missing secrets are skipped", "abc", { "", NULL, "b" },
	    "a***c" },
	{ "only the first line is taken", "one\ntwo", { NULL }, "one" },
	{ "a secret on the second line stays away", "one\nab", { "ab" },
	    "one" },
	{ "an empty message is nothing", "", { "ab" }, "" },
};

static void
message_is_masked(void **state)
{
	const struct message_case *row = *state;
	struct buf got = { 0 };

	buf_add_message(&got, row->in, row->secrets, 3);
	unit_check_text(&got, row->want);
}

/* A secret across the limit, wherever it begins, does not show. */
static void
message_has_limit(void **state)
{
	static const char secret[] = "S3cretS3cret";
	const char *const secrets[] = { secret };
	char text[2 * MESSAGE_MAX];

	(void)state;
	for (size_t at = MESSAGE_MAX - 20; at < MESSAGE_MAX + 5; at++) {
		struct buf got = { 0 };

		memset(text, 'x', sizeof(text));
		text[sizeof(text) - 1] = '\0';
		memcpy(text + at, secret, strlen(secret));
		buf_add_message(&got, text, secrets, 1);
		assert_null(strchr(got.data, 'S'));
		assert_in_range(got.len, 1, MESSAGE_MAX);
		buf_free(&got);
	}
}

static void
limit_is_for_each_message(void **state)
{
	struct buf got = { 0 };
	char text[2 * MESSAGE_MAX];

	(void)state;
	memset(text, '.', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	buf_add_str(&got, "before: ");
	buf_add_message(&got, text, NULL, 0);
	assert_int_equal(got.len, strlen("before: ") + MESSAGE_MAX);
	buf_free(&got);
}

static void
grows_by_any_size(void **state)
{
	struct buf got = { 0 };

	(void)state;
	for (size_t i = 0; i < 10000; i++)
		buf_addf(&got, "%c", (char)('a' + i % 26));
	assert_int_equal(got.len, 10000);
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(got.data[i], 'a' + i % 26);
	assert_int_equal(got.data[10000], '\0');
	buf_free(&got);
}

static void
carries_nul(void **state)
{
	struct buf got = { 0 };

	(void)state;
	buf_add(&got, "a\0b", 3);
	buf_add(&got, NULL, 0);
	unit_check_buf(&got, "a\0b", 3);
}

static void
empty_is_empty_text(void **state)
{
	struct buf got = { 0 };
	char *text;

	(void)state;
	assert_string_equal(buf_str(&got), "");
	buf_clear(&got);
	text = buf_take(&got);
	assert_string_equal(text, "");
	mem_free(text);
	buf_free(&got);
	buf_free(&got);
}

static void
clear_wipes(void **state)
{
	struct buf got = { 0 };

	(void)state;
	buf_add_str(&got, "secret");
	buf_clear(&got);
	assert_int_equal(got.len, 0);
	assert_memory_equal(got.data, "\0\0\0\0\0\0", 6);
	buf_free(&got);
}

static void
move_empties(void **state)
{
	struct buf to = { 0 }, from = { 0 };

	(void)state;
	buf_add_str(&to, "old");
	buf_add_str(&from, "new");
	buf_move(&to, &from);
	assert_null(from.data);
	assert_int_equal(from.len, 0);
	unit_check_text(&to, "new");
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, json_cases, json_is_escaped);
	unit_add(&unit, "JSON text is read back as it was", json_is_read_back,
	    NULL);
	unit_add(&unit,
	    "JSON members are added, without those that have no text",
	    json_members_are_added, NULL);
	UNIT_ADD_ROWS(&unit, uri_cases, uri_is_encoded);
	unit_add(&unit, "a URI part goes by length, not by NUL",
	    uri_goes_by_length, NULL);
	unit_add(&unit, "hexadecimal digits are small", hex_is_lower_case,
	    NULL);
	unit_add(&unit, "only ASCII's capitals become small",
	    capitals_become_small, NULL);
	UNIT_ADD_ROWS(&unit, message_cases, message_is_masked);
	unit_add(&unit, "a message ends at 1,000 bytes, and no secret shows",
	    message_has_limit, NULL);
	unit_add(&unit, "the limit is for the message, not for the buffer",
	    limit_is_for_each_message, NULL);
	unit_add(&unit, "10,000 bytes are added one by one", grows_by_any_size,
	    NULL);
	unit_add(&unit, "a NUL inside is a byte like others", carries_nul,
	    NULL);
	unit_add(&unit, "an empty one is an empty text", empty_is_empty_text,
	    NULL);
	unit_add(&unit, "clearing wipes the bytes", clear_wipes, NULL);
	unit_add(&unit, "moving empties the one moved from", move_empties,
	    NULL);
	return unit_run(&unit, "buf");
}
