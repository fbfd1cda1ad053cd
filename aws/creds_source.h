/* Private to aws/creds*.c: one source of credentials, and what all share. */
#ifndef AWS_CREDS_SOURCE_H
#define AWS_CREDS_SOURCE_H

#include <stdbool.h>

#include "aws/creds.h"
#include "aws/profile_chain.h"
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

/* The environment's keys, which --profile does not hide. */
enum creds_result creds_from_variables(struct aws *aws, struct creds *creds,
    struct buf *why, struct err *err);

/* The region by instance metadata, which the caller frees; NULL if none. */
char *creds_imds_region(struct aws *aws);

/*
 * Where a chain begins, one for each kind of base. Errors: ERR_CONFIG, and
 * those of who is asked.
 */
int creds_profile_web_identity(struct aws *aws,
    const struct profile_chain *chain, struct creds *creds, struct err *err);
int creds_profile_sso(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err);
int creds_profile_login(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err);
int creds_profile_process(struct aws *aws, const struct profile_chain *chain,
    struct creds *creds, struct err *err);

/*
 * A property of a profile; *value is NULL if it is absent or empty, else it is
 * borrowed from aws and fits into a header. Errors: ERR_CONFIG.
 */
int creds_get_property(const struct aws *aws, const char *profile,
    const char *key, const char **value, struct err *err);

/*
 * Moves found to creds if its parts are there, of which the session token may
 * be optional, fit into a header and, unless now is 0, outlive it. Errors:
 * ERR_DATA.
 */
int creds_take(struct creds *found, time_t now, bool needs_token,
    struct creds *creds, struct err *err);

/* The documents in which others hand out credentials, all of them JSON. */
enum creds_document {
	CREDS_METADATA, /* of a container or an instance */
	CREDS_PROCESS,  /* "Process credential provider" of the SDKs' guide */
	CREDS_SSO,      /* the portal's GetRoleCredentials */
	CREDS_LOGIN,    /* the cache of "aws login" */
	CREDS__N
};

/*
 * Reads one; now as in creds_take. Errors: ERR_DATA; ERR_DENIED for the "Code"
 * of metadata. They don't say what was read, but for metadata they do.
 */
int creds_parse(enum creds_document document, const struct buf *body,
    time_t now, struct creds *creds, struct err *err);
int creds_parse_metadata(const struct buf *body, const char *what, time_t now,
    struct creds *creds, struct err *err);

#endif
