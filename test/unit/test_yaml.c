/* YAML: the JSON that a document is, and what is refused. */
#include "base/json.h"
#include "cluster/yaml.h"
#include "unit.h"

/* Resolved as sigs.k8s.io/yaml does by go-yaml v2 (resolve.go's tables). */
static const struct {
	const char *name, *in, *want;
} good[] = {
	{ "nothing is null", "", "null" },
	{ "a comment is nothing", "# a\n", "null" },
	{ "an empty document is null", "---\n", "null" },
	{ "an end may be marked", "a: b\n...\n", "{\"a\":\"b\"}" },
	{ "a mapping and lists",
	    "a:\n- b\n- - c\n  - d\n- {e: f, g: []}\nh: {}\n",
	    "{\"a\":[\"b\",[\"c\",\"d\"],{\"e\":\"f\",\"g\":[]}],\"h\":{}}" },
	{ "JSON is YAML", "{\"a\": [1, true, null, \"b\\/\\u00e9\\n\"]}",
	    "{\"a\":[1,true,null,\"b/\xc3\xa9\\n\"]}" },
	{ "JSON may be indented by tabs", "{\n\t\"a\":\n\t\t1\n}",
	    "{\"a\":1}" },
	{ "a byte order mark is skipped",
	    "\xef\xbb\xbf"
	    "a: b",
	    "{\"a\":\"b\"}" },
	{ "lines of Windows", "a: b\r\nc: d\r\n", "{\"a\":\"b\",\"c\":\"d\"}" },
	{ "a literal block", "a: |\n  b\n  c\n", "{\"a\":\"b\\nc\\n\"}" },
	{ "a folded block", "a: >-\n  b\n  c\n", "{\"a\":\"b c\"}" },
	{ "words for true",
	    "[y, Y, yes, Yes, YES, true, True, TRUE, on, On, ON]",
	    "[true,true,true,true,true,true,true,true,true,true,true]" },
	{ "words for false",
	    "[n, N, no, No, NO, false, False, FALSE, off, Off, OFF]",
	    "[false,false,false,false,false,false,false,false,false,false,"
	    "false]" },
	{ "words for null", "[~, null, Null, NULL]", "[null,null,null,null]" },
	{ "nothing for a value", "a:\nb: \n", "{\"a\":null,\"b\":null}" },
	{ "words that are text", "[tRUE, yEs, nil, none, oN, '']",
	    "[\"tRUE\",\"yEs\",\"nil\",\"none\",\"oN\",\"\"]" },
	{ "quoted words are text", "['true', \"1\", '~', ! 1, !!str 2]",
	    "[\"true\",\"1\",\"~\",\"1\",\"2\"]" },
	{ "whole numbers", "[0, 1, -1, +1, 1_000, 0x1F, 010, -0x10]",
	    "[0,1,-1,1,1000,31,8,-16]" },
	{ "fractions", "[1.5, .5, 1., -1.5e3, 1e2, 09]",
	    "[1.5,0.5,1,-1500,100,9]" },
	{ "text that begins as a number",
	    "[10.0.0.1, 1.2.3, 1-2, 2001-01-01, '-', +, ., 12h, 0x, 1e, -inf]",
	    "[\"10.0.0.1\",\"1.2.3\",\"1-2\",\"2001-01-01\",\"-\",\"+\",\".\","
	    "\"12h\",\"0x\",\"1e\",\"-inf\"]" },
	{ "keys are text", "1: a\ntrue: b\n? c\n: d\n",
	    "{\"1\":\"a\",\"true\":\"b\",\"c\":\"d\"}" },
	{ "a quoted merge key is a key", "'<<': a", "{\"<<\":\"a\"}" },
	{ "a key of another mapping", "a: {b: c}\nd: {b: c}\n",
	    "{\"a\":{\"b\":\"c\"},\"d\":{\"b\":\"c\"}}" },
	{ "64 levels",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]" },
};

#define NUL_HERE "a: b\0c"

