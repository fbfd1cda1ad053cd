/* What a resolver's configuration says of names that are not qualified. */
#include "base/resolver_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

enum {
	NDOTS_MAX = 15, /* as the C library caps it */
};

#define BLANKS " \t\r\n"

/* The last word of them that is ndots:N. */
static void
read_options(const struct list *words, struct resolver_config *config)
{
	static const char prefix[] = "ndots:";

	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->items[i];
		unsigned long ndots;

		if (strncmp(word, prefix, sizeof(prefix) - 1) != 0)
			continue;
		ndots = strtoul(word + sizeof(prefix) - 1, NULL, 10);
		config->ndots = ndots > NDOTS_MAX ? NDOTS_MAX : (unsigned)ndots;
	}
}

/* "search" and "domain" each replace what was said before. */
static void
read_line(const char *line, struct resolver_config *config)
{
	struct list words = { 0 };

	list_split(&words, line, BLANKS);
	if (words.n > 0 && strcmp(words.items[0], "options") == 0)
		read_options(&words, config);
	if (words.n > 0 && strcmp(words.items[0], "search") == 0)
		config->search_n = (unsigned)words.n - 1;
	if (words.n > 1 && strcmp(words.items[0], "domain") == 0)
		config->search_n = 1;
	list_free(&words);
}

void
resolver_config_read(const char *text, const char *options, const char *domains,
    struct resolver_config *config)
{
	struct list lines = { 0 }, words = { 0 }, names = { 0 };

	*config = (struct resolver_config){ .ndots = 1 };
	list_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++)
		read_line(lines.items[i], config);
	if (options != NULL)
		list_split(&words, options, BLANKS);
	read_options(&words, config);
	if (domains != NULL) {
		list_split(&names, domains, BLANKS);
		config->search_n = (unsigned)names.n;
	}
	list_free(&lines);
	list_free(&words);
	list_free(&names);
}
