/* A list of strings that it owns. All zeroes is an empty one. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	char **items;
	size_t n;
};

void list_add(struct list *list, const char *text);
void list_addf(struct list *list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void list_add_len(struct list *list, const char *text, size_t len);
bool list_has(const struct list *list, const char *text);

/* Adds each non-empty run of text between any of the separators. */
void list_split(struct list *list, const char *text, const char *separators);

/* Sorts by the bytes. */
void list_sort(struct list *list);

void list_free(struct list *list);

#endif
