/*
 * The Security Token Service: a role's credentials, for an OIDC token or for
 * the credentials of somebody whom the role trusts; and whose credentials are.
 */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/call.h"
#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/list.h"

#define STS_VERSION "2011-06-15" /* of its API, which each request names */

/* A role to assume. Borrowed; what may be NULL is left out. */
struct sts_role {
	const char *arn;
	const char *region;       /* whose STS is asked */
	const char *session_name; /* NULL: "ecr-secret" */
	const char *external_id;  /* or NULL, as are those that follow */
	const char *duration_s;   /* a number, 900 to 43,200 */
	const char *mfa_serial;
	const char *mfa_code;
	const char *token; /* the OIDC token: with it nobody signs */
};

/*
 * Starts AssumeRole signed by creds, which live until sts_finish, or with a
 * token AssumeRoleWithWebIdentity, unsigned.
 */
struct aws_call *sts_start(struct aws *aws, const struct creds *creds,
    const struct sts_role *role);

/*
 * Waits for the answer, and frees the call. Fills *assumed, which the caller
 * frees with creds_free. Errors: as aws_wait; ERR_DATA when the answer lacks
 * a credential.
 */
int sts_finish(struct aws_call *call, struct creds *assumed, struct err *err);

/*
 * Both; a role without a region is asked for in that of creds_find_region.
 * Errors name the role.
 */
int sts_assume_role(struct aws *aws, const struct creds *creds,
    const struct sts_role *role, struct creds *assumed, struct err *err);

/*
 * Assumes one role from the other; *creds becomes the last one's. last's
 * external_id and session_name are for that one. Errors: as sts_assume_role.
 */
int sts_assume_chain(struct aws *aws, const struct list *arns,
    const struct sts_role *last, struct creds *creds, struct err *err);

/* Whose credentials are, in AWS's words. */
struct sts_identity {
	char *account; /* twelve digits */
	char *arn;     /* a role's is that of the session */
	char *user_id;
};

/*
 * Starts GetCallerIdentity, which everybody may ask; creds are borrowed until
 * sts_finish_identity.
 */
struct aws_call *sts_start_identity(struct aws *aws, const char *region,
    const struct creds *creds);

/*
 * Waits for the answer, and frees the call. The caller frees *identity with
 * sts_identity_free. Errors: as aws_wait; ERR_DATA when the answer lacks one
 * of the three.
 */
int sts_finish_identity(struct aws_call *call, struct sts_identity *identity,
    struct err *err);

void sts_identity_free(struct sts_identity *identity);

#endif
