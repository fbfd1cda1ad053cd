/* What a docker config holds, entry by entry. */
#include "registry/docker_entries.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "registry/docker_config.h"
#include "registry/host.h"

#define REFRESH "run ecr-secret refresh, which writes it by the bare host"
#define REMOVE                                                               \
	"remove it, or run ecr-secret refresh --force, which drops what is " \
	"not ECR's"

/* Faults of an entry; the first that it has is told. */
enum fault {
	SOUND,
	NO_OBJECT,
	BAD_AUTH,
	NO_PASSWORD,
	NO_AUTH,
	HAS_SCHEME,
	HAS_CAPITALS,
	IS_GLOB,
	HAS_PATH,
};

static const struct {
	const char *text, *remedy;
	bool spoils_all;
} faults[] = {
	[SOUND] = { NULL, NULL, false },
	[NO_OBJECT] = { "is no object: kubelet can't read the document, and "
			"then uses none of the pod's pull secrets",
	    REMOVE, true },
	[BAD_AUTH] = { "has an auth that is not base64 of USER:PASSWORD: "
		       "kubelet can't read the document, and then uses none "
		       "of the pod's pull secrets",
	    REMOVE, true },
	[NO_PASSWORD] = { "has no auth and no password", REFRESH, false },
	[NO_AUTH] = { "has no auth, which skopeo, podman and CRI-O need",
	    REFRESH, false },
	[HAS_SCHEME] = { "has a scheme (https://): kubelet finds it, docker "
			 "and containerd look for the bare host",
	    REFRESH, false },
	[HAS_CAPITALS] = { "has capitals, and the images' host has none",
	    REFRESH, false },
	[IS_GLOB] = { "is a glob, which kubelet alone understands", REFRESH,
	    false },
	[HAS_PATH] = { "has a path: kubelet uses it for images below that "
		       "alone, docker never",
	    REFRESH, false },
};

/* As kubelet decodes it: base64, padded or not, of two parts. */
static bool
is_good_auth(const char *auth)
{
	struct buf pair = { 0 };
	bool is_good = digest_add_decoded(&pair, auth, strlen(auth)) == 0 &&
	    pair.len > 0 && memchr(pair.data, ':', pair.len) != NULL;

	buf_free(&pair);
	return is_good;
}

static enum fault
find_key_fault(const char *key)
{
	const char *host = strstr(key, "://");

	if (host != NULL)
		return HAS_SCHEME;
	if (strpbrk(key, "*?[") != NULL)
		return IS_GLOB;
	if (strchr(key, '/') != NULL)
		return HAS_PATH;
	for (host = key; *host != '\0'; host++)
		if (*host >= 'A' && *host <= 'Z')
			return HAS_CAPITALS;
	return SOUND;
}

static enum fault
find_fault(const struct cJSON *entry)
{
	const struct cJSON *auth = json_get(entry, "auth");

	if (!json_is_object(entry))
		return NO_OBJECT;
	if (auth != NULL && json_text(auth) == NULL && !json_is_null(auth))
		return BAD_AUTH;
	if (json_text(auth) != NULL && json_text(auth)[0] != '\0')
		return is_good_auth(json_text(auth)) ?
		    find_key_fault(json_name(entry)) :
		    BAD_AUTH;
	return json_get_text(entry, "username") != NULL &&
		json_get_text(entry, "password") != NULL ?
	    NO_AUTH :
	    NO_PASSWORD;
}

/* Without an auth, the two that it stands for. */
static char *
make_auth(const struct cJSON *entry)
{
	const char *user = json_get_text(entry, "username");
	const char *password = json_get_text(entry, "password");
	struct buf pair = { 0 }, auth = { 0 };

	if (user == NULL || password == NULL)
		return NULL;
	buf_addf(&pair, "%s:%s", user, password);
	digest_add_base64(&auth, pair.data, pair.len);
	buf_free(&pair);
	return buf_take(&auth);
}

static bool
is_ecr(const char *key)
{
	char *normal = registry_normal_key(key);
	struct registry_host host;
	bool is = registry_host_parse(normal, &host);

	mem_free(normal);
	return is;
}

static void
read_entry(const struct cJSON *entry, struct docker_held_entry *held)
{
	enum fault fault = find_fault(entry);
	const char *auth = json_get_text(entry, "auth");

	held->key = xstrdup(json_name(entry));
	if (fault == NO_AUTH)
		held->auth = make_auth(entry);
	else if (fault != NO_OBJECT && fault != BAD_AUTH &&
	    fault != NO_PASSWORD)
		held->auth = xstrdup(auth);
	held->is_ecr = is_ecr(held->key);
	held->expires_at = docker_auth_expiry(held->auth);
	held->fault = faults[fault].text;
	held->remedy = faults[fault].remedy;
	held->spoils_all = faults[fault].spoils_all;
}

static int
set_fault(struct docker_entries *entries, const char *fault)
{
	entries->fault = fault;
	entries->remedy =
	    "run ecr-secret refresh --force, which writes it anew";
	return -1;
}

/* With a helper, docker leaves {"HOST":{}} behind. */
static bool
has_password(const struct cJSON *auths)
{
	const struct cJSON *entry = json_first(auths);

	while (entry != NULL && find_fault(entry) == NO_PASSWORD)
		entry = json_next(entry);
	return entry != NULL;
}

/* Where the passwords are, if this is what a laptop's docker writes. */
static const char *
find_document_fault(const struct cJSON *document)
{
	const struct cJSON *auths = json_get(document, "auths");
	bool has_helper = json_get(document, "credsStore") != NULL ||
	    json_get(document, "credHelpers") != NULL;

	if (!json_is_object(document))
		return "holds no JSON object that could be read";
	if (json_is_object(auths) && (!has_helper || has_password(auths)))
		return NULL;
	if (has_helper)
		return "holds a config.json whose passwords are in a "
		       "credential helper (credsStore, credHelpers), which no "
		       "node has";
	return "has no auths: no client finds a password in it";
}

int
docker_entries_read(const char *text, size_t len,
    struct docker_entries *entries)
{
	struct cJSON *document = json_parse(text, len);
	const struct cJSON *auths = json_get(document, "auths");
	const char *fault = find_document_fault(document);
	const struct cJSON *entry;
	size_t n = 0;

	*entries = (struct docker_entries){ 0 };
	if (fault != NULL) {
		json_free(document);
		return set_fault(entries, fault);
	}
	for (entry = json_first(auths); entry != NULL; entry = json_next(entry))
		n++;
	entries->items = xcalloc(n + 1, sizeof(*entries->items));
	for (entry = json_first(auths); entry != NULL; entry = json_next(entry))
		read_entry(entry, &entries->items[entries->n++]);
	json_free(document);
	if (n == 0)
		return set_fault(entries, "holds no registry");
	return 0;
}

void
docker_entries_free(struct docker_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		mem_free(entries->items[i].key);
		mem_free(entries->items[i].auth);
	}
	mem_free(entries->items);
	*entries = (struct docker_entries){ 0 };
}
