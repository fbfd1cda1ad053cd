/* Amazon ECR: a registry password. */
#ifndef AWS_ECR_H
#define AWS_ECR_H

#include <time.h>

#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/http.h"

/*
 * A password for every private registry of a region that the identity may
 * use. "auth" is base64 of "AWS:password", as docker clients and registries
 * pass it on.
 */
struct ecr_token {
	char *auth;
	char *host;        /* the caller's own registry */
	time_t expires_at; /* some 12 hours from now */
};

struct ecr_call; /* a call under way */

/*
 * Starts GetAuthorizationToken at the region's endpoint of that variant; creds
 * are borrowed until ecr_finish_token.
 */
struct ecr_call *ecr_start_token(struct aws *aws, const struct creds *creds,
    const char *region, struct endpoint_variant variant);

/*
 * Waits for the answer, checks all of it, and frees the call. The caller frees
 * *token with ecr_token_free. Errors: ERR_RETRY, ERR_DENIED, ERR_REFUSED, and
 * ERR_DATA for an answer without a usable token.
 */
int ecr_finish_token(struct ecr_call *call, struct ecr_token *token,
    struct err *err);

void ecr_token_free(struct ecr_token *token);

#endif
