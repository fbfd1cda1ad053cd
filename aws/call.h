/*
 * One call to an AWS service: the endpoint, the signature of each attempt, the
 * limits, and what mends a refusal. The modules of the services (aws/ecr,
 * aws/sts, ...) say what is asked and read what is answered.
 */
#ifndef AWS_CALL_H
#define AWS_CALL_H

#include <stddef.h>
#include <time.h>

#include "aws/config.h"
#include "aws/creds.h"
#include "aws/remedy.h"
#include "base/buf.h"
#include "base/err.h"

struct aws_request {
	const char *what; /* for messages: "ecr: GetAuthorizationToken" */
	enum aws_service service;
	const char *region;
	struct endpoint_variant variant;
	const struct creds *creds; /* who asks, until the end; NULL: nobody */
	const char *method;
	const char *path; /* and query, both encoded */
	const char *body; /* NULL: none */
	size_t body_len;
	struct list headers; /* "Name: value"; they are signed, too */
	size_t answer_max;
	struct remedy_asked asked;
	const char *secret; /* in the request, besides creds'; or NULL */
};

struct aws_call; /* one under way */

/* Starts a call; all but creds is copied. */
struct aws_call *aws_start(struct aws *aws, const struct aws_request *request);

/*
 * Waits for the answer. 0: *body is that of a 200, and the caller frees it.
 * Errors: as aws_resolve_endpoint, http_wait and answer_set_error.
 */
int aws_wait(struct aws_call *call, struct buf *body, struct err *err);

/* The answer's status, 0 while there is none, and AWS's code of a refusal. */
long aws_call_status(const struct aws_call *call);
const char *aws_call_code(const struct aws_call *call); /* "": none */

/* What it is called in messages, and the time by AWS's clock. */
const char *aws_call_what(const struct aws_call *call);
time_t aws_call_now(const struct aws_call *call);

void aws_call_free(struct aws_call *call);

#endif
