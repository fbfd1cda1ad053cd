/* How we reach AWS: what the standard AWS_* variables say, read once. */
#include "aws/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/tls.h"
#include "base/url.h"

enum {
	ATTEMPTS_LIMIT = 100, /* more would outlive any deadline */
};

static const char *const endpoint_variables[] = {
	[AWS_ECR] = "AWS_ENDPOINT_URL_ECR",
	[AWS_STS] = "AWS_ENDPOINT_URL_STS",
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

static int
read_endpoints(struct aws *aws, struct err *err)
{
	for (size_t i = 0; i < AWS_SERVICE__N; i++) {
		const char *const names[] = {
			endpoint_variables[i],
			"AWS_ENDPOINT_URL",
		};
		const char *which;

		if (get_first(names, 2, &which, &aws->endpoints[i], err) < 0)
			return -1;
		if (aws->endpoints[i] != NULL &&
		    check_url(which, aws->endpoints[i], err) < 0)
			return -1;
	}
	return 0;
}

static int
read_imds(struct aws *aws, struct err *err)
{
	static const char endpoint[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
	static const char mode[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
	char *text = NULL;
	bool is_v6;

	if (env_get_bool("AWS_EC2_METADATA_DISABLED", &aws->is_imds_disabled,
		err) < 0 ||
	    env_get(endpoint, &aws->imds_endpoint, err) < 0 ||
	    env_get(mode, &text, err) < 0)
		return -1;
	is_v6 = text != NULL && strcasecmp(text, "IPv6") == 0;
	if (text != NULL && !is_v6 && strcasecmp(text, "IPv4") != 0) {
		mem_free(text);
		return err_set(err, ERR_CONFIG, "%s: not IPv4 or IPv6", mode);
	}
	mem_free(text);
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
    struct err *err)
{
	aws->http = http;
	if (region != NULL)
		aws->region = xstrdup(region);
	else if (read_region(aws, err) < 0)
		return -1;
	if (read_endpoints(aws, err) < 0 || read_imds(aws, err) < 0 ||
	    read_attempts(aws, err) < 0)
		return -1;
	return read_trust(aws, err);
}

void
aws_add_url(const struct aws *aws, struct buf *out, enum aws_service service,
    const char *region)
{
	BUG_IF(service >= AWS_SERVICE__N);
	if (aws->endpoints[service] != NULL)
		buf_add_str(out, aws->endpoints[service]);
	else
		endpoint_add_url(out, service, region);
}

void
aws_hint_region(const struct aws *aws, enum aws_service service,
    const char *region, const struct http_response *response, struct err *err)
{
	const char *nearest = endpoint_nearest_region(region);

	if (response->is_unresolved && aws->endpoints[service] == NULL &&
	    strcmp(nearest, region) != 0)
		err_hint(err, "is the region \"%s\" meant to be \"%s\"?",
		    region, nearest);
}

void
aws_close(struct aws *aws)
{
	tls_trust_free(aws->trust);
	mem_free(aws->region);
	for (size_t i = 0; i < AWS_SERVICE__N; i++)
		mem_free(aws->endpoints[i]);
	mem_free(aws->imds_endpoint);
	*aws = (struct aws){ 0 };
}
