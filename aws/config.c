/* How we reach AWS: what the standard AWS_* settings say, read once. */
#include "aws/config.h"

#include <stdlib.h>
#include <string.h>

#include "aws/profile_file.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/tls.h"
#include "base/url.h"

enum {
	ATTEMPTS_LIMIT = 100, /* more would outlive any deadline */
};

/* The services' ids, as the SDKs spell them in variables. */
static const char *const services[] = {
	[AWS_ECR] = "ECR",
	[AWS_ECR_PUBLIC] = "ECR_PUBLIC",
	[AWS_STS] = "STS",
	[AWS_EKS] = "EKS",
	[AWS_SSO] = "SSO",
	[AWS_SSO_OIDC] = "SSO_OIDC",
	[AWS_SIGNIN] = "SIGNIN",
};
_Static_assert(sizeof(services) / sizeof(services[0]) == AWS_SERVICE__N,
    "a service has no id");

static int
read_region(struct aws *aws, struct err *err)
{
	struct setting region = { 0 };
	int rc = -1;

	if (settings_ask_variable("AWS_REGION", &region, err) < 0 ||
	    settings_ask_variable("AWS_DEFAULT_REGION", &region, err) < 0 ||
	    settings_ask_profile(aws, "region", &region, err) < 0)
		goto out;
	if (region.value != NULL && !endpoint_is_region(region.value)) {
		(void)err_set(err, ERR_CONFIG, "%s: \"%s\" can't be a region",
		    region.who, region.value);
		goto out;
	}
	aws->region = region.value;
	aws->region_origin = region.who;
	region = (struct setting){ 0 };
	rc = 0;
out:
	setting_free(&region);
	return rc;
}

/* A URL of our own making has no slash at its end: neither has this one. */
static int
check_url(const struct setting *set, struct err *err)
{
	struct url url;
	size_t len;

	if (set->value == NULL)
		return 0;
	if (!url_parse(set->value, &url))
		return err_set(err, ERR_CONFIG, "%s: not an http or https URL",
		    set->who);
	url_free(&url);
	len = strlen(set->value);
	while (len > 0 && set->value[len - 1] == '/')
		set->value[--len] = '\0';
	return 0;
}

/* "Service-specific endpoints" of the guide has the order. */
static int
read_url(const struct aws *aws, const char *service, struct setting *url,
    struct err *err)
{
	struct buf variable = { 0 }, key = { 0 };
	int rc = -1;

	buf_addf(&variable, "AWS_ENDPOINT_URL_%s", service);
	buf_add_lower(&key, service, strlen(service));
	buf_add_str(&key, ".endpoint_url");
	if (settings_ask_variable(variable.data, url, err) == 0 &&
	    settings_ask_variable("AWS_ENDPOINT_URL", url, err) == 0 &&
	    settings_ask_services(aws, key.data, url, err) == 0 &&
	    settings_ask_profile(aws, "endpoint_url", url, err) == 0)
		rc = check_url(url, err);
	buf_free(&variable);
	buf_free(&key);
	return rc;
}

static int
read_endpoints(struct aws *aws, struct err *err)
{
	static const char *const sts[] = { "regional", "legacy", NULL };
	struct aws_endpoints *endpoints = &aws->endpoints;
	struct endpoint_variant *variant = &endpoints->variant;
	size_t sts_at = 0;
	bool ignores_urls = false;

	if (settings_get_bool(aws, "AWS_USE_FIPS_ENDPOINT", &variant->is_fips,
		err) < 0 ||
	    settings_get_bool(aws, "AWS_USE_DUALSTACK_ENDPOINT",
		&variant->is_dual_stack, err) < 0 ||
	    settings_get_bool(aws, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		&ignores_urls, err) < 0 ||
	    settings_get_word(aws, "AWS_STS_REGIONAL_ENDPOINTS", sts, &sts_at,
		err) < 0)
		return -1;
	endpoints->is_sts_legacy = sts_at == 1;
	for (size_t i = 0; i < AWS_SERVICE__N && !ignores_urls; i++)
		if (read_url(aws, services[i], &endpoints->urls[i], err) < 0)
			return -1;
	return 0;
}

