/* Text of others, where it is shown. */
#include "base/text.h"

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
