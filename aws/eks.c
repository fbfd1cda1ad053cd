/* Amazon EKS: DescribeCluster, and tokens for a cluster's API server. */
#include "aws/eks.h"

#include <string.h>

#include "aws/sts.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/url.h"
#include "sigv4.h"

enum {
	BODY_MAX = 256 * 1024, /* 50 tags and a CA are some 20 KB */
	NAME_LEN_MAX = 100,
	EXPIRES_S = 60, /* as all clients say; STS does not look at it */
};

bool
eks_is_name(const char *text)
{
	size_t len = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_");

	return len > 0 && len <= NAME_LEN_MAX && text[len] == '\0' &&
	    text[0] != '-' && text[0] != '_';
}

struct aws_call *
eks_start(struct aws *aws, const struct eks_asked *asked)
{
	struct buf what = { 0 }, path = { 0 };
	struct aws_call *call;

	buf_addf(&what, "eks: %s/%s: DescribeCluster", asked->region,
	    asked->name);
	buf_add_str(&path, "/clusters/");
	buf_add_uri(&path, asked->name, strlen(asked->name));
	call = aws_start(aws,
	    &(struct aws_request){
		.what = what.data,
		.service = AWS_EKS,
		.region = asked->region,
		.creds = asked->creds,
		.method = "GET",
		.path = path.data,
		.answer_max = BODY_MAX,
		.asked = { .action = "eks:DescribeCluster" },
	    });
	buf_free(&what);
	buf_free(&path);
	return call;
}

/* While it is updated a cluster serves on. */
static int
check_status(const char *what, const struct cJSON *cluster, struct err *err)
{
	const char *status = json_get_text(cluster, "status");

	if (status == NULL)
		return err_set(err, ERR_DATA,
		    "%s: the answer has no cluster and its status", what);
	if (strcmp(status, "ACTIVE") == 0 || strcmp(status, "UPDATING") == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
	    "%s: the cluster is %.40s, not ACTIVE or UPDATING", what, status);
}

static int
read_server(const char *what, const struct cJSON *cluster, char **server,
    struct err *err)
{
	const char *text = json_get_text(cluster, "endpoint");
	struct url url = { 0 };
	struct buf host = { 0 };

	/* A token goes there: never without TLS. */
	if (text == NULL || strncmp(text, "https://", 8) != 0 ||
	    !url_parse(text, &url))
		return err_set(err, ERR_DATA,
		    "%s: the answer has no https endpoint", what);
	buf_add_str(&host, "https://");
	url_add_host(&host, &url);
	url_free(&url);
	*server = buf_take(&host);
	return 0;
}

static int
read_ca(const char *what, const struct cJSON *cluster, struct buf *ca,
    struct err *err)
{
	const char *data =
	    json_get_text(json_get(cluster, "certificateAuthority"), "data");

	if (data != NULL && digest_add_decoded(ca, data, strlen(data)) == 0 &&
	    strstr(buf_str(ca), "-----BEGIN CERTIFICATE-----") != NULL)
		return 0;
	return err_set(err, ERR_DATA,
	    "%s: the answer has no certificateAuthority", what);
}

/* Who may connect; what is not said is open. */
static void
read_access(const struct cJSON *cluster, struct eks_description *description)
{
	const struct cJSON *vpc = json_get(cluster, "resourcesVpcConfig");
	const struct cJSON *is_public = json_get(vpc, "endpointPublicAccess");
	const struct cJSON *cidr =
	    json_first(json_get(vpc, "publicAccessCidrs"));

	description->vpc = json_copy_text(vpc, "vpcId");
	description->is_private = is_public != NULL && !json_is_true(is_public);
	for (; cidr != NULL; cidr = json_next(cidr))
		if (json_text(cidr) != NULL)
			list_add(&description->allow_cidrs, json_text(cidr));
	if (list_has(&description->allow_cidrs, "0.0.0.0/0"))
		list_free(&description->allow_cidrs);
}

int
eks_finish(struct aws_call *call, struct eks_description *description,
    struct err *err)
{
	const char *what = aws_call_what(call);
	struct eks_description found = { 0 };
	struct cJSON *json = NULL;
	const struct cJSON *cluster;
	struct buf body = { 0 };
	int rc = -1;

	if (aws_wait(call, &body, err) < 0)
		goto out;
	json = json_parse(buf_str(&body), body.len);
	cluster = json_get(json, "cluster");
	if (check_status(what, cluster, err) < 0 ||
	    read_server(what, cluster, &found.server, err) < 0 ||
	    read_ca(what, cluster, &found.ca, err) < 0)
		goto out;
	if (json_is_object(json_get(cluster, "outpostConfig")))
		found.id = json_copy_text(cluster, "id");
	read_access(cluster, &found);
	*description = found;
	found = (struct eks_description){ 0 };
	rc = 0;
out:
	eks_description_free(&found);
	json_free(json);
	buf_free(&body);
	aws_call_free(call);
	return rc;
}

int
eks_add_token(const struct aws *aws, const struct eks_asked *asked, time_t now,
    struct buf *token, struct err *err)
{
	const struct creds *creds = asked->creds;
	struct endpoint endpoint = { 0 };
	struct list headers = { 0 };
	struct buf url = { 0 };

	if (endpoint_resolve(AWS_STS,
		&(struct endpoint_params){ .region = asked->region,
		    .variant = aws->endpoints.variant },
		&endpoint, err) < 0)
		return -1;
	list_addf(&headers, "Host: %s", endpoint.url.data + strlen("https://"));
	list_addf(&headers, "X-K8s-Aws-Id: %s", asked->name);
	buf_addf(&url, "%s/?", endpoint.url.data);
	sigv4_presign(
	    &(struct sigv4_params){
		.access_key_id = creds->access_key_id,
		.secret_access_key = creds->secret_access_key,
		.session_token = creds->session_token,
		.region = endpoint.signing_region,
		.service = endpoint.signing_name,
		.time = now,
		.expires_s = EXPIRES_S,
	    },
	    &(struct sigv4_request){
		.method = "GET",
		.path = "/",
		.query = "Action=GetCallerIdentity&Version=" STS_VERSION,
		.headers = &headers,
	    },
	    &url);
	buf_add_str(token, "k8s-aws-v1.");
	digest_add_base64url(token, url.data, url.len);
	buf_free(&url);
	list_free(&headers);
	buf_free(&endpoint.url);
	return 0;
}

void
eks_description_free(struct eks_description *description)
{
	mem_free(description->server);
	buf_free(&description->ca);
	mem_free(description->id);
	mem_free(description->vpc);
	list_free(&description->allow_cidrs);
	*description = (struct eks_description){ 0 };
}