static int
read_imds(struct aws *aws, struct err *err)
{
	static const char *const modes[] = { "IPv4", "IPv6", NULL };
	static const char *const usual[] = {
		"http://169.254.169.254",
		"http://[fd00:ec2::254]",
	};
	struct setting set = { 0 };
	size_t mode = 0;
	int rc = -1;

	if (env_get_bool("AWS_EC2_METADATA_DISABLED", &aws->is_imds_disabled,
		err) < 0 ||
	    settings_get(aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT", &set, err) <
		0 ||
	    settings_get_word(aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
		modes, &mode, err) < 0 ||
	    check_url(&set, err) < 0)
		goto out;
	aws->imds_endpoint =
	    xstrdup(set.value != NULL ? set.value : usual[mode]);
	rc = 0;
out:
	setting_free(&set);
	return rc;
}

/* A retry mode is so many attempts, as botocore counts them; waits are ours. */
static int
read_attempts(struct aws *aws, struct err *err)
{
	static const char *const modes[] = { "legacy", "standard", "adaptive",
		NULL };
	static const unsigned attempts[] = { 5, 3, 3, 0 };
	struct setting set = { 0 };
	size_t mode = 3; /* none is set */
	long number;
	char *end;
	int rc = -1;

	if (settings_get_word(aws, "AWS_RETRY_MODE", modes, &mode, err) < 0 ||
	    settings_get(aws, "AWS_MAX_ATTEMPTS", &set, err) < 0)
		goto out;
	aws->attempts_max = attempts[mode];
	if (set.value != NULL) {
		number = strtol(set.value, &end, 10);
		if (*end != '\0' || number < 1 || number > ATTEMPTS_LIMIT) {
			(void)err_set(err, ERR_CONFIG,
			    "%s: not a number from 1 to %d", set.who,
			    ATTEMPTS_LIMIT);
			goto out;
		}
		aws->attempts_max = (unsigned)number;
	}
	rc = 0;
out:
	setting_free(&set);
	return rc;
}

static int
read_clock(const struct aws *aws, struct err *err)
{
	struct setting set = { 0 };
	bool is_left = false;
	int rc =
	    settings_get(aws, "AWS_DISABLE_CLOCK_SKEW_CORRECTION", &set, err);

	if (rc == 0 && set.value != NULL)
		rc = env_parse_bool(set.who, set.value, &is_left, err);
	if (is_left)
		http_leave_clock(aws->http, set.who);
	setting_free(&set);
	return rc;
}

static int
read_trust(struct aws *aws, struct err *err)
{
	struct setting bundle = { 0 };
	int rc = settings_get(aws, "AWS_CA_BUNDLE", &bundle, err);

	if (rc == 0 && bundle.value == NULL) {
		rc = tls_trust_system(&aws->trust, err);
	} else if (rc == 0) {
		rc = tls_trust_file(bundle.value, &aws->trust, err);
		if (rc < 0)
			err_wrap(err, "%s", bundle.who);
	}
	setting_free(&bundle);
	return rc;
}

int
aws_open(struct aws *aws, struct http *http, const char *region,
    const char *profile, struct err *err)
{
	aws->http = http;
	aws->is_profile_explicit = profile != NULL;
	aws->profile_origin = "--profile";
	if (profile != NULL)
		aws->profile = xstrdup(profile);
	else if (profile_file_choose(&aws->profile, &aws->profile_origin, err) <
	    0)
		return -1;
	if (profiles_load(&aws->profiles, err) < 0)
		return -1;
	if (region != NULL) {
		aws->region = xstrdup(region);
		aws->region_origin = xstrdup("--region");
	} else if (read_region(aws, err) < 0) {
		return -1;
	}
	if (read_endpoints(aws, err) < 0 || read_imds(aws, err) < 0 ||
	    read_attempts(aws, err) < 0 || read_clock(aws, err) < 0)
		return -1;
	return read_trust(aws, err);
}

/* A custom endpoint has no variants: says who set it, and who wants one. */
static void
hint_conflict(const struct aws *aws, const struct setting *url, struct err *err)
{
	const struct endpoint_variant *variant = &aws->endpoints.variant;
	struct setting wanted = { 0 };
	struct err ignored;

	if (url->who != NULL && (variant->is_fips || variant->is_dual_stack) &&
	    settings_get(aws,
		variant->is_fips ? "AWS_USE_FIPS_ENDPOINT" :
				   "AWS_USE_DUALSTACK_ENDPOINT",
		&wanted, &ignored) == 0 &&
	    wanted.who != NULL)
		err_hint(err, "unset %s, or %s", wanted.who, url->who);
	setting_free(&wanted);
}

int
aws_resolve_endpoint(const struct aws *aws, enum aws_service service,
    const struct endpoint_params *wanted, struct endpoint *endpoint,
    struct err *err)
{
	const struct aws_endpoints *set = &aws->endpoints;
	const struct setting *url = &set->urls[service];
	struct endpoint_params params = {
		.region = wanted->region,
		.url = url->value,
		.variant = set->variant,
		.is_sts_legacy = set->is_sts_legacy,
	};

	BUG_IF(service >= AWS_SERVICE__N);
	if (service == AWS_ECR_PUBLIC)
		params.region = "us-east-1";
	if (params.url == NULL) {
		params.variant.is_fips |= wanted->variant.is_fips;
		params.variant.is_dual_stack |= wanted->variant.is_dual_stack;
	}
	if (endpoint_resolve(service, &params, endpoint, err) == 0)
		return 0;
	hint_conflict(aws, url, err);
	return -1;
}

void
aws_hint_region(const struct endpoint *endpoint,
    const struct http_response *response, struct err *err)
{
	const struct endpoint_params *params = &endpoint->params;
	const struct endpoint_variant *variant = &params->variant;
	const char *nearest;

	if (!response->is_unresolved || params->url != NULL)
		return;
	nearest = endpoint_nearest_region(params->region);
	if (strcmp(nearest, params->region) != 0)
		err_hint(err, "is the region \"%s\" meant to be \"%s\"?",
		    params->region, nearest);
	if (variant->is_fips || variant->is_dual_stack)
		err_hint(err, "the region \"%s\" may have no %s%s%s endpoint",
		    params->region, variant->is_fips ? "FIPS" : "",
		    variant->is_fips && variant->is_dual_stack ? " " : "",
		    variant->is_dual_stack ? "dual-stack" : "");
}

void
aws_close(struct aws *aws)
{
	tls_trust_free(aws->trust);
	profiles_free(&aws->profiles);
	mem_free(aws->profile);
	mem_free(aws->region);
	mem_free(aws->region_origin);
	list_free(&aws->trace);
	list_free(&aws->roles);
	for (size_t i = 0; i < AWS_SERVICE__N; i++)
		setting_free(&aws->endpoints.urls[i]);
	mem_free(aws->imds_endpoint);
	*aws = (struct aws){ 0 };
}
