/* Text of others; see text.h. */
#include "base/text.h"

#include <string.h>

void
text_flatten(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
		if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
			at[0] = at[1] = ' ';
		else if (at[0] < 0x20 || at[0] == 0x7f)
			at[0] = ' ';
	}
}

bool
text_is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f)
			return false;
	return len > 0;
}

bool
text_is_glob(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}
