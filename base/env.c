/* Environment variables, cleaned. */
#include "base/env.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

extern char **environ;

int
env_clean(const char *what, char *text, struct err *err)
{
	size_t len = strlen(text), at;

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	at = strcspn(text, "\t" BUF_CONTROLS);
	if (at < len)
		return err_set(err, ERR_CONFIG,
		    "%s: has a control character (0x%02x) at position %zu",
		    what, (unsigned)text[at], at + 1);
	return 0;
}

char *
env_get_raw(const char *name)
{
	const char *set = getenv(name);

	return set == NULL || set[0] == '\0' ? NULL : xstrdup(set);
}

void
env_add_all(const char *prefix, struct list *out)
{
	for (char **entry = environ; *entry != NULL; entry++)
		if (strncmp(*entry, prefix, strlen(prefix)) == 0)
			list_add(out, *entry);
	list_sort(out);
}

int
env_get(const char *name, char **value, struct err *err)
{
	char *text = env_get_raw(name);

	if (text != NULL && env_clean(name, text, err) < 0) {
		mem_free(text);
		return -1;
	}
	/* A blank AWS_* value counts as unset, as in AWS's own tools. */
	if (text != NULL &&
	    (text[0] == '\0' ||
		(strncmp(name, "AWS_", 4) == 0 &&
		    text[strspn(text, " ")] == '\0'))) {
		mem_free(text);
		text = NULL;
	}
	*value = text;
	return 0;
}

int
env_parse_bool(const char *what, const char *text, bool *value, struct err *err)
{
	bool is_true = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;

	if (!is_true && strcasecmp(text, "false") != 0 &&
	    strcmp(text, "0") != 0)
		return err_set(err, ERR_CONFIG, "%s: not true or false", what);
	*value = is_true;
	return 0;
}

int
env_get_bool(const char *name, bool *value, struct err *err)
{
	char *text;
	int rc = 0;

	if (env_get(name, &text, err) < 0)
		return -1;
	if (text != NULL)
		rc = env_parse_bool(name, text, value, err);
	mem_free(text);
	return rc;
}
