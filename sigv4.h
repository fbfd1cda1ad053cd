/*
 * AWS Signature Version 4, pure: no I/O, and the time is an argument.
 *
 * In stages, as "Signing AWS API requests" in the IAM user guide names them:
 * canonical request, string to sign, signature. sigv4_sign_headers and
 * sigv4_presign put them together. Keys, tokens and bodies may have any
 * length. Services other than S3: paths are encoded once more than on the
 * wire.
 */
#ifndef SIGV4_H
#define SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "base/list.h"

struct sigv4_request {
	const char *method;
	const char *path;           /* as sent; "" means "/" */
	const char *query;          /* as sent, without "?" */
	const struct list *headers; /* "Name: value"; all are signed */
	const void *body;
	size_t body_len;
};

struct sigv4_params {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token; /* NULL or "" if there is none */
	const char *region;
	const char *service; /* the signing name: "ecr", "sts" */
	time_t time;
	unsigned expires_s; /* for presigned URLs */
	bool keeps_path;    /* does not resolve "." and ".." and "//" */
	bool signs_body;    /* sends and signs X-Amz-Content-Sha256 */
	bool omits_token;   /* adds the session token after signing */
};

/*
 * Signs the request whose headers are given (Host among them), and adds to
 * them X-Amz-Date, X-Amz-Security-Token, X-Amz-Content-Sha256 where asked for,
 * and Authorization. request->headers is not used.
 */
void sigv4_sign_headers(const struct sigv4_params *params,
    const struct sigv4_request *request, struct list *headers);

/*
 * Adds to out the whole query of the presigned URL: the request's own
 * parameters, then the X-Amz-* ones.
 */
void sigv4_presign(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out);

/* Headers that carry the date, token and body hash; the stage before all. */
void sigv4_add_headers(const struct sigv4_params *params,
    const struct sigv4_request *request, struct list *headers);

/* The query with all that a presigned URL carries but its signature. */
void sigv4_add_query(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out);

/* The three stages. */
void sigv4_canonical_request(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out);
void sigv4_string_to_sign(const struct sigv4_params *params,
    const struct buf *canonical_request, struct buf *out);
void sigv4_signature(const struct sigv4_params *params,
    const struct buf *string_to_sign, struct buf *out);

#endif
