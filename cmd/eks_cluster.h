/*
 * A cluster of Amazon EKS: who asks for it, where it is, and the tokens that
 * let us in. So neither a kubeconfig nor the AWS CLI is needed.
 */
#ifndef CMD_EKS_CLUSTER_H
#define CMD_EKS_CLUSTER_H

#include <stdbool.h>
#include <time.h>

#include "aws/config.h"
#include "aws/creds.h"
#include "base/buf.h"
#include "base/err.h"
#include "cluster/api.h"

/* Which cluster, and as whom. Borrowed. */
struct eks_wish {
	const char *name;
	const char *region;       /* NULL: that of who asks */
	const char *role_arn;     /* assumed to ask; or NULL */
	const char *external_id;  /* of that role; or NULL */
	const char *session_name; /* the same */
	const char *profile; /* whose credentials to ask with; NULL: ours */
	bool is_profile_explicit; /* it beats the environment's keys */
	struct aws *aws;          /* ours, which live until the end */
	const struct creds *identity;
};

/* What the tokens are made of; all zeroes is none. */
struct eks_cluster {
	struct aws *aws; /* the wish's, or the other profile's */
	struct aws own_aws;
	struct creds creds; /* who asks */
	char *region;
	char *id;         /* what a token names */
	struct buf token; /* the last one */
	time_t made_at;
	struct buf refused, unreached; /* what the operator can do */
};

/*
 * Splits [REGION/]NAME: returns the name, which is text's own, and sets
 * *region, which the caller frees, unless there is none. NULL if it is not so.
 */
const char *eks_cluster_parse(const char *text, char **region);

/*
 * Makes who asks, asks EKS for the server and its CA unless the cluster has a
 * server already, and gives it our tokens. The cluster borrows from *eks, which
 * stays where it is and is freed with eks_cluster_free on success and failure.
 * Errors: as aws_open, creds_find, sts_finish and eks_finish.
 */
int eks_cluster_find(const struct eks_wish *wish, struct eks_cluster *eks,
    struct cluster *cluster, struct err *err);

void eks_cluster_free(struct eks_cluster *eks);

#endif
