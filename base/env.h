/*
 * Environment variables, cleaned: trailing newlines, as "echo | base64" puts
 * into Secrets, are dropped; an empty value counts as unset, a blank one too if
 * it is AWS's; control characters inside are refused by the variable's name.
 */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include <stdbool.h>

#include "base/err.h"
#include "base/list.h"

/*
 * Sets *value to the variable's text, which the caller frees with mem_free, or
 * to NULL when it is unset. The error's kind is ERR_CONFIG.
 */
int env_get(const char *name, char **value, struct err *err);

/* The same as it stands, for lists, whose values are cleaned one by one. */
char *env_get_raw(const char *name);

/* Adds "NAME=text" of each variable whose name begins so, sorted. */
void env_add_all(const char *prefix, struct list *out);

/* As env_get, for true and false in any case, 1 and 0; unset: *value stays. */
int env_get_bool(const char *name, bool *value, struct err *err);

/* The same for text that is there; what begins the message. */
int env_parse_bool(const char *what, const char *text, bool *value,
    struct err *err);

/* Drops trailing CR and LF; -1 and ERR_CONFIG for control characters inside. */
int env_clean(const char *what, char *text, struct err *err);

#endif
