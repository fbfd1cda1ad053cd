/* JSON documents, by cJSON. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	DEPTH_MAX = 64,     /* no document of AWS or Kubernetes is deeper */
	DIGITS_MAX = 15,    /* what a double holds for certain */
	EXPONENT_MAX = 2,   /* its digits; a double's own limit is 308 */
	LONG_MIN_LEN = 256, /* of a string that is worth a place of its own */
};

static const double TIME_MAX_S = 1e11; /* the year 5138 */

/* What stands for a long string while the rest is parsed. */
#define MARK '\1'
#define MARK_AS_JSON "\\u0001"

/* What one look over the text, before it is parsed, finds, and where first. */
struct survey {
	const char *nul;
	const char *large_number;
	const char *too_deep;
};

/* Skips the string that starts at text[i], a quote; returns its last byte. */
static size_t
survey_string(const char *text, size_t len, size_t i, struct survey *found)
{
	const char *from = text + i + 1;
	const char *quote = memchr(from, '"', len - i - 1);

	/* Long strings are plain ones, such as base64: past them in a leap. */
	if (quote != NULL && memchr(from, '\\', (size_t)(quote - from)) == NULL)
		return (size_t)(quote - text);
	for (i++; i < len && text[i] != '"'; i++) {
		if (text[i] != '\\')
			continue;
		/* cJSON also takes what is not hexadecimal for a NUL. */
		if (found->nul == NULL && len - i > 1 && text[i + 1] == 'u' &&
		    (strspn(text + i + 2, "0123456789abcdefABCDEF") < 4 ||
			strncmp(text + i + 2, "0000", 4) == 0))
			found->nul = text + i;
		i++;
	}
	return i;
}

/* Passes the number that starts at text[i]; returns its last byte. */
static size_t
survey_number(const char *text, size_t i, struct survey *found)
{
	size_t digits = strspn(text + i, "-.0123456789");
	size_t rest = strspn(text + i + digits, "eE+-");
	size_t exponent = strspn(text + i + digits + rest, "0123456789");

	if (found->large_number == NULL &&
	    (digits > DIGITS_MAX || exponent > EXPONENT_MAX))
		found->large_number = text + i;
	return i + digits + rest + exponent - 1;
}

