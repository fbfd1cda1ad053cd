/*
 * AWS's partitions, regions and service endpoints, pure. Source: partitions
 * and endpoint rules of botocore's data.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/buf.h"

enum {
	REGION_MAX = 63, /* a DNS label */
};

enum aws_service { AWS_ECR, AWS_STS, AWS_SERVICE__N };

/* "ecr": the name in signatures. */
const char *endpoint_signing_name(enum aws_service service);

/* The service's URL in the region, without a slash at its end. */
void endpoint_add_url(struct buf *out, enum aws_service service,
    const char *region);

/* "amazonaws.com.cn" for cn-north-1; "amazonaws.com" for unknown regions. */
const char *endpoint_dns_suffix(const char *region);

/* Could this be a region's name: a DNS label in lower case? */
bool endpoint_is_region(const char *text);

/* The known region whose name needs the fewest edits; itself if known. */
const char *endpoint_nearest_region(const char *region);

#endif
