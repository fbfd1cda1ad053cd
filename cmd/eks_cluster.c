/* A cluster of Amazon EKS: who asks, where it is, and the tokens. */
#include "cmd/eks_cluster.h"

#include <string.h>

#include "aws/eks.h"
#include "aws/principal.h"
#include "aws/sts.h"
#include "base/mem.h"

enum {
	/* A token is good for 15 minutes. The API server remembers it for a
	 * while, so that one for many requests is easier on STS, too. */
	TOKEN_FRESH_S = 10 * 60,
};

const char *
eks_cluster_parse(const char *text, char **region)
{
	const char *slash = strchr(text, '/');
	const char *name = slash == NULL ? text : slash + 1;
	char *named = NULL;

	if (!eks_is_name(name))
		return NULL;
	if (slash != NULL) {
		named = xstrndup(text, (size_t)(slash - text));
		if (!endpoint_is_region(named)) {
			mem_free(named);
			return NULL;
		}
	}
	*region = named;
	return name;
}

/* Is it ours, of --profile or AWS_PROFILE? */
static bool
is_our_profile(const struct eks_wish *wish)
{
	return wish->profile == NULL ||
	    (strcmp(wish->profile, wish->aws->profile) == 0 &&
		(wish->aws->is_profile_explicit || !wish->is_profile_explicit));
}

/*
 * In a kubeconfig a profile may be the variable AWS_PROFILE, which the
 * environment's keys and web identity beat, as they do under kubectl.
 */
static int
find_other(const struct eks_wish *wish, struct eks_cluster *eks,
    struct err *err)
{
	eks->aws = &eks->own_aws;
	if (aws_open(eks->aws, wish->aws->http, wish->region, wish->profile,
		err) < 0)
		return -1;
	eks->aws->is_profile_explicit = wish->is_profile_explicit;
	return creds_find(eks->aws, &eks->creds, err);
}

/* Who asks, and in which region. */
static int
find_caller(const struct eks_wish *wish, struct eks_cluster *eks,
    struct err *err)
{
	const char *region = wish->region;
	struct creds assumed = { 0 };

	eks->aws = wish->aws;
	if (is_our_profile(wish))
		creds_copy(wish->identity, &eks->creds);
	else if (find_other(wish, eks, err) < 0)
		return -1;
	if (region == NULL && creds_find_region(eks->aws, &region, err) < 0)
		return -1;
	eks->region = xstrdup(region);
	eks->id = xstrdup(wish->name);
	if (!endpoint_is_region(region) || !eks_is_name(wish->name))
		return err_set(err, ERR_CONFIG,
		    "\"%.100s\" in \"%.100s\" can't be a cluster of EKS",
		    wish->name, region);
	if (wish->role_arn == NULL)
		return 0;
	/* Where the cluster is: the run may know no region. */
	if (sts_assume_role(eks->aws, &eks->creds,
		&(struct sts_role){ .arn = wish->role_arn,
		    .region = region,
		    .external_id = wish->external_id,
		    .session_name = wish->session_name },
		&assumed, err) < 0)
		return -1;
	creds_free(&eks->creds);
	eks->creds = assumed;
	return 0;
}

static void
note_access(const struct eks_wish *wish, struct eks_cluster *eks,
    const struct eks_description *found)
{
	struct buf *text = &eks->unreached;

	if (found->is_private) {
		buf_addf(text,
		    "the cluster's endpoint is private: run this in %s or a "
		    "network that is joined to it, or aws eks "
		    "update-cluster-config --region %s --name %s "
		    "--resources-vpc-config endpointPublicAccess=true",
		    found->vpc != NULL ? found->vpc : "its VPC", eks->region,
		    wish->name);
	} else if (found->allow_cidrs.n > 0) {
		buf_add_str(text,
		    "the cluster's endpoint takes connections only from ");
		for (size_t i = 0; i < found->allow_cidrs.n; i++)
			buf_addf(text, "%s%.50s", i > 0 ? ", " : "",
			    found->allow_cidrs.items[i]);
	}
}

static int
describe(const struct eks_wish *wish, struct eks_cluster *eks,
    struct cluster *cluster, struct err *err)
{
	struct eks_description found = { 0 };
	struct buf origin = { 0 };

