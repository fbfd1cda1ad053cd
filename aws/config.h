/*
 * How we reach AWS: what the standard AWS_* variables and the profile say of
 * regions, endpoints, retries, the clock and trust, read once. All calls to
 * AWS take it.
 */
#ifndef AWS_CONFIG_H
#define AWS_CONFIG_H

#include <stdbool.h>

#include "aws/endpoint.h"
#include "aws/profile.h"
#include "aws/settings.h"
#include "base/err.h"
#include "base/http.h"
#include "base/list.h"

/* What is set for all requests. */
struct aws_endpoints {
	struct setting urls[AWS_SERVICE__N]; /* custom ones, not ignored */
	struct endpoint_variant variant;
	bool is_sts_legacy;
};

struct aws {
	struct http *http; /* borrowed */
	struct tls_trust *trust;
	struct profiles profiles;    /* the shared files */
	char *profile;               /* the one that is meant */
	const char *profile_origin;  /* "--profile", "AWS_PROFILE", "default" */
	bool is_profile_explicit;    /* by --profile */
	char *region;                /* NULL while nobody has said it */
	char *region_origin;         /* "--region", "profile \"ci\": region" */
	const char *fallback_region; /* the first registry's; borrowed */
	struct list trace;           /* by creds_find: "environment: found" */
	struct list roles;           /* that STS was asked for, by their ARNs */
	struct aws_endpoints endpoints;
	unsigned attempts_max; /* by AWS_MAX_ATTEMPTS, AWS_RETRY_MODE, or 0 */
	char *imds_endpoint;   /* http://169.254.169.254 or what is set */
	bool is_imds_disabled; /* AWS_EC2_METADATA_DISABLED */
};

/*
 * Reads the environment and the shared files, as aws/settings.h says. region is
 * --region and profile --profile, or NULL; the region beats AWS_REGION,
 * AWS_DEFAULT_REGION and the profile's. Errors: ERR_CONFIG.
 */
int aws_open(struct aws *aws, struct http *http, const char *region,
    const char *profile, struct err *err);

/*
 * Where to ask a service: endpoint_resolve for the wanted region and variant,
 * with what is set. A variant that only the request wants yields to a custom
 * endpoint; one that is set and a custom endpoint are an error. ECR Public is
 * in us-east-1 for everybody.
 * Errors: as endpoint_resolve.
 */
int aws_resolve_endpoint(const struct aws *aws, enum aws_service service,
    const struct endpoint_params *wanted, struct endpoint *endpoint,
    struct err *err);

/*
 * After a request to an endpoint found no such host: names the known region
 * that is nearest, and the variant that the region may lack.
 */
void aws_hint_region(const struct endpoint *endpoint,
    const struct http_response *response, struct err *err);

void aws_close(struct aws *aws);

#endif
