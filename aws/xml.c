/* The text of an element in AWS's flat XML answers. */
#include "aws/xml.h"

#include <string.h>

/* Adds the character that text, at a "&", stands for; returns its length. */
static size_t
add_entity(struct buf *out, const char *text)
{
	static const struct {
		const char *name;
		const char *character;
	} entities[] = {
		{ "&amp;", "&" },
		{ "&lt;", "<" },
		{ "&gt;", ">" },
		{ "&quot;", "\"" },
		{ "&apos;", "'" },
		{ "&#xA;", "\n" },
		{ "&#10;", "\n" },
		{ "&#xD;", "\r" },
		{ "&#13;", "\r" },
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t len = strlen(entities[i].name);

		if (strncmp(text, entities[i].name, len) == 0) {
			buf_add_str(out, entities[i].character);
			return len;
		}
	}
	buf_add_str(out, "&");
	return 1;
}

bool
xml_find(const char *text, const char *name, struct buf *out)
{
	size_t len = strlen(name);
	const char *end;

	while ((text = strchr(text, '<')) != NULL) {
		text++;
		if (strncmp(text, name, len) == 0 && text[len] == '>')
			break;
	}
	if (text == NULL)
		return false;
	text += len + 1;
	end = strchr(text, '<');
	if (end == NULL || end[1] != '/' || strncmp(end + 2, name, len) != 0 ||
	    end[2 + len] != '>')
		return false;
	while (text < end) {
		if (*text == '&')
			text += add_entity(out, text);
		else
			buf_add(out, text++, 1);
	}
	return true;
}
