/* Private to aws/creds*.c: one source of credentials, and what all share. */
#ifndef AWS_CREDS_SOURCE_H
#define AWS_CREDS_SOURCE_H

#include "aws/creds.h"
#include "base/buf.h"

enum creds_result {
	CREDS_FOUND,  /* creds is filled */
	CREDS_ABSENT, /* not set up: the reason is added to why */
	CREDS_FAILED, /* set up, but it does not work: err is set */
};

enum creds_result creds_from_environment(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);
enum creds_result creds_from_web_identity(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);
enum creds_result creds_from_profile(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);
enum creds_result creds_from_container(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);
enum creds_result creds_from_imds(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);

/* The region by instance metadata, which the caller frees; NULL if none. */
char *creds_imds_region(struct aws *aws);

/*
 * Moves found to creds if all three parts are there, fit into a header and,
 * unless now is 0, outlive it. Errors: ERR_DATA.
 */
int creds_take(struct creds *found, const char *what, time_t now,
    struct creds *creds, struct err *err);

/*
 * Reads {"AccessKeyId","SecretAccessKey","Token","Expiration"}, as container
 * and instance metadata answer; now as in creds_take. Errors: ERR_DATA;
 * ERR_DENIED for a "Code".
 */
int creds_parse_metadata(const struct buf *body, const char *what, time_t now,
    struct creds *creds, struct err *err);

#endif
