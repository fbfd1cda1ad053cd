/*
 * Who we are in AWS. The sources are tried in one order: environment keys, web
 * identity (IRSA), a profile of the shared files, container credentials (EKS
 * Pod Identity, ECS), instance metadata. The first that is set up is used, even
 * when it then fails: falling back to another identity would hide the mistake.
 *
 * A profile may hold keys, a web identity, a login of the AWS CLI (SSO, or
 * "aws login"), a process that prints credentials, or roles that are assumed
 * from any of these or from another source: see aws/profile_chain.h.
 */
#ifndef AWS_CREDS_H
#define AWS_CREDS_H

#include <stdbool.h>
#include <time.h>

#include "aws/config.h"
#include "base/err.h"

struct creds {
	char *access_key_id;
	char *secret_access_key;
	char *session_token; /* NULL for long-lived keys */
	char *arn;           /* of a role's session, or NULL */
	time_t expires_at;   /* 0 when it is not known */
	char *source;        /* "environment", "profile \"ci\"" */
	/* By an agent or a process, which may lend others the next time. */
	bool is_lent;
};

/*
 * Finds credentials. aws->trace becomes a line for each source that was tried:
 * why it was skipped, "found" or "failed". Errors: ERR_CONFIG when there are
 * none, with that trace; else the reason for which a source failed.
 */
int creds_find(struct aws *aws, struct creds *creds, struct err *err);

/*
 * The region for what names none: what aws_open read, else instance metadata,
 * else the first registry's; aws->region_origin says which. Borrowed from aws.
 * Errors: ERR_CONFIG.
 */
int creds_find_region(struct aws *aws, const char **region, struct err *err);

/* Adds who asked: "ARN, credentials from profile, key ...MPLE". */
void creds_add_identity(const struct creds *creds, struct buf *out);

/* What it held is freed. */
void creds_copy(const struct creds *from, struct creds *to);

void creds_free(struct creds *creds);

#endif
