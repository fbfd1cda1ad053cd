/* The Security Token Service: a token for credentials. */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"

struct sts_web_identity {
	const char *role_arn;
	const char *session_name;
	const char *token; /* the OIDC token, a JWT */
};

/*
 * AssumeRoleWithWebIdentity, unsigned, in the region. Errors: as
 * answer_set_error; ERR_DATA when the answer lacks a credential.
 */
int sts_assume_role_with_web_identity(struct aws *aws, const char *region,
    const struct sts_web_identity *identity, struct creds *creds,
    struct err *err);

#endif
