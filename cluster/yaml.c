/* One YAML document as the value that base/json reads, by libyaml. */
#include "cluster/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"
#include "base/mem.h"

enum {
	DEPTH_MAX = 64,      /* base/json's own */
	NODES_MAX = 200000,  /* 5,000 contexts with cluster and user */
	MEMBERS_MAX = 10000, /* of one mapping or list; keys are compared */
};

/* A mapping or list that is not at its end yet. */
struct level {
	bool is_mapping;
	bool has_key;     /* the key is read, its value is next */
	struct list keys; /* so far */
	size_t members;
};

struct reader {
	yaml_parser_t parser;
	struct buf json; /* what was read, as JSON */
	struct level levels[DEPTH_MAX];
	size_t depth, nodes, documents;
	size_t line; /* of the event at hand, from 1 */
};

static int
refuse(const struct reader *reader, struct err *err, const char *reason)
{
	return err_set(err, ERR_CONFIG, "line %zu: %s", reader->line, reason);
}

/* --- Scalars ---------------------------------------------------------------- */

/* The words of YAML 1.1 that are no text, as go-yaml has them. */
static const struct {
	const char *json, *words[12];
} plain_words[] = {
	{ "true",
	    { "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On",
		"ON" } },
	{ "false",
	    { "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off",
		"Off", "OFF" } },
	{ "null", { "", "~", "null", "Null", "NULL" } },
};

static bool
add_word(const char *text, struct buf *json)
{
	for (size_t i = 0; i < sizeof(plain_words) / sizeof(*plain_words);
	    i++) {
		for (const char *const *word = plain_words[i].words;
		    *word != NULL; word++) {
			if (strcmp(text, *word) != 0)
				continue;
			buf_add_str(json, plain_words[i].json);
			return true;
		}
	}
	return false;
}

/* Integers of the bases that C knows, and decimal fractions; "_" is skipped. */
static bool
add_number(const char *text, struct buf *json)
{
	struct buf digits = { 0 };
	size_t before = json->len;
	long long whole;
	double value;
	char *end_of_whole, *end_of_value;

	if (strchr("+-.0123456789", text[0]) == NULL)
		return false;
	for (const char *c = text; *c != '\0'; c++)
		if (*c != '_')
			buf_add(&digits, c, 1);
	text = buf_str(&digits);
	errno = 0;
	whole = strtoll(text, &end_of_whole, 0);
	if (*end_of_whole == '\0' && end_of_whole != text && errno == 0) {
		buf_addf(json, "%lld", whole);
	} else if (text[strspn(text, "+-.0123456789eE")] == '\0') {
		value = strtod(text, &end_of_value);
		if (*end_of_value == '\0' && end_of_value != text &&
		    isfinite(value))
			buf_addf(json, "%.17g", value);
	}
	buf_free(&digits);
	return json->len > before;
}

/* The key that the next value belongs to. */
static int
take_key(struct reader *reader, const yaml_event_t *event, struct err *err)
{
	struct level *level = &reader->levels[reader->depth - 1];
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    strcmp(text, "<<") == 0)
		return refuse(reader, err,
		    "merge keys (<<) are not supported; write the values out");
	if (list_has(&level->keys, text))
		return err_set(err, ERR_CONFIG,
		    "line %zu: \"%.100s\" is there twice", reader->line, text);
	list_add(&level->keys, text);
	if (level->keys.n > 1)
		buf_add_str(&reader->json, ",");
	buf_add_json(&reader->json, text);
	buf_add_str(&reader->json, ":");
	level->has_key = true;
	return 0;
}

static void
take_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    event->data.scalar.tag == NULL;

	if (!is_plain ||
	    (!add_word(text, &reader->json) &&
		!add_number(text, &reader->json)))
		buf_add_json(&reader->json, text);
}

/* --- Events ------------------------------------------------------------------ */

static int
begin(struct reader *reader, bool is_mapping, struct err *err)
{
	if (reader->depth == DEPTH_MAX)
		return refuse(reader, err, "nested too deep");
	reader->levels[reader->depth++] =
	    (struct level){ .is_mapping = is_mapping };
	buf_add_str(&reader->json, is_mapping ? "{" : "[");
	return 0;
}

static void
end(struct reader *reader)
{
	struct level *level = &reader->levels[--reader->depth];

	buf_add_str(&reader->json, level->is_mapping ? "}" : "]");
	list_free(&level->keys);
}

/* Tags that say no more than what is written does: "!!str" of a text. */
static bool
is_usual_tag(const char *tag)
{
	return tag == NULL || strcmp(tag, "!") == 0 ||
	    strcmp(tag, YAML_STR_TAG) == 0;
}