static const struct {
	const char *name, *in, *want;
	size_t len; /* 0: up to the NUL */
} bad[] = {
	{ "an anchor", "a: &b c", "line 1: anchors (&)" },
	{ "an anchor of a list", "\na: &b [c]", "line 2: anchors (&)" },
	{ "an anchor of a mapping", "a: &b {c: d}", "line 1: anchors (&)" },
	{ "an alias", "a: *b", "line 1: aliases (*)" },
	{ "an alias for a key", "*b : c", "line 1: aliases (*)" },
	{ "a merge key", "a: b\n<<: {c: d}", "line 2: merge keys (<<)" },
	{ "a tag", "a: !!binary YQ==", "line 1: tags (!)" },
	{ "a tag of a mapping", "a: !x {b: c}", "line 1: tags (!)" },
	{ "a tag of a list", "!!seq [b]", "line 1: tags (!)" },
	{ "a key twice", "a: b\nc: {a: d}\n'a': e", "line 3: \"a\" is" },
	{ "a mapping for a key", "? {a: b}\n: c", "line 1: a key that" },
	{ "a second document", "a\n---\nb", "line 2: a second document" },
	{ "a tab", "a:\n\tb: c", "; YAML is not indented by tabs" },
	{ "a bracket that stays open", "a: [b", "did not find expected" },
	{ "a byte that is no UTF-8", "a: b\nc: \xff", "line 2: invalid" },
	{ "a control character", "a: \x07", "line 1: control characters" },
	{ "a NUL", NUL_HERE, "line 1: has a NUL", sizeof(NUL_HERE) - 1 },
	{ "a NUL by its escape", "a: \"b\\0\"", "line 1: a NUL" },
	{ "a NUL in a key", "\"a\\0\": b", "line 1: a NUL" },
	{ "UTF-16 of Windows",
	    "\xff\xfe"
	    "a",
	    "is UTF-16" },
	{ "UTF-16 of the network",
	    "\xfe\xff"
	    "b",
	    "is UTF-16" },
	{ "65 levels",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	    "[",
	    "line 1: nested too deep" },
};

static void
text_is_read(void **state)
{
	const __typeof__(good[0]) *row = *state;
	struct cJSON *value = NULL;
	struct buf json = { 0 };
	struct err err = { 0 };

	assert_int_equal(yaml_parse(row->in, strlen(row->in), &value, &err), 0);
	json_add_to(&json, value);
	unit_check_text(&json, row->want);
	json_free(value);
}

static void
text_is_refused(void **state)
{
	const __typeof__(bad[0]) *row = *state;
	size_t len = row->len > 0 ? row->len : strlen(row->in);
	struct cJSON *value = NULL;
	struct err err = { 0 };

	assert_int_equal(yaml_parse(row->in, len, &value, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.text, row->want));
	assert_null(value);
}

/* "a, a, a, ..." for n values. */
static void
check_count(size_t lists, size_t n, int want)
{
	struct buf text = { 0 };
	struct cJSON *value = NULL;
	struct err err = { 0 };

	for (size_t i = 0; i < lists; i++) {
		buf_add_str(&text, "- [");
		for (size_t k = 0; k < n; k++)
			buf_add_str(&text, "a,");
		buf_add_str(&text, "]\n");
	}
	assert_int_equal(yaml_parse(text.data, text.len, &value, &err), want);
	if (want == 0)
		json_free(value);
	else
		assert_non_null(strstr(err.text, "too many"));
	buf_free(&text);
}

static void
sizes_have_limits(void **state)
{
	(void)state;
	check_count(1, 10000, 0);
	check_count(1, 10001, -1);
	check_count(19, 10000, 0);
	check_count(20, 10000, -1);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, good, text_is_read);
	UNIT_ADD_ROWS(&unit, bad, text_is_refused);
	unit_add(&unit, "sizes have limits", sizes_have_limits, NULL);
	return unit_run(&unit, "yaml");
}
