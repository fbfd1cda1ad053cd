/*
 * Amazon Resource Names, arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, pure. By
 * the AWS General Reference.
 */
#ifndef BASE_ARN_H
#define BASE_ARN_H

enum {
	ARN_ACCOUNT_LEN = 12, /* digits */
	ARN_REGION_MAX = 63,  /* a DNS label */
};

/*
 * Where the account begins in the ARN at the beginning of text, behind which a
 * space may stand; NULL if it is none, or has no account.
 */
const char *arn_account(const char *text);

#endif
