/* check: what is set, and who set it. */
#include <string.h>

#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/resolver_config.h"
#include "cmd/check/steps.h"

/* A proxy's URL, without the user and password that it may hold. */
static const char *
skip_user(const char *url)
{
	const char *at = strrchr(url, '@');

	return at != NULL ? at + 1 : url;
}

/* The variable in either case, as libcurl reads it; freed by the caller. */
static char *
get_proxy(const char *lower, const char *upper, const char **name)
{
	char *value = env_get_raw(lower);

	*name = lower;
	if (value != NULL && value[0] != '\0')
		return value;
	mem_free(value);
	*name = upper;
	value = upper != NULL ? env_get_raw(upper) : NULL;
	if (value != NULL && value[0] != '\0')
		return value;
	mem_free(value);
	return NULL;
}

static bool
excludes_link_local(const char *no_proxy)
{
	return no_proxy != NULL &&
	    (strstr(no_proxy, "169.254.") != NULL ||
		strcmp(no_proxy, "*") == 0);
}

/* HTTP_PROXY is what metadata would go by; capitals are CGI's there. */
static void
check_proxies(struct findings *findings)
{
	const char *name, *http_name, *no_name;
	char *https = get_proxy("https_proxy", "HTTPS_PROXY", &name);
	char *http = get_proxy("http_proxy", "HTTP_PROXY", &http_name);
	char *no = get_proxy("no_proxy", "NO_PROXY", &no_name);

	if (https != NULL)
		findings_ok(findings, "proxy: %.200s (%s), except for %.500s",
		    skip_user(https), name, no != NULL ? no : "nothing");
	if (http != NULL && !excludes_link_local(no))
		findings_tell(findings, FINDING_NOTE,
		    "add 169.254.169.254,169.254.170.2,169.254.170.23 to "
		    "NO_PROXY for the other AWS tools here",
		    "%s stands in the way of the link-local addresses where "
		    "AWS gives credentials; ecr-secret passes it by",
		    http_name);
	mem_free(https);
	mem_free(http);
	mem_free(no);
}

/* A pod's resolver tries a name in each of its search domains first. */
static void
check_resolver(struct findings *findings)
{
	static const char path[] = "/etc/resolv.conf";
	struct resolver_config config = { 0 };
	struct buf text = { 0 };
	struct err err = { 0 };
	char *options = env_get_raw("RES_OPTIONS");
	char *domains = env_get_raw("LOCALDOMAIN");

	if (file_read(path, 64 * 1024, &text, &err) < 0)
		findings_note_by(findings, &err,
		    "without it the resolver is the one on this machine");
	resolver_config_read(buf_str(&text), options, domains, &config);
	if (config.search_n > 0 && config.ndots > 3)
		findings_tell(findings, FINDING_NOTE,
		    "in the pod's spec: dnsConfig: {options: [{name: ndots, "
		    "value: \"1\"}]}",
		    "DNS: by ndots:%u a name such as "
		    "ecr.eu-central-1.amazonaws.com is looked up in %u search "
		    "domains first; one that answers for every name gives a "
		    "wrong address",
		    config.ndots, config.search_n);
	else
		findings_ok(findings, "DNS: ndots:%u, %u search domains",
		    config.ndots, config.search_n);
	buf_free(&text);
	mem_free(options);
	mem_free(domains);
}

void
check_settings(struct check *check)
{
	const struct list *settings = &check->options->settings;
	struct findings *findings = &check->findings;

	for (size_t i = 0; i < settings->n; i++)
		findings_ok(findings, "%s", settings->items[i]);
	if (settings->n == 0)
		findings_ok(findings, "all options have their defaults");
	check_proxies(findings);
	check_resolver(findings);
}
