/* AWS's partitions, regions and service endpoints. */
#include "aws/endpoint.h"

#include <stddef.h>
#include <string.h>

#include "base/arn.h"
#include "base/err.h"

/*
 * "us-gov-" stands for ^us-gov-\w+-\d+$; "aws-us-gov-global" is in it, too. The
 * last is for all the others.
 */
static const struct partition {
	const char *id;
	const char *prefix;
	const char *dns_suffix;
	const char *dual_stack_suffix;
	const char *console; /* where sign-in is */
} partitions[] = {
	{ "aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn",
	    "amazonaws.cn" },
	{ "aws-us-gov", "us-gov-", "amazonaws.com", "api.aws",
	    "amazonaws-us-gov.com" },
	{ "aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov",
	    "c2shome.ic.gov" },
	{ "aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud",
	    "sc2shome.sgov.gov" },
	{ "aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk",
	    "csphome.adc-e.uk" },
	{ "aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
	    "csphome.hci.ic.gov" },
	{ "aws-eusc", "eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu",
	    "amazonaws-eusc.eu" },
	{ "aws", "", "amazonaws.com", "api.aws", "aws.amazon.com" },
};

enum variant { PLAIN, DUAL_STACK, FIPS, FIPS_DUAL_STACK, VARIANT__N };

/* In a host's name R is the region; D, S and C the partition's names above. */
static const struct {
	const char *signing_name;
	const char *hosts[VARIANT__N];
} services[] = {
	[AWS_ECR] = { "ecr",
	    { "api.ecr.R.D", "ecr.R.S", "api.ecr-fips.R.D", "ecr-fips.R.S" } },
	[AWS_ECR_PUBLIC] = { "ecr-public",
	    { "api.ecr-public.R.D", "api.ecr-public.R.S",
		"api.ecr-public-fips.R.D", "api.ecr-public-fips.R.S" } },
	[AWS_STS] = { "sts",
	    { "sts.R.D", "sts.R.S", "sts-fips.R.D", "sts-fips.R.S" } },
	[AWS_EKS] = { "eks",
	    { "eks.R.D", "eks.R.S", "eks-fips.R.D", "eks-fips.R.S" } },
	[AWS_SSO] = { "awsssoportal",
	    { "portal.sso.R.D", "portal.sso.R.S", "portal.sso-fips.R.D",
		"portal.sso-fips.R.S" } },
	[AWS_SSO_OIDC] = { "sso-oauth",
	    { "oidc.R.D", "oidc.R.S", "oidc-fips.R.D", "oidc-fips.R.S" } },
	[AWS_SIGNIN] = { "signin",
	    { "R.signin.C", "signin.R.S", "signin-fips.R.D",
		"signin-fips.R.S" } },
};
_Static_assert(sizeof(services) / sizeof(services[0]) == AWS_SERVICE__N,
    "a service has no endpoint");

/* Where a partition, or one region of it, has another host; first wins. */
static const struct {
	enum aws_service service;
	enum variant variant;
	const char *partition;
	const char *host;
	const char *region; /* NULL: any */
} overrides[] = {
	{ AWS_ECR_PUBLIC, DUAL_STACK, "aws", "ecr-public.R.S" },
	{ AWS_STS, FIPS, "aws-us-gov", "sts.R.D" },
	{ AWS_EKS, FIPS, "aws", "fips.eks.R.D" },
	{ AWS_EKS, FIPS, "aws-us-gov", "eks.R.D" },
	{ AWS_SSO, FIPS, "aws-us-gov", "portal.sso.R.D" },
	{ AWS_SSO_OIDC, FIPS, "aws-us-gov", "oidc.R.D" },
	{ AWS_SIGNIN, FIPS, "aws-us-gov", "signin-fips.C", "us-gov-west-1" },
	{ AWS_SIGNIN, FIPS, "aws-us-gov", "R.signin-fips.C" },
};

/* clang-format off */
static const char *const regions[] = {
	"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
	"ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
	"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
	"ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1",
	"eu-central-2", "eu-isoe-west-1", "eu-north-1", "eu-south-1",
	"eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "eusc-de-east-1",
	"il-central-1", "me-central-1", "me-south-1", "me-west-1",
	"mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2",
	"us-gov-east-1", "us-gov-west-1", "us-iso-east-1", "us-iso-west-1",
	"us-isob-east-1", "us-isob-west-1", "us-isof-east-1",
	"us-isof-south-1", "us-west-1", "us-west-2",
};

/* Those that STS served by one global endpoint once. */
static const char *const sts_legacy_regions[] = {
	"ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
	"ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
	"eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2",
	"us-west-1", "us-west-2",
};
/* clang-format on */

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

