/* JSON documents: building, changing and writing them, by cJSON. */
#include <cjson/cJSON.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

bool
json_is_equal(const struct cJSON *a, const struct cJSON *b)
{
	return cJSON_Compare(a, b, 1);
}

struct cJSON *
json_new_object(void)
{
	return cJSON_CreateObject();
}

struct cJSON *
json_new_array(void)
{
	return cJSON_CreateArray();
}

struct cJSON *
json_new_text(const char *text)
{
	return cJSON_CreateString(text);
}

struct cJSON *
json_new_bool(bool is_true)
{
	return cJSON_CreateBool(is_true);
}

struct cJSON *
json_copy(const struct cJSON *value)
{
	return cJSON_Duplicate(value, 1);
}

void
json_add(struct cJSON *object, const char *name, struct cJSON *value)
{
	if (json_get(object, name) != NULL)
		BUG_IF(!cJSON_ReplaceItemInObjectCaseSensitive(object, name,
		    value));
	else
		BUG_IF(!cJSON_AddItemToObject(object, name, value));
}

struct cJSON *
json_add_object(struct cJSON *object, const char *name)
{
	struct cJSON *value = json_new_object();

	json_add(object, name, value);
	return value;
}

void
json_add_text(struct cJSON *object, const char *name, const char *text)
{
	json_add(object, name, json_new_text(text));
}

void
json_append(struct cJSON *array, struct cJSON *value)
{
	BUG_IF(!cJSON_AddItemToArray(array, value));
}

struct cJSON *
json_take(struct cJSON *from, struct cJSON *value)
{
	return cJSON_DetachItemViaPointer(from, value);
}

void
json_move(struct cJSON *from, struct cJSON *member, struct cJSON *to,
    const char *name)
{
	json_add(to, name, json_take(from, member));
}

void
json_remove(struct cJSON *object, const char *name)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, name);
}

void
json_add_to(struct buf *out, const struct cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);

	buf_add_str(out, text);
	mem_free(text);
}

/* A value of one line: no list or object, or one of a single text or none. */
static bool
is_line(const struct cJSON *value)
{
	const struct cJSON *first = json_first(value);

	return first == NULL ||
	    (json_is_array(value) && json_next(first) == NULL &&
		json_text(first) != NULL);
}

static void
add_value(struct buf *out, const struct cJSON *value, int depth)
{
	bool is_object = json_is_object(value);
	const struct cJSON *member = json_first(value);

	if (is_line(value)) {
		json_add_to(out, value);
		return;
	}
	buf_add_str(out, is_object ? "{\n" : "[\n");
	for (; member != NULL; member = json_next(member)) {
		buf_addf(out, "%*s", 2 * (depth + 1), "");
		if (is_object) {
			buf_add_json(out, json_name(member));
			buf_add_str(out, ": ");
		}
		add_value(out, member, depth + 1);
		buf_add_str(out, json_next(member) != NULL ? ",\n" : "\n");
	}
	buf_addf(out, "%*s%s", 2 * depth, "", is_object ? "}" : "]");
}

void
json_add_pretty(struct buf *out, const struct cJSON *value)
{
	add_value(out, value, 0);
	buf_add_str(out, "\n");
}
