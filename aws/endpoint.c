/* AWS's partitions, regions and service endpoints. */
#include "aws/endpoint.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"

/* "us-gov-" stands for ^us-gov-\w+-\d+$. The last is for all the others. */
static const struct {
	const char *prefix;
	const char *dns_suffix;
} partitions[] = {
	{ "cn-", "amazonaws.com.cn" },
	{ "us-gov-", "amazonaws.com" },
	{ "us-iso-", "c2s.ic.gov" },
	{ "us-isob-", "sc2s.sgov.gov" },
	{ "eu-isoe-", "cloud.adc-e.uk" },
	{ "us-isof-", "csp.hci.ic.gov" },
	{ "eusc-de-", "amazonaws.eu" },
	{ "", "amazonaws.com" },
};

static const struct {
	const char *signing_name;
	const char *host_prefix; /* before ".REGION.SUFFIX" */
} services[] = {
	[AWS_ECR] = { "ecr", "api.ecr" },
	[AWS_STS] = { "sts", "sts" },
};
_Static_assert(sizeof(services) / sizeof(services[0]) == AWS_SERVICE__N,
    "a service has no endpoint");

/* clang-format off */
static const char *const regions[] = {
	"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
	"ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
	"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
	"ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1",
	"eu-central-2", "eu-isoe-west-1", "eu-north-1", "eu-south-1",
	"eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "eusc-de-east-1",
	"il-central-1", "me-central-1", "me-south-1", "mx-central-1",
	"sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1",
	"us-gov-west-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
	"us-isob-west-1", "us-isof-east-1", "us-isof-south-1", "us-west-1",
	"us-west-2",
};
/* clang-format on */

const char *
endpoint_signing_name(enum aws_service service)
{
	BUG_IF(service >= AWS_SERVICE__N);
	return services[service].signing_name;
}

/* Is region the prefix, a word, "-" and a number? */
static bool
has_form(const char *region, const char *prefix)
{
	size_t len = strlen(prefix);
	size_t word, number;

	if (strncmp(region, prefix, len) != 0)
		return false;
	region += len;
	word = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (word == 0 || region[word] != '-')
		return false;
	number = strspn(region + word + 1, "0123456789");
	return number > 0 && region[word + 1 + number] == '\0';
}

const char *
endpoint_dns_suffix(const char *region)
{
	size_t i = 0;

	while (partitions[i].prefix[0] != '\0' &&
	    !has_form(region, partitions[i].prefix))
		i++;
	return partitions[i].dns_suffix;
}

void
endpoint_add_url(struct buf *out, enum aws_service service, const char *region)
{
	BUG_IF(service >= AWS_SERVICE__N);
	buf_addf(out, "https://%s.%s.%s", services[service].host_prefix, region,
	    endpoint_dns_suffix(region));
}

bool
endpoint_is_region(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len <= REGION_MAX && text[len] == '\0' &&
	    text[0] != '-' && text[len - 1] != '-';
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance, a row at a time; both are at most REGION_MAX. */
static size_t
count_edits(const char *from, const char *to)
{
	size_t row[REGION_MAX + 1], len = strlen(to);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; from[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t above = row[j + 1];

			row[j + 1] = min3(row[j] + 1, above + 1,
			    diagonal + (from[i] != to[j]));
			diagonal = above;
		}
	}
	return row[len];
}

const char *
endpoint_nearest_region(const char *region)
{
	const char *nearest = regions[0];

	for (size_t i = 1; i < sizeof(regions) / sizeof(regions[0]); i++)
		if (count_edits(region, regions[i]) <
		    count_edits(region, nearest))
			nearest = regions[i];
	return nearest;
}
