/* Amazon ECR: a registry password. */
#ifndef AWS_ECR_H
#define AWS_ECR_H

#include <stdbool.h>
#include <time.h>

#include "aws/call.h"
#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"

/*
 * A password for every private registry of a region that the identity may
 * use, or for the public one. "auth" is base64 of "AWS:password", as docker
 * clients and registries pass it on.
 */
struct ecr_token {
	char *auth;
	char *host;        /* the caller's own registry; NULL: the public one */
	time_t expires_at; /* some 12 hours from now */
};

/* Where a token is asked for. The public registry is in us-east-1 alone. */
struct ecr_place {
	const char *region;
	struct endpoint_variant variant;
	bool is_public;
};

/*
 * Starts GetAuthorizationToken; creds are borrowed until ecr_finish_token.
 */
struct aws_call *ecr_start_token(struct aws *aws, const struct creds *creds,
    const struct ecr_place *place);

/*
 * Waits for the answer, checks all of it, and frees the call. The caller frees
 * *token with ecr_token_free. Errors: as aws_wait; ERR_DATA for an answer
 * without a usable token.
 */
int ecr_finish_token(struct aws_call *call, struct ecr_token *token,
    struct err *err);

/* Adds the password of an "auth"; false, and adds nothing, if it is none. */
bool ecr_add_password(const char *auth, struct buf *out);

void ecr_token_free(struct ecr_token *token);

#endif
