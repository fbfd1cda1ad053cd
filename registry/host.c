/* Host names of private ECR registries, and docker config keys. */
#include "registry/host.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

static const char *const suffixes[] = {
	"amazonaws.com",
	"amazonaws.com.cn",
	"amazonaws.eu",
	"on.aws",
	"on.amazonwebservices.com.cn",
	"sc2s.sgov.gov",
	"c2s.ic.gov",
	"cloud.adc-e.uk",
	"csp.hci.ic.gov",
};

static const char *const public_hosts[] = {
	"public.ecr.aws",
	"ecr-public.aws.com", /* by dual stack */
};

enum {
	PUBLIC_HOSTS = sizeof(public_hosts) / sizeof(public_hosts[0]),
};

/* Names of one registry differ in these, by partition. */
static const struct {
	const char *plain_suffix, *dual_stack_suffix;
} partitions[] = {
	{ "amazonaws.com", "on.aws" },
	{ "amazonaws.com.cn", "on.amazonwebservices.com.cn" },
};

static const struct {
	const char *text;
	bool is_fips;
} services[] = {
	{ ".dkr.ecr.", false },
	{ ".dkr-ecr.", false },
	{ ".dkr.ecr-fips.", true },
	{ ".dkr-ecr-fips.", true },
};

/* The length of "https://" or "http://" in front, in any case. */
static size_t
scheme_len(const char *text)
{
	if (strncasecmp(text, "https://", 8) == 0)
		return 8;
	return strncasecmp(text, "http://", 7) == 0 ? 7 : 0;
}

bool
registry_is_account(const char *text, size_t len)
{
	return len == HOST_ACCOUNT_LEN && strspn(text, "0123456789") >= len;
}

static bool
is_suffix(const char *text)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (strcasecmp(text, suffixes[i]) == 0)
			return true;
	return false;
}

/* The length of a region at the start of text, up to a dot; 0 if none is. */
static size_t
region_len(const char *text)
{
	size_t len = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

	if (text[len] != '.' || text[0] == '-' || text[0] == '_' ||
	    len > HOST_REGION_MAX)
		return 0;
	return len;
}

static bool
parse_rest(const char *text, bool is_fips, struct registry_host *host)
{
	size_t len = region_len(text);

	if (len == 0 || !is_suffix(text + len + 1))
		return false;
	for (size_t i = 0; i < len; i++)
		host->region[i] = (char)tolower((unsigned char)text[i]);
	host->region[len] = '\0';
	host->is_fips = is_fips;
	host->is_dual_stack = strncasecmp(text + len + 1, "on.", 3) == 0;
	return true;
}

bool
registry_host_parse(const char *text, struct registry_host *host)
{
	struct registry_host found = { 0 };

	if (!registry_is_account(text, strcspn(text, ".")))
		return false;
	memcpy(found.account, text, HOST_ACCOUNT_LEN);
	text += HOST_ACCOUNT_LEN;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		size_t len = strlen(services[i].text);

		if (strncasecmp(text, services[i].text, len) == 0 &&
		    parse_rest(text + len, services[i].is_fips, &found)) {
			found.suffix_at =
			    HOST_ACCOUNT_LEN + len + strlen(found.region) + 1;
			*host = found;
			return true;
		}
	}
	return false;
}

bool
registry_host_is_public(const char *host)
{
	for (size_t i = 0; i < PUBLIC_HOSTS; i++)
		if (strcmp(host, public_hosts[i]) == 0)
			return true;
	return false;
}

bool
registry_host_is_public_dual_stack(const char *host)
{
	return strcmp(host, public_hosts[1]) == 0;
}

bool
registry_host_is_ecr(const char *host)
{
	struct registry_host parsed;

	for (size_t i = 0; i < PUBLIC_HOSTS; i++)
		if (strcasecmp(host, public_hosts[i]) == 0)
			return true;
	return registry_host_parse(host, &parsed);
}

char *
registry_host_of(const char *text)
{
	text += scheme_len(text);
	return xstrndup(text, strcspn(text, "/"));
}

static void
add_name(struct list *names, const struct registry_host *host,
    const char *service, const char *suffix)
{
	struct buf name = { 0 };

	buf_addf(&name, "%s.%s.%s.%s", host->account, service, host->region,
	    suffix);
	if (!list_has(names, name.data))
		list_add(names, name.data);
	buf_free(&name);
}

static void
add_private_names(const char *text, const struct registry_host *host,
    struct list *names)
{
	const char *plain = text + host->suffix_at, *dual_stack = NULL;

	for (size_t i = 0; i < sizeof(partitions) / sizeof(*partitions); i++)
		if (strcmp(plain, partitions[i].plain_suffix) == 0 ||
		    strcmp(plain, partitions[i].dual_stack_suffix) == 0) {
			plain = partitions[i].plain_suffix;
			dual_stack = partitions[i].dual_stack_suffix;
			break;
		}
	add_name(names, host, "dkr.ecr", plain);
	add_name(names, host, "dkr.ecr-fips", plain);
	if (dual_stack != NULL) {
		add_name(names, host, "dkr-ecr", dual_stack);
		add_name(names, host, "dkr-ecr-fips", dual_stack);
	}
}

void
registry_host_add_names(const char *host, struct list *names)
{
	char *normal = registry_normal_key(host);
	struct registry_host parsed;

	list_add(names, normal);
	if (registry_host_parse(normal, &parsed))
		add_private_names(normal, &parsed, names);
	for (size_t i = 0; registry_host_is_public(normal) && i < PUBLIC_HOSTS;
	    i++)
		if (strcmp(public_hosts[i], normal) != 0)
			list_add(names, public_hosts[i]);
	mem_free(normal);
}

/* Does text[0..len) end so, in any case? */
static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && strncasecmp(text + len - n, end, n) == 0;
}

char *
registry_normal_key(const char *key)
{
	struct buf normal = { 0 };
	size_t len;

	key += scheme_len(key);
	len = strlen(key);
	while (len > 0 && key[len - 1] == '/')
		len--;
	if (ends_with(key, len, "/v1") || ends_with(key, len, "/v2"))
		len -= 3;
	buf_add_lower(&normal, key, len);
	return buf_take(&normal);
}
