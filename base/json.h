/*
 * JSON documents, by cJSON. Members are looked up case-sensitively. What cJSON
 * can't carry unchanged is refused, not rounded: NUL in strings always, and
 * large numbers where the document is to be written again.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"

struct cJSON; /* a value, by the library's own name */

/*
 * The value that text holds, or NULL if it is not JSON, is nested deeper than
 * 64, or holds a NUL. A NUL must stand behind it, as in a struct buf. Free the
 * value with json_free.
 */
struct cJSON *json_parse(const char *text, size_t len);

/* As json_parse, and NULL when a number would not survive json_add_to. */
struct cJSON *json_parse_exact(const char *text, size_t len);

/* Why json_parse_exact gave NULL, and where; both are counted from 1. */
struct json_fault {
	const char *why; /* "is not JSON" */
	size_t line;
	size_t column; /* in bytes; for a missing name that of the next one */
};

void json_find_fault(const char *text, size_t len, struct json_fault *fault);

/*
 * As json_parse, for text with long strings in it, such as a list of Secrets:
 * cJSON would go over each several times. They stay where they are in *text,
 * which is changed for it, and has to live as long as the value.
 */
struct cJSON *json_parse_in_place(struct buf *text);

/* Questions; each accepts NULL, so that they chain. */
bool json_is_object(const struct cJSON *value);
bool json_is_array(const struct cJSON *value);
bool json_is_null(const struct cJSON *value);
bool json_is_true(const struct cJSON *value);
bool json_is_false(const struct cJSON *value);
struct cJSON *json_get(const struct cJSON *object, const char *name);
const char *json_get_text(const struct cJSON *object, const char *name);
/* The same, and NULL for an empty one, where that counts as none. */
const char *json_get_nonempty(const struct cJSON *object, const char *name);
char *json_copy_text(const struct cJSON *object, const char *name); /* owned */
bool json_get_number(const struct cJSON *object, const char *name,
    double *number);

/* A time as AWS and RFC 7519 write it, in seconds since 1970, later than that. */
bool json_get_time(const struct cJSON *object, const char *name, time_t *at);

/* The text of a string, else NULL; and a member's name. */
const char *json_text(const struct cJSON *value);
const char *json_name(const struct cJSON *member);

/* The first element or member of value, and the one after; else NULL. */
struct cJSON *json_first(const struct cJSON *value);
struct cJSON *json_next(const struct cJSON *member);

/* Are they the same, members in any order, elements in theirs? */
bool json_is_equal(const struct cJSON *a, const struct cJSON *b);

/* New values, each to be freed, or added to another one. */
struct cJSON *json_new_object(void);
struct cJSON *json_new_array(void);
struct cJSON *json_new_text(const char *text);
struct cJSON *json_new_bool(bool is_true);
struct cJSON *json_copy(const struct cJSON *value);

/* Adds a value, which is taken over; a member of that name gives it its place. */
void json_add(struct cJSON *object, const char *name, struct cJSON *value);
struct cJSON *json_add_object(struct cJSON *object, const char *name);
void json_add_text(struct cJSON *object, const char *name, const char *text);

/* Adds a value, which is taken over, behind the others. */
void json_append(struct cJSON *array, struct cJSON *value);

/* Takes a member or an element out; the caller frees it. */
struct cJSON *json_take(struct cJSON *from, struct cJSON *value);
void json_remove(struct cJSON *object, const char *name);

/* Takes member out of object and adds it to another, by a new name. */
void json_move(struct cJSON *from, struct cJSON *member, struct cJSON *to,
    const char *name);

/* Writes value without white space. */
void json_add_to(struct buf *out, const struct cJSON *value);

/*
 * Writes value for people: a member and an element a line, in two spaces a
 * level; a newline at the end. A list of one text stays in its member's line.
 */
void json_add_pretty(struct buf *out, const struct cJSON *value);

void json_free(struct cJSON *value);

#endif