	if (eks_finish(eks_start(eks->aws,
			   &(struct eks_asked){ .region = eks->region,
			       .name = wish->name,
			       .creds = &eks->creds }),
		&found, err) < 0)
		return -1;
	note_access(wish, eks, &found);
	cluster->server = found.server;
	found.server = NULL;
	buf_move(&cluster->ca, &found.ca);
	cluster->ca_origin = xstrdup("the cluster's CA");
	buf_addf(&origin, "cluster %s/%s of EKS", eks->region, wish->name);
	cluster->origin = buf_take(&origin);
	if (found.id != NULL) {
		mem_free(eks->id);
		eks->id = found.id;
		found.id = NULL;
	}
	eks_description_free(&found);
	return 0;
}

/* By whom an access entry names who asks, as far as we know it. */
static void
add_principal(const struct eks_wish *wish, const struct eks_cluster *eks,
    struct buf *out)
{
	const char *arn = eks->creds.arn;
	struct principal principal = { 0 };

	if (wish->role_arn != NULL)
		arn = wish->role_arn;
	else if (arn == NULL)
		arn = "ARN";
	principal_find(arn, strlen(arn), &eks->aws->roles, &principal);
	buf_add_str(out, principal.arn.data);
	principal_free(&principal);
}

/* What a 401 means. */
static void
note_refusal(const struct eks_wish *wish, struct eks_cluster *eks)
{
	struct buf *text = &eks->refused;

	buf_add_str(text, "EKS does not let in who asks, ");
	creds_add_identity(&eks->creds, text);
	if (eks->token.len > EKS_TOKEN_MAX) {
		buf_addf(text,
		    ": the token has %zu bytes, and aws-iam-authenticator "
		    "takes %d; sessions of roles without tags and policies "
		    "are shorter",
		    eks->token.len, EKS_TOKEN_MAX);
		return;
	}
	buf_addf(text,
	    ": aws eks create-access-entry --region %s --cluster-name %s "
	    "--principal-arn ",
	    eks->region, wish->name);
	add_principal(wish, eks, text);
	buf_add_str(text,
	    " --kubernetes-groups GROUP, and bind GROUP to the Role; where the "
	    "authentication mode is CONFIG_MAP, ConfigMap kube-system/aws-auth "
	    "maps it");
}

/* The clock may have been corrected in between, either way. */
static int
add_token(void *arg, time_t now, struct buf *token, struct err *err)
{
	struct eks_cluster *eks = arg;

	if (eks->token.len == 0 || now < eks->made_at ||
	    now - eks->made_at >= TOKEN_FRESH_S) {
		buf_clear(&eks->token);
		if (eks_add_token(eks->aws,
			&(struct eks_asked){ .region = eks->region,
			    .name = eks->id,
			    .creds = &eks->creds },
			now, &eks->token, err) < 0)
			return -1;
		eks->made_at = now;
	}
	buf_add(token, eks->token.data, eks->token.len);
	return 0;
}

int
eks_cluster_find(const struct eks_wish *wish, struct eks_cluster *eks,
    struct cluster *cluster, struct err *err)
{
	struct buf token = { 0 };
	int rc = find_caller(wish, eks, err);

	if (rc == 0 && cluster->server == NULL)
		rc = describe(wish, eks, cluster, err);
	if (rc == 0)
		rc = add_token(eks, http_now(eks->aws->http), &token, err);
	buf_free(&token);
	if (rc < 0) {
		err_wrap(err, "cluster %s", wish->name);
		return -1;
	}
	note_refusal(wish, eks);
	cluster->token_maker = (struct cluster_token_maker){
		.add = add_token,
		.arg = eks,
		.refused = eks->refused.data,
		.unreached = eks->unreached.data,
	};
	return 0;
}

void
eks_cluster_free(struct eks_cluster *eks)
{
	if (eks->aws == &eks->own_aws)
		aws_close(&eks->own_aws);
	creds_free(&eks->creds);
	mem_free(eks->region);
	mem_free(eks->id);
	buf_free(&eks->token);
	buf_free(&eks->refused);
	buf_free(&eks->unreached);
	*eks = (struct eks_cluster){ 0 };
}
