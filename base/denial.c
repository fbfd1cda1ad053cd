/* What AWS denies by, besides the policies of both sides. */
#include "base/denial.h"

#include <stddef.h>
#include <string.h>

static const struct denial denials[] = {
	{ "explicit deny",
	    "a policy denies it explicitly, and no statement that allows it "
	    "outweighs that",
	    NULL },
	{ "no vpc endpoint policy allows",
	    "the policy of the VPC endpoint by which it was asked has to allow "
	    "it",
	    "\"Principal\":\"*\"," },
	{ "no permissions boundary allows",
	    "the permissions boundary of who asks has to allow it", "" },
	{ "no session policy allows",
	    "the session policy, with which the role was assumed, has to allow "
	    "it",
	    "" },
	{ "no service control policy allows",
	    "the organization's service control policies (SCP) have to allow "
	    "it: ask who administers it",
	    NULL },
	{ "no resource control policy allows",
	    "the organization's resource control policies (RCP) have to allow "
	    "it: ask who administers it",
	    NULL },
};

const struct denial *
denial_find(const char *message)
{
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++)
		if (strstr(message, denials[i].word) != NULL)
			return &denials[i];
	return NULL;
}