static void
survey(const char *text, size_t len, struct survey *found)
{
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			i = survey_string(text, len, i, found);
		else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9'))
			i = survey_number(text, i, found);
		else if (text[i] == '{' || text[i] == '[')
			depth++;
		else if ((text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
		if (depth > DEPTH_MAX && found->too_deep == NULL)
			found->too_deep = text + i;
	}
}

static struct cJSON *
parse(const char *text, size_t len, bool is_exact)
{
	struct survey found = { 0 };

	if (len == 0 || memchr(text, '\0', len) != NULL)
		return NULL;
	survey(text, len, &found);
	if (found.too_deep != NULL || found.nul != NULL ||
	    (is_exact && found.large_number != NULL))
		return NULL;
	/* The NUL behind the text is asked for, so that no rest goes unread. */
	return cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
}

struct cJSON *
json_parse(const char *text, size_t len)
{
	return parse(text, len, false);
}

struct cJSON *
json_parse_exact(const char *text, size_t len)
{
	return parse(text, len, true);
}

/* Line and column of a byte of text. */
static void
set_fault(struct json_fault *fault, const char *why, const char *text,
    const char *at)
{
	*fault = (struct json_fault){ .why = why, .line = 1, .column = 1 };
	for (; text < at; text++) {
		fault->column++;
		if (*text == '\n') {
			fault->line++;
			fault->column = 1;
		}
	}
}

void
json_find_fault(const char *text, size_t len, struct json_fault *fault)
{
	const char *nul = memchr(text, '\0', len), *end = text;
	struct survey found = { 0 };

	survey(text, len, &found);
	if (nul != NULL)
		set_fault(fault, "holds a NUL", text, nul);
	else if (found.too_deep != NULL)
		set_fault(fault, "is nested too deep", text, found.too_deep);
	else if (found.nul != NULL)
		set_fault(fault, "holds a NUL", text, found.nul);
	else if (found.large_number != NULL)
		set_fault(fault, "has a number that would be rounded", text,
		    found.large_number);
	else {
		json_free(cJSON_ParseWithLengthOpts(text, len + 1, &end, 1));
		set_fault(fault, "is not JSON", text, end);
	}
}

/* The end of the plain, long string value that starts at quote, or NULL. */
static char *
find_long_end(const char *quote, size_t len)
{
	char *end = memchr(quote + 1, '"', len - 1);

	if (end == NULL || end - quote <= LONG_MIN_LEN ||
	    memchr(quote, '\\', (size_t)(end - quote)) != NULL ||
	    end[1 + strspn(end + 1, " \t\r\n")] == ':')
		return NULL;
	return end;
}

/*
 * Adds the text to rest, but of each long string a mark and where in the text
 * it begins; its end becomes a NUL.
 */
static void
set_aside(struct buf *text, struct buf *rest)
{
	struct survey unused = { 0 };
	size_t from = 0;

	for (size_t at = 0; at < text->len; at++) {
		char *end;

		if (text->data[at] != '"')
			continue;
		end = find_long_end(text->data + at, text->len - at);
		if (end == NULL) {
			at = survey_string(text->data, text->len, at, &unused);
			continue;
		}
		buf_add(rest, text->data + from, at - from);
		buf_addf(rest, "\"" MARK_AS_JSON "%zu\"", at + 1);
		*end = '\0';
		at = (size_t)(end - text->data);
		from = at + 1;
	}
	if (from < text->len)
		buf_add(rest, text->data + from, text->len - from);
}

/* Gives each mark its string, which cJSON will not free. */
static void
put_back(struct cJSON *value, const struct buf *text)
{
	for (; value != NULL; value = value->next) {
		const char *mark = json_text(value);

		if (mark != NULL && mark[0] == MARK) {
			size_t at = strtoul(mark + 1, NULL, 10);

			mem_free(value->valuestring);
			value->valuestring = text->data + at;
			value->type |= cJSON_IsReference;
		}
		put_back(value->child, text);
	}
}

struct cJSON *
json_parse_in_place(struct buf *text)
{
	struct buf rest = { 0 };
	struct cJSON *value;

	/* Text that has a mark of its own is parsed as ever. */
	if (text->len == 0 || memchr(text->data, '\0', text->len) != NULL ||
	    memchr(text->data, MARK, text->len) != NULL ||
	    strstr(text->data, MARK_AS_JSON) != NULL)
		return json_parse(buf_str(text), text->len);
	set_aside(text, &rest);
	value = json_parse(buf_str(&rest), rest.len);
	put_back(value, text);
	buf_free(&rest);
	return value;
}

bool
json_is_object(const struct cJSON *value)
{
	return cJSON_IsObject(value);
}

bool
json_is_array(const struct cJSON *value)
{
	return cJSON_IsArray(value);
}

bool
json_is_null(const struct cJSON *value)
{
	return cJSON_IsNull(value);
}

bool
json_is_true(const struct cJSON *value)
{
	return cJSON_IsTrue(value);
}

bool
json_is_false(const struct cJSON *value)
{
	return cJSON_IsFalse(value);
}

struct cJSON *
json_get(const struct cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *
json_get_text(const struct cJSON *object, const char *name)
{
	return json_text(json_get(object, name));
}

const char *
json_get_nonempty(const struct cJSON *object, const char *name)
{
	const char *text = json_get_text(object, name);

	return text == NULL || *text == '\0' ? NULL : text;
}

char *
json_copy_text(const struct cJSON *object, const char *name)
{
	return xstrdup(json_get_text(object, name));
}

bool
json_get_number(const struct cJSON *object, const char *name, double *number)
{
	const cJSON *value = json_get(object, name);

	if (!cJSON_IsNumber(value))
		return false;
	*number = value->valuedouble;
	return true;
}

bool
json_get_time(const struct cJSON *object, const char *name, time_t *at)
{
	double seconds;

	if (!json_get_number(object, name, &seconds) || seconds <= 0 ||
	    seconds > TIME_MAX_S)
		return false;
	*at = (time_t)seconds;
	return true;
}

const char *
json_text(const struct cJSON *value)
{
	return cJSON_IsString(value) ? value->valuestring : NULL;
}

const char *
json_name(const struct cJSON *member)
{
	return member->string;
}

struct cJSON *
json_first(const struct cJSON *value)
{
	return value == NULL ? NULL : value->child;
}

struct cJSON *
json_next(const struct cJSON *member)
{
	return member->next;
}

void
json_free(struct cJSON *value)
{
	cJSON_Delete(value);
}
