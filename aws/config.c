/* How we reach AWS: what the standard AWS_* variables say, read once. */
#include "aws/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/profile_file.h"
#include "base/env.h"
#include "base/mem.h"
#include "base/tls.h"
#include "base/url.h"

enum {
	ATTEMPTS_LIMIT = 100, /* more would outlive any deadline */
};

static const char *const endpoint_variables[] = {
	[AWS_ECR] = "AWS_ENDPOINT_URL_ECR",
	[AWS_ECR_PUBLIC] = "AWS_ENDPOINT_URL_ECR_PUBLIC",
	[AWS_STS] = "AWS_ENDPOINT_URL_STS",
	[AWS_EKS] = "AWS_ENDPOINT_URL_EKS",
	[AWS_SSO] = "AWS_ENDPOINT_URL_SSO",
	[AWS_SSO_OIDC] = "AWS_ENDPOINT_URL_SSO_OIDC",
	[AWS_SIGNIN] = "AWS_ENDPOINT_URL_SIGNIN",
};
_Static_assert(sizeof(endpoint_variables) / sizeof(endpoint_variables[0]) ==
	AWS_SERVICE__N,
    "a service has no endpoint variable");

/* The first of the variables that is set; NULL if none is. */
static int
get_first(const char *const *names, size_t n, const char **which, char **value,
    struct err *err)
{
	*value = NULL;
	for (size_t i = 0; i < n && *value == NULL; i++) {
		*which = names[i];
		if (env_get(names[i], value, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_region(struct aws *aws, struct err *err)
{
	static const char *const names[] = {
		"AWS_REGION",
		"AWS_DEFAULT_REGION",
	};
	const char *which;

	if (get_first(names, 2, &which, &aws->region, err) < 0)
		return -1;
	if (aws->region == NULL) {
		const char *text = profiles_get(&aws->profiles, PROFILE_PROFILE,
		    aws->profile, "region");

		which = "region of the profile";
		aws->region =
		    text == NULL || text[0] == '\0' ? NULL : xstrdup(text);
	}
	if (aws->region != NULL && !endpoint_is_region(aws->region))
		return err_set(err, ERR_CONFIG, "%s: \"%s\" can't be a region",
		    which, aws->region);
	return 0;
}

/* A URL of our own making has no slash at its end: neither has this one. */
static int
check_url(const char *name, char *text, struct err *err)
{
	struct url url;
	size_t len = strlen(text);

	if (!url_parse(text, &url))
		return err_set(err, ERR_CONFIG, "%s: not an http or https URL",
		    name);
	url_free(&url);
	while (len > 0 && text[len - 1] == '/')
		text[--len] = '\0';
	return 0;
}

/* Which of two words, in any case? *is_second stays if it is unset. */
static int
read_choice(const char *name, const char *first, const char *second,
    bool *is_second, struct err *err)
{
	char *text;
	int rc = 0;

	if (env_get(name, &text, err) < 0)
		return -1;
	if (text != NULL && strcasecmp(text, first) != 0 &&
	    strcasecmp(text, second) != 0)
		rc = err_set(err, ERR_CONFIG, "%s: not %s or %s", name, first,
		    second);
	else if (text != NULL)
		*is_second = strcasecmp(text, second) == 0;
	mem_free(text);
	return rc;
}

/* The service's variable beats the one for all, and both what is there. */
static int
read_url(enum aws_service service, char **url, struct err *err)
{
	const char *const names[] = {
		endpoint_variables[service],
		"AWS_ENDPOINT_URL",
	};
	const char *which;
	char *text;

	if (get_first(names, 2, &which, &text, err) < 0)
		return -1;
	if (text == NULL)
		return 0;
	mem_free(*url);
	*url = text;
	return check_url(which, text, err);
}

static int
read_endpoints(struct aws_endpoints *endpoints, struct err *err)
{
	if (env_get_bool("AWS_USE_FIPS_ENDPOINT", &endpoints->variant.is_fips,
		err) < 0 ||
	    env_get_bool("AWS_USE_DUALSTACK_ENDPOINT",
		&endpoints->variant.is_dual_stack, err) < 0 ||
	    env_get_bool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		&endpoints->ignores_urls, err) < 0 ||
	    read_choice("AWS_STS_REGIONAL_ENDPOINTS", "regional", "legacy",
		&endpoints->is_sts_legacy, err) < 0)
		return -1;
	for (size_t i = 0; i < AWS_SERVICE__N && !endpoints->ignores_urls; i++)
		if (read_url((enum aws_service)i, &endpoints->urls[i], err) < 0)
			return -1;
	return 0;
}

static int
read_imds(struct aws *aws, struct err *err)
{
	static const char endpoint[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
	bool is_v6 = false;

	if (env_get_bool("AWS_EC2_METADATA_DISABLED", &aws->is_imds_disabled,
		err) < 0 ||
	    env_get(endpoint, &aws->imds_endpoint, err) < 0 ||
	    read_choice("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4",
		"IPv6", &is_v6, err) < 0)
		return -1;
	if (aws->imds_endpoint != NULL)
		return check_url(endpoint, aws->imds_endpoint, err);
	aws->imds_endpoint = xstrdup(is_v6 ? "http://[fd00:ec2::254]" :
					     "http://169.254.169.254");
	return 0;
}

static int
read_attempts(struct aws *aws, struct err *err)
{
	static const char name[] = "AWS_MAX_ATTEMPTS";
	char *text, *end;
	long number;

	if (env_get(name, &text, err) < 0)
		return -1;
	if (text == NULL)
		return 0;
	number = strtol(text, &end, 10);
	if (end == text || *end != '\0' || number < 1 ||
	    number > ATTEMPTS_LIMIT) {
		mem_free(text);
		return err_set(err, ERR_CONFIG, "%s: not a number from 1 to %d",
		    name, ATTEMPTS_LIMIT);
	}
	aws->attempts_max = (unsigned)number;
	mem_free(text);
	return 0;
}

static int
read_trust(struct aws *aws, struct err *err)
{
	char *bundle = NULL, *file = NULL, *dir = NULL;
	int rc = -1;

	if (env_get("AWS_CA_BUNDLE", &bundle, err) < 0 ||
	    env_get("SSL_CERT_FILE", &file, err) < 0 ||
	    env_get("SSL_CERT_DIR", &dir, err) < 0)
		goto out;
	rc = tls_trust_system(&(struct tls_places){ bundle, file, dir },
	    &aws->trust, err);
out:
	mem_free(bundle);
	mem_free(file);
	mem_free(dir);
	return rc;
}

int
aws_open(struct aws *aws, struct http *http, const char *region,
    const char *profile, struct err *err)
{
	aws->http = http;
	aws->is_profile_explicit = profile != NULL;
	if (profile != NULL)
		aws->profile = xstrdup(profile);
	else if (profile_file_choose(&aws->profile, err) < 0)
		return -1;
	if (profiles_load(&aws->profiles, err) < 0)
		return -1;
	if (region != NULL)
		aws->region = xstrdup(region);
	else if (read_region(aws, err) < 0)
		return -1;
	if (read_endpoints(&aws->endpoints, err) < 0 ||
	    read_imds(aws, err) < 0 || read_attempts(aws, err) < 0)
		return -1;
	return read_trust(aws, err);
}

int
aws_resolve_endpoint(const struct aws *aws, enum aws_service service,
    const struct endpoint_params *wanted, struct endpoint *endpoint,
    struct err *err)
{
	const struct aws_endpoints *set = &aws->endpoints;
	struct endpoint_params params = {
		.region = wanted->region,
		.url = wanted->url,
		.variant = set->variant,
		.is_sts_legacy = wanted->is_sts_legacy || set->is_sts_legacy,
	};

	BUG_IF(service >= AWS_SERVICE__N);
	if (service == AWS_ECR_PUBLIC)
		params.region = "us-east-1";
	if (params.url == NULL && !set->ignores_urls)
		params.url = set->urls[service];
	if (params.url == NULL) {
		params.variant.is_fips |= wanted->variant.is_fips;
		params.variant.is_dual_stack |= wanted->variant.is_dual_stack;
	}
	if (endpoint_resolve(service, &params, endpoint, err) == 0)
		return 0;
	if (params.url != NULL)
		err_hint(err,
		    "unset AWS_USE_FIPS_ENDPOINT and "
		    "AWS_USE_DUALSTACK_ENDPOINT, or %s and AWS_ENDPOINT_URL",
		    endpoint_variables[service]);
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
	for (size_t i = 0; i < AWS_SERVICE__N; i++)
		mem_free(aws->endpoints.urls[i]);
	mem_free(aws->imds_endpoint);
	*aws = (struct aws){ 0 };
}
