/*
 * Where the registries' tokens come from: AWS as the options have it, who asks,
 * and what was answered. The part of a run that commands share.
 */
#ifndef CMD_TOKEN_SOURCE_H
#define CMD_TOKEN_SOURCE_H

#include <stddef.h>

#include "aws/config.h"
#include "aws/creds.h"
#include "aws/ecr.h"
#include "base/err.h"
#include "base/http.h"
#include "cmd/options/options.h"
#include "cmd/registries.h"
#include "cmd/report.h"

struct token_source {
	const struct options *options; /* borrowed */
	struct aws aws;
	struct creds identity; /* who we are */
	struct creds creds;    /* who asks for tokens */
	struct registries registries;
};

/* Regions, endpoints and whom to trust. Errors: as aws_open. */
int token_source_open(struct token_source *source,
    const struct options *options, struct http *http, struct err *err);

/*
 * The same for one host, which is ECR's, in place of the options' registries.
 * Borrowed: options.
 */
int token_source_open_host(struct token_source *source,
    const struct options *options, const char *host, struct http *http,
    struct err *err);

/* Who we are, before any role; found once. Errors: as creds_find. */
int token_source_find_identity(struct token_source *source, struct err *err);

/*
 * Who we are, or become by the roles of --role-arn. Errors: as creds_find and
 * sts_assume_chain.
 */
int token_source_find_credentials(struct token_source *source, struct err *err);

/*
 * Who we become by a ServiceAccount's token, and by nothing else that this
 * machine has: the role that it is shown for, asked for in the host's region.
 * For token_source_open_host. Errors: as sts_finish.
 */
int token_source_show_token(struct token_source *source, const char *role_arn,
    const char *token, struct err *err);

/*
 * Fetches each registry's token, and reports each failure; *good is how many
 * registries have one. Errors: as registries_assign.
 */
int token_source_fetch(struct token_source *source, struct report *report,
    size_t *good, struct err *err);

/*
 * The token of token_source_open_host's host, borrowed. Errors: as
 * registries_assign and ecr_finish_token.
 */
int token_source_fetch_one(struct token_source *source,
    const struct ecr_token **token, struct err *err);

/* After the http client is gone: transfers borrow from it. */
void token_source_close(struct token_source *source);

#endif
