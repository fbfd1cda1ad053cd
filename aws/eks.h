/*
 * Amazon EKS: where a cluster's API server is, by DescribeCluster, and who we
 * are there, by the tokens of aws-iam-authenticator.
 */
#ifndef AWS_EKS_H
#define AWS_EKS_H

#include <stdbool.h>
#include <time.h>

#include "aws/call.h"
#include "aws/config.h"
#include "aws/creds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

enum {
	EKS_TOKEN_MAX = 4096, /* what aws-iam-authenticator reads */
};

/* Which cluster, and who asks. Borrowed. */
struct eks_asked {
	const char *region;
	const char *name; /* for a token on Outposts: its id */
	const struct creds *creds;
};

struct eks_description {
	char *server;            /* https://HOST, without a slash at its end */
	struct buf ca;           /* PEM */
	char *id;                /* on Outposts; else NULL */
	char *vpc;               /* or NULL */
	bool is_private;         /* no connections but from its VPC */
	struct list allow_cidrs; /* else from these; empty: from everywhere */
};

/* Can this be a cluster's name, or its id? */
bool eks_is_name(const char *text);

/* Starts DescribeCluster; creds are borrowed until eks_finish. */
struct aws_call *eks_start(struct aws *aws, const struct eks_asked *asked);

/*
 * Waits for the answer, and frees the call. The caller frees *description with
 * eks_description_free. Errors: as aws_wait; ERR_REFUSED for a cluster that is
 * not up, ERR_DATA for an answer without a server or CA.
 */
int eks_finish(struct aws_call *call, struct eks_description *description,
    struct err *err);

/*
 * Adds a bearer token, good for 15 minutes: a presigned GetCallerIdentity that
 * names the cluster. The cluster itself sends it to STS, and only to AWS's own
 * hosts, so that a custom endpoint of STS does not count. Source: token.go of
 * aws-iam-authenticator. Errors: as endpoint_resolve.
 */
int eks_add_token(const struct aws *aws, const struct eks_asked *asked,
    time_t now, struct buf *token, struct err *err);

void eks_description_free(struct eks_description *description);

#endif
