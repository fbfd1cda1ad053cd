/* What --registry says. */
#include "cmd/registry_spec.h"

#include <string.h>

#include "base/mem.h"
#include "registry/host.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define WORD LETTERS "0123456789_"

enum {
	ROLE_MAX = 2048, /* STS's limits */
	EXTERNAL_ID_MAX = 1224,
	SESSION_NAME_MAX = 64,
};

/* Has text min to max of these characters, and no others? */
static bool
is_made_of(const char *text, const char *characters, size_t min, size_t max)
{
	size_t len = strspn(text, characters);

	return text[len] == '\0' && len >= min && len <= max;
}

/* arn:PARTITION:iam::ACCOUNT:role/NAME, whose name may have a path. */
bool
registry_spec_is_role(const char *text)
{
	size_t partition, account;

	if (strncmp(text, "arn:", 4) != 0)
		return false;
	text += 4;
	partition = strspn(text, LETTERS "0123456789-");
	if (partition == 0 || strncmp(text + partition, ":iam::", 6) != 0)
		return false;
	text += partition + 6;
	account = strcspn(text, ":");
	return registry_is_account(text, account) &&
	    strncmp(text + account, ":role/", 6) == 0 &&
	    is_made_of(text + account + 6, WORD "+=,.@/-", 1, ROLE_MAX);
}

bool
registry_spec_is_external_id(const char *text)
{
	return is_made_of(text, WORD "+=,.@:/-", 2, EXTERNAL_ID_MAX);
}

bool
registry_spec_is_session_name(const char *text)
{
	return is_made_of(text, WORD "+=,.@-", 2, SESSION_NAME_MAX);
}

static char **
role_arn(struct registry_spec *spec)
{
	return &spec->role_arn;
}

static char **
external_id(struct registry_spec *spec)
{
	return &spec->external_id;
}

static char **
session_name(struct registry_spec *spec)
{
	return &spec->session_name;
}

static const struct {
	const char *word;
	char **(*field)(struct registry_spec *spec);
	bool (*is_good)(const char *text);
	const char *expects;
} attributes[] = {
	{ ",role=", role_arn, registry_spec_is_role,
	    "a registry whose role= is a role's ARN, such as "
	    "arn:aws:iam::111122223333:role/NAME" },
	{ ",external-id=", external_id, registry_spec_is_external_id,
	    "a registry whose external-id= has 2 to 1224 letters, digits or "
	    "any of _+=,.@:/-" },
	{ ",session-name=", session_name, registry_spec_is_session_name,
	    "a registry whose session-name= has 2 to 64 letters, digits or "
	    "any of _+=,.@-" },
};

enum {
	ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]),
};

/* Where the next attribute begins; the end of text if there is none. */
static const char *
find_attribute(const char *text, size_t *which)
{
	const char *nearest = text + strlen(text);

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const char *found = strstr(text, attributes[i].word);

		if (found != NULL && found < nearest) {
			nearest = found;
			*which = i;
		}
	}
	return nearest;
}

static const char *
parse_attributes(const char *text, struct registry_spec *spec)
{
	size_t which = 0, next = 0;

	for (text = find_attribute(text, &which); *text != '\0'; which = next) {
		const char *value = text + strlen(attributes[which].word);
		char **field = attributes[which].field(spec);

		text = find_attribute(value, &next);
		if (*field != NULL)
			return "a registry that says each of role=, "
			       "external-id= and session-name= once";
		*field = xstrndup(value, (size_t)(text - value));
		if (!attributes[which].is_good(*field))
			return attributes[which].expects;
	}
	if (spec->role_arn == NULL &&
	    (spec->external_id != NULL || spec->session_name != NULL))
		return "a registry with the role= that its external-id= or "
		       "session-name= is for";
	return NULL;
}

/* ACCOUNT or ACCOUNT.REGION */
static bool
is_account(const char *text)
{
	size_t len = strcspn(text, ".");

	return registry_is_account(text, len) &&
	    (text[len] == '\0' || endpoint_is_region(text + len + 1));
}

/* Could text be "host" or "host:port"? */
static bool
is_host(const char *text)
{
	return text[0] != '\0' &&
	    text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]")] ==
	    '\0';
}

/* Takes key, a registry's normal key; false if it is none. */
static bool
parse_key(char *key, bool any_host, struct registry_spec *spec)
{
	struct registry_host host;

	spec->host = key;
	spec->is_public = registry_host_is_public(key);
	if (is_account(key)) {
		size_t len = strcspn(key, ".");

		spec->account = xstrndup(key, len);
		if (key[len] == '.')
			spec->region = xstrdup(key + len + 1);
		mem_free(key);
		spec->host = NULL;
		return true;
	}
	spec->variant.is_dual_stack = registry_host_is_public_dual_stack(key);
	if (!registry_host_parse(key, &host))
		return spec->is_public || (any_host && is_host(key));
	spec->region = xstrdup(host.region);
	spec->variant.is_fips = host.is_fips;
	spec->variant.is_dual_stack = host.is_dual_stack;
	return true;
}

const char *
registry_spec_parse(const char *text, bool any_host, struct registry_spec *spec)
{
	size_t which;
	const char *rest = find_attribute(text, &which);
	char *place = xstrndup(text, (size_t)(rest - text));
	bool is_good = parse_key(registry_normal_key(place), any_host, spec);

	mem_free(place);
	if (!is_good)
		return "an ECR registry's host, ACCOUNT, ACCOUNT.REGION or "
		       "public.ecr.aws, then any of ,role=ARN ,external-id=ID "
		       ",session-name=NAME (--any-host accepts other hosts)";
	return parse_attributes(rest, spec);
}

void
registry_spec_free(struct registry_spec *spec)
{
	mem_free(spec->host);
	mem_free(spec->account);
	mem_free(spec->region);
	mem_free(spec->role_arn);
	mem_free(spec->external_id);
	mem_free(spec->session_name);
	*spec = (struct registry_spec){ 0 };
}
