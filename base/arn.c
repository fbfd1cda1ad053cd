/* Amazon Resource Names. */
#include "base/arn.h"

#include <string.h>

const char *
arn_account(const char *text)
{
	if (strncmp(text, "arn:", 4) != 0)
		return NULL;
	for (int colons = 0; colons < 4; colons++) {
		text += strcspn(text, ": ");
		if (*text++ != ':')
			return NULL;
	}
	return strspn(text, "0123456789") == ARN_ACCOUNT_LEN &&
		text[ARN_ACCOUNT_LEN] == ':' ?
	    text :
	    NULL;
}
