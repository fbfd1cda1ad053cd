/* A command line, split as POSIX's shell does it, and no more. */
#include "base/program.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

#define BLANKS " \t\r\n"

/* Cuts the first word off the line, which does not begin with a blank. */
static int
take_word(const char **line, struct buf *word, struct err *err)
{
	const char *c = *line;
	char quote = '\0';

	for (; *c != '\0'; c++) {
		bool escapes = *c == '\\' &&
		    (quote == '\0' ||
			(quote == '"' && (c[1] == '"' || c[1] == '\\')));

		if (quote == '\0' && strchr(BLANKS, *c) != NULL)
			break;
		if (escapes && c[1] == '\0')
			return err_set(err, ERR_CONFIG,
			    "nothing follows the last backslash");
		if (escapes)
			buf_add(word, ++c, 1);
		else if (quote == '\0' && (*c == '\'' || *c == '"'))
			quote = *c;
		else if (*c == quote)
			quote = '\0';
		else
			buf_add(word, c, 1);
	}
	if (quote != '\0')
		return err_set(err, ERR_CONFIG, "no closing quotation");
	*line = c;
	return 0;
}

int
program_split(const char *line, struct list *words, struct err *err)
{
	struct list found = { 0 };
	struct buf word = { 0 };
	int rc = -1;

	for (line += strspn(line, BLANKS); *line != '\0';
	    line += strspn(line, BLANKS)) {
		buf_clear(&word);
		if (take_word(&line, &word, err) < 0)
			goto out;
		list_add_len(&found, buf_str(&word), word.len);
	}
	if (found.n == 0) {
		(void)err_set(err, ERR_CONFIG, "no command");
		goto out;
	}
	*words = found;
	found = (struct list){ 0 };
	rc = 0;
out:
	buf_free(&word);
	list_free(&found);
	return rc;
}
