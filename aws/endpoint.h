/*
 * AWS's partitions, regions and service endpoints, pure. Source: partitions
 * and endpoint rules of botocore's data.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum aws_service {
	AWS_ECR,
	AWS_ECR_PUBLIC,
	AWS_STS,
	AWS_EKS,
	AWS_SSO, /* its portal */
	AWS_SSO_OIDC,
	AWS_SIGNIN,
	AWS_SERVICE__N
};

struct endpoint_variant {
	bool is_fips;
	bool is_dual_stack;
};

/* What the rules ask for. */
struct endpoint_params {
	const char *region; /* NULL only with a URL */
	const char *url;    /* a custom endpoint, or NULL */
	struct endpoint_variant variant;
	bool is_sts_legacy; /* STS's global endpoint in the regions it had */
};

struct endpoint {
	struct buf url; /* no slash at its end; freed by the caller */
	const char *signing_name;
	const char *signing_region; /* the params', or a constant */
	struct endpoint_params params;
};

/*
 * A region of no known partition is in "aws". Errors: ERR_CONFIG, in the words
 * of AWS's rules: no region; FIPS or dual stack, and a custom endpoint.
 */
int endpoint_resolve(enum aws_service service,
    const struct endpoint_params *params, struct endpoint *endpoint,
    struct err *err);

/* "amazonaws.com.cn" for cn-north-1; "amazonaws.com" for unknown regions. */
const char *endpoint_dns_suffix(const char *region);

/* "aws-cn" for cn-north-1; "aws" for unknown regions. */
const char *endpoint_partition(const char *region);

/* Must an account opt in to the region? False for unknown ones. */
bool endpoint_is_opt_in(const char *region);

/* Could this be a region's name: a DNS label in lower case? */
bool endpoint_is_region(const char *text);

/* The known region whose name needs the fewest edits; itself if known. */
const char *endpoint_nearest_region(const char *region);

#endif