/* What may not be, whatever it is a part of. */
static int
check_node(struct reader *reader, const yaml_event_t *event, struct err *err)
{
	const yaml_char_t *anchor, *tag;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		if (memchr(event->data.scalar.value, '\0',
			event->data.scalar.length) != NULL)
			return refuse(reader, err, "a NUL is no text");
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	} else {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	}
	if (anchor != NULL)
		return refuse(reader, err,
		    "anchors (&) are not supported; write the values out");
	if (!is_usual_tag((const char *)tag))
		return refuse(reader, err, "tags (!) are not supported");
	if (++reader->nodes > NODES_MAX)
		return refuse(reader, err, "too many values");
	return 0;
}

/* A value, or a key, begins. */
static int
take_node(struct reader *reader, const yaml_event_t *event, struct err *err)
{
	struct level *level =
	    reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
	bool is_scalar = event->type == YAML_SCALAR_EVENT;
	bool is_key = level != NULL && level->is_mapping && !level->has_key;

	if (check_node(reader, event, err) < 0)
		return -1;
	if (is_key && !is_scalar)
		return refuse(reader, err, "a key that is no text");
	if (level != NULL && !is_key && ++level->members > MEMBERS_MAX)
		return refuse(reader, err, "too many members");
	if (is_key)
		return take_key(reader, event, err);
	if (level != NULL && !level->is_mapping && level->members > 1)
		buf_add_str(&reader->json, ",");
	if (level != NULL)
		level->has_key = false;
	if (!is_scalar)
		return begin(reader, event->type == YAML_MAPPING_START_EVENT,
		    err);
	take_scalar(reader, event);
	return 0;
}

static int
take_event(struct reader *reader, const yaml_event_t *event, struct err *err)
{
	reader->line = event->start_mark.line + 1;
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->documents++ > 0)
			return refuse(reader, err, "a second document");
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(reader, err,
		    "aliases (*) are not supported; write the values out");
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return take_node(reader, event, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		end(reader);
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

/* --- Text -------------------------------------------------------------------- */

static size_t
count_lines(const char *text, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Is the line, from 1, indented by a tab? libyaml's words for it help nobody. */
static bool
has_tab(const char *text, size_t line)
{
	while (--line > 0 && (text = strchr(text, '\n')) != NULL)
		text++;
	return text != NULL && text[strspn(text, " ")] == '\t';
}

/* What libyaml says of text that is no YAML. */
static int
explain(const struct reader *reader, const char *text, struct err *err)
{
	const yaml_parser_t *parser = &reader->parser;
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (parser->error == YAML_READER_ERROR)
		line = count_lines(text, parser->problem_offset);
	(void)err_set(err, ERR_CONFIG, "line %zu: %s", line, parser->problem);
	if (has_tab(text, line))
		err_hint(err, "YAML is not indented by tabs");
	return -1;
}

/* Windows' editors write it; what libyaml makes of the rest is unclear. */
static int
check_encoding(const char *text, size_t len, struct err *err)
{
	const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;

	if (len >= 2 &&
	    (memcmp(text, "\xff\xfe", 2) == 0 ||
		memcmp(text, "\xfe\xff", 2) == 0))
		return err_set(err, ERR_CONFIG,
		    "is UTF-16 or UTF-32; save it as UTF-8");
	if (nul != NULL)
		return err_set(err, ERR_CONFIG,
		    "line %zu: has a NUL, so it is no UTF-8 text",
		    count_lines(text, (size_t)(nul - text)));
	return 0;
}

/* libyaml's own memory is not our allocator's: secrets are wiped here. */
static void
free_event(yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		mem_wipe(event->data.scalar.value, event->data.scalar.length);
	yaml_event_delete(event);
}

static void
free_reader(struct reader *reader)
{
	yaml_parser_t *parser = &reader->parser;

	while (reader->depth > 0)
		list_free(&reader->levels[--reader->depth].keys);
	buf_free(&reader->json);
	mem_wipe(parser->raw_buffer.start,
	    (size_t)(parser->raw_buffer.end - parser->raw_buffer.start));
	mem_wipe(parser->buffer.start,
	    (size_t)(parser->buffer.end - parser->buffer.start));
	yaml_parser_delete(parser);
}

int
yaml_parse(const char *text, size_t len, struct cJSON **value, struct err *err)
{
	struct reader reader = { 0 };
	bool is_end = false;
	int rc = -1;

	if (check_encoding(text, len, err) < 0)
		return -1;
	if (yaml_parser_initialize(&reader.parser) != 1)
		return err_set(err, ERR_SYSTEM, "out of memory");
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser,
	    (const unsigned char *)text, len);
	while (!is_end) {
		yaml_event_t event;
		int taken;

		if (yaml_parser_parse(&reader.parser, &event) != 1) {
			(void)explain(&reader, text, err);
			goto out;
		}
		taken = take_event(&reader, &event, err);
		is_end = event.type == YAML_STREAM_END_EVENT;
		free_event(&event);
		if (taken < 0)
			goto out;
	}
	if (reader.json.len == 0)
		buf_add_str(&reader.json, "null");
	*value = json_parse(reader.json.data, reader.json.len);
	BUG_IF(*value == NULL);
	rc = 0;
out:
	free_reader(&reader);
	return rc;
}
