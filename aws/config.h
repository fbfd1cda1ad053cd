/*
 * How we reach AWS: what the standard AWS_* variables say of regions,
 * endpoints and trust, read once. All calls to AWS take it.
 */
#ifndef AWS_CONFIG_H
#define AWS_CONFIG_H

#include <stdbool.h>

#include "aws/endpoint.h"
#include "base/err.h"
#include "base/http.h"

struct aws {
	struct http *http; /* borrowed */
	struct tls_trust *trust;
	char *region;                    /* NULL while nobody has said it */
	const char *fallback_region;     /* the first registry's; borrowed */
	char *endpoints[AWS_SERVICE__N]; /* overrides; NULL where none */
	unsigned attempts_max;           /* AWS_MAX_ATTEMPTS, or 0 */
	char *imds_endpoint;   /* http://169.254.169.254 or what is set */
	bool is_imds_disabled; /* AWS_EC2_METADATA_DISABLED */
};

/*
 * Reads the environment. region is --region or NULL, and beats AWS_REGION and
 * AWS_DEFAULT_REGION. Errors: ERR_CONFIG.
 */
int aws_open(struct aws *aws, struct http *http, const char *region,
    struct err *err);

/* The URL of a service in a region, with overrides. */
void aws_add_url(const struct aws *aws, struct buf *out,
    enum aws_service service, const char *region);

/*
 * After a request to a service of the region found no such host: names the
 * known region that is nearest.
 */
void aws_hint_region(const struct aws *aws, enum aws_service service,
    const char *region, const struct http_response *response, struct err *err);

void aws_close(struct aws *aws);

#endif
