/* Who said what: an option, its variable or an alias. */
#include <ctype.h>
#include <string.h>

#include "cmd/options/table.h"

/* "log-format" is ECR_SECRET_LOG_FORMAT. */
static void
add_variable(struct buf *out, const char *option)
{
	size_t from = out->len;

	buf_add_str(out, OPTION_PREFIX);
	buf_add_str(out, option);
	for (size_t i = from; i < out->len; i++) {
		char *letter = &out->data[i];

		*letter = (char)toupper((unsigned char)*letter);
		if (*letter == '-')
			*letter = '_';
	}
}

void
option_add_origin(struct buf *out, const struct option_definition *def,
    int origin)
{
	if (origin >= ORIGIN_ALIAS)
		buf_add_str(out, def->aliases[origin - ORIGIN_ALIAS]);
	else if (origin == ORIGIN_VARIABLE)
		add_variable(out, def->name);
	else
		buf_addf(out, "--%s", def->name);
}

/* The value as it was given, or as good as. */
static void
add_value(struct buf *out, const struct option_definition *def,
    const struct options *options)
{
	const void *field = (const char *)options + def->offset;
	const struct list *list = field;
	char *const *text = field;
	const bool *flag = field;
	const int64_t *number = field;

	switch (def->kind) {
	case OPTION_TEXT:
		buf_add_str(out, *text);
		break;
	case OPTION_LIST:
		for (size_t i = 0; i < list->n; i++)
			buf_addf(out, "%s%s", i > 0 ? " " : "", list->items[i]);
		break;
	case OPTION_FLAG:
		buf_add_str(out,
		    def->argument != NULL ? (*flag ? "json" : "text") :
			*flag             ? "true" :
					    "false");
		break;
	case OPTION_DURATION:
		buf_addf(out, "%lld ms", (long long)*number);
		break;
	case OPTION_NUMBER:
		buf_addf(out, "%lld", (long long)*number);
		break;
	}
}

/* An external id is a secret between two accounts: in a SPEC, too. */
static void
hide_external_id(struct buf *text)
{
	static const char word[] = ",external-id=";
	struct buf shown = { 0 };
	const char *at = buf_str(text), *found;

	while ((found = strstr(at, word)) != NULL) {
		found += sizeof(word) - 1;
		buf_add(&shown, at, (size_t)(found - at));
		buf_add_str(&shown, "(given)");
		at = found + strcspn(found, " ");
	}
	buf_add_str(&shown, at);
	buf_move(text, &shown);
}

void
option_note_settings(const struct command *command, struct options *options,
    const int *origins)
{
	for (size_t i = 0; i < OPTIONS_N; i++) {
		const struct option_definition *def = &option_table[i];
		struct buf value = { 0 }, origin = { 0 };

		if (!option_is_for(def, command) ||
		    origins[i] == ORIGIN_FALLBACK)
			continue;
		option_add_origin(&origin, def, origins[i]);
		if (strcmp(def->name, "external-id") == 0)
			buf_add_str(&value, "(given)");
		else
			add_value(&value, def, options);
		hide_external_id(&value);
		list_addf(&options->settings, "%s: %s (%s)", def->name,
		    buf_str(&value), origin.data);
		buf_free(&value);
		buf_free(&origin);
	}
}
