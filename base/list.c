/* A list of strings that it owns. */
#include "base/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
list_add_len(struct list *list, const char *text, size_t len)
{
	/* Full at each power of two: then it doubles. */
	if ((list->n & (list->n - 1)) == 0)
		list->items = xrealloc(list->items,
		    (list->n == 0 ? 1 : 2 * list->n) * sizeof(*list->items));
	list->items[list->n++] = xstrndup(text, len);
}

void
list_add(struct list *list, const char *text)
{
	list_add_len(list, text, strlen(text));
}

void
list_addf(struct list *list, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_IF(len < 0);
	text = xmalloc((size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	list_add(list, text);
	mem_free(text);
}

bool
list_has(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

void
list_split(struct list *list, const char *text, const char *separators)
{
	while (*text != '\0') {
		size_t len = strcspn(text, separators);

		if (len > 0)
			list_add_len(list, text, len);
		text += len;
		text += strspn(text, separators);
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
list_sort(struct list *list)
{
	if (list->n > 0)
		qsort(list->items, list->n, sizeof(*list->items), compare);
}

void
list_free(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		mem_free(list->items[i]);
	mem_free(list->items);
	*list = (struct list){ 0 };
}