static bool
is_in(const char *region, const struct partition *partition)
{
	size_t len = strlen(partition->id);

	return partition->prefix[0] == '\0' ||
	    has_form(region, partition->prefix) ||
	    (strncmp(region, partition->id, len) == 0 &&
		strcmp(region + len, "-global") == 0);
}

static const struct partition *
find_partition(const char *region)
{
	const struct partition *partition = partitions;

	while (!is_in(region, partition))
		partition++;
	return partition;
}

const char *
endpoint_dns_suffix(const char *region)
{
	return find_partition(region)->dns_suffix;
}

const char *
endpoint_partition(const char *region)
{
	return find_partition(region)->id;
}

static bool
is_listed(const char *region, const char *const *list, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(region, list[i]) != 0)
		i++;
	return i < n;
}

#define IS_LISTED(region, list) \
	is_listed(region, list, sizeof(list) / sizeof((list)[0]))

/* Regions since 2019 are off until an account opts in; not before, or else. */
bool
endpoint_is_opt_in(const char *region)
{
	return strcmp(endpoint_partition(region), "aws") == 0 &&
	    IS_LISTED(region, regions) &&
	    !IS_LISTED(region, sts_legacy_regions) &&
	    strcmp(region, "ap-northeast-2") != 0 &&
	    strcmp(region, "ap-northeast-3") != 0;
}

/* Only without FIPS and dual stack; the other regions are never global. */
static bool
is_sts_global(const struct endpoint_params *params)
{
	if (params->variant.is_fips || params->variant.is_dual_stack)
		return false;
	if (strcmp(params->region, "aws-global") == 0)
		return true;
	return params->is_sts_legacy &&
	    IS_LISTED(params->region, sts_legacy_regions);
}

static const char *
find_host(enum aws_service service, const struct partition *partition,
    const struct endpoint_params *params)
{
	enum variant variant = (params->variant.is_fips ? FIPS : PLAIN) +
	    (params->variant.is_dual_stack ? DUAL_STACK : PLAIN);

	for (size_t i = 0; i < sizeof(overrides) / sizeof(overrides[0]); i++)
		if (overrides[i].service == service &&
		    overrides[i].variant == variant &&
		    strcmp(overrides[i].partition, partition->id) == 0 &&
		    (overrides[i].region == NULL ||
			strcmp(overrides[i].region, params->region) == 0))
			return overrides[i].host;
	return services[service].hosts[variant];
}

static void
add_host(struct buf *out, const char *host, const char *region,
    const struct partition *partition)
{
	for (; *host != '\0'; host++)
		if (*host == 'R')
			buf_add_str(out, region);
		else if (*host == 'D')
			buf_add_str(out, partition->dns_suffix);
		else if (*host == 'S')
			buf_add_str(out, partition->dual_stack_suffix);
		else if (*host == 'C')
			buf_add_str(out, partition->console);
		else
			buf_add(out, host, 1);
}

/* What the rules refuse, in their words. */
static int
check(const struct endpoint_params *params, struct err *err)
{
	const char *why = NULL;

	if (params->url != NULL && params->variant.is_fips)
		why = "FIPS and custom endpoint are not supported";
	else if (params->url != NULL && params->variant.is_dual_stack)
		why = "Dualstack and custom endpoint are not supported";
	else if (params->url == NULL && params->region == NULL)
		why = "Missing Region";
	return why == NULL ?
	    0 :
	    err_set(err, ERR_CONFIG, "Invalid Configuration: %s", why);
}

int
endpoint_resolve(enum aws_service service, const struct endpoint_params *params,
    struct endpoint *endpoint, struct err *err)
{
	BUG_IF(service >= AWS_SERVICE__N);
	if (check(params, err) < 0)
		return -1;
	*endpoint = (struct endpoint){
		.params = *params,
		.signing_name = services[service].signing_name,
		.signing_region = params->region,
	};
	if (params->url != NULL) {
		buf_add_str(&endpoint->url, params->url);
	} else if (service == AWS_STS && is_sts_global(params)) {
		buf_add_str(&endpoint->url, "https://sts.amazonaws.com");
		endpoint->signing_region = "us-east-1";
	} else {
		const struct partition *partition =
		    find_partition(params->region);

		buf_add_str(&endpoint->url, "https://");
		add_host(&endpoint->url, find_host(service, partition, params),
		    params->region, partition);
	}
	return 0;
}

bool
endpoint_is_region(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len <= ARN_REGION_MAX && text[len] == '\0' &&
	    text[0] != '-' && text[len - 1] != '-';
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance, a row at a time; both are at most ARN_REGION_MAX. */
static size_t
count_edits(const char *from, const char *to)
{
	size_t row[ARN_REGION_MAX + 1], len = strlen(to);

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
