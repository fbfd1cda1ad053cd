/* What a docker config holds, entry by entry. */
#include "registry/docker_entries.h"

#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "registry/docker_auth.h"
#include "registry/host.h"
#include "registry/keyring.h"

#define SPOILS                                                          \
	": kubelet can't read the document, and then uses none of the " \
	"pod's pull secrets"
#define REFRESH                                                           \
	"run ecr-secret refresh with --registry for it, which writes it " \
	"as it should be"
#define ANEW "run ecr-secret refresh --force, which writes it anew"
#define MAKE_AUTH "give it an \"auth\", which is base64 of USER:PASSWORD"
#define RENAME "rename its key to the bare host"

/* From bad to odd: of several the first is shown. */
enum entry_fault {
	FAULT_NO_OBJECT,
	FAULT_NO_TEXT,
	FAULT_BAD_AUTH,
	FAULT_NO_AUTH,
	FAULT_NO_PASSWORD,
	FAULT_NOT_AWS,
	FAULT_SPACE,
	FAULT_IGNORED,
	FAULT_CAPITALS,
	FAULT_PORT,
	FAULT_PATH,
	FAULT_GLOB,
	FAULT_SCHEME,
	FAULT_ONLY_PASSWORD,
	FAULT__N
};

static const struct {
	const char *text, *remedy;
	bool is_mended; /* for an entry of ours: by a refresh */
	bool spoils_all;
} entry_faults[] = {
	[FAULT_NO_OBJECT] = { "is no object" SPOILS, MAKE_AUTH, true, true },
	[FAULT_NO_TEXT] = { "has an auth, username, password or email that is "
			    "no text" SPOILS,
	    MAKE_AUTH, true, true },
	[FAULT_BAD_AUTH] = { "has an auth that is not base64 of USER:PASSWORD" SPOILS,
	    MAKE_AUTH, true, true },
	[FAULT_NO_AUTH] = { "has no auth and no password", MAKE_AUTH, true },
	[FAULT_NO_PASSWORD] = { "has an empty password", MAKE_AUTH, true },
	[FAULT_NOT_AWS] = { "has a user that is not AWS, the only one that ECR "
			    "knows",
	    MAKE_AUTH, true },
	[FAULT_SPACE] = { "has a password that ends in white space",
	    "make its auth without: printf, not echo", true },
	[FAULT_IGNORED] = { "is no host: kubelet ignores it", RENAME },
	[FAULT_CAPITALS] = { "has capital letters: kubelet uses it for images "
			     "with the very same ones",
	    "write the host in small letters", true },
	[FAULT_PORT] = { "has a port: it is used for images that name it, too",
	    RENAME },
	[FAULT_PATH] = { "has a path: kubelet uses it for images whose path "
			 "begins so",
	    RENAME },
	[FAULT_GLOB] = { "is a glob, which only kubelet knows",
	    "add an entry for each host that others shall find" },
	[FAULT_SCHEME] = { "has a scheme: kubelet ignores it, but others look "
			   "for the bare host",
	    RENAME, true },
	[FAULT_ONLY_PASSWORD] = { "has username and password, but not the auth "
				  "that podman and skopeo read",
	    MAKE_AUTH, true },
};
_Static_assert(sizeof(entry_faults) / sizeof(entry_faults[0]) == FAULT__N,
    "a fault has no text");

/* An entry as it is written; an empty text is none to kubelet. */
struct written {
	const struct cJSON *value;
	const char *auth, *username, *password; /* NULL: none */
};

/* What an auth stands for. */
struct parts {
	struct buf user, password;
};

bool
docker_entry_is_text(const struct cJSON *value)
{
	static const char *const names[] = { "auth", "username", "password",
		"email" };
	bool is_so = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct cJSON *member = json_get(value, names[i]);

		is_so = is_so &&
		    (member == NULL || json_is_null(member) ||
			json_text(member) != NULL);
	}
	return is_so;
}

bool
docker_entry_spoils(const struct cJSON *value)
{
	const char *auth = json_get_nonempty(value, "auth");
	struct parts parts = { 0 };
	bool is_read = (json_is_object(value) || json_is_null(value)) &&
	    docker_entry_is_text(value) &&
	    (auth == NULL ||
		docker_auth_split(auth, &parts.user, &parts.password));

	buf_free(&parts.user);
	buf_free(&parts.password);
	return !is_read;
}

static void
find_faults(const struct written *written, struct docker_held_entry *entry,
    const struct parts *parts, bool has[FAULT__N])
{
	struct keyring_oddities odd;
	char *host_text = keyring_look(entry->key, &odd);
	const struct buf *password = &parts->password;
	const char *end = buf_str(password) + password->len;
	const char last = end[password->len > 0 ? -1 : 0];
	struct registry_host host;

	entry->is_ecr = registry_host_parse(host_text, &host);
	has[FAULT_NO_OBJECT] =
	    !json_is_object(written->value) && !json_is_null(written->value);
	has[FAULT_NO_TEXT] = !docker_entry_is_text(written->value);
	has[FAULT_BAD_AUTH] = written->auth != NULL && entry->auth == NULL;
	has[FAULT_NO_AUTH] = entry->auth == NULL;
	has[FAULT_NO_PASSWORD] = password->len == 0;
	has[FAULT_NOT_AWS] = entry->is_ecr && entry->auth != NULL &&
	    strcmp(buf_str(&parts->user), "AWS") != 0;
	has[FAULT_SPACE] = last == '\n' || last == '\r' || last == ' ';
	has[FAULT_IGNORED] = odd.is_ignored;
	has[FAULT_CAPITALS] = odd.has_capitals;
	has[FAULT_PORT] = odd.has_port && entry->is_ecr;
	has[FAULT_PATH] = odd.has_path;
	has[FAULT_GLOB] = odd.is_glob;
	has[FAULT_SCHEME] = odd.has_scheme;
	has[FAULT_ONLY_PASSWORD] = written->auth == NULL;
	mem_free(host_text);
}

/* The auth by which a client asks, however the entry has it. */
static void
take_auth(const struct written *written, struct docker_held_entry *entry,
    struct parts *parts)
{
	struct buf pair = { 0 }, auth = { 0 };
	bool is_usable = written->username != NULL;

	if (written->auth != NULL) {
		is_usable = docker_auth_split(written->auth, &parts->user,
		    &parts->password);
	} else if (is_usable) {
		buf_add_str(&parts->user, written->username);
		if (written->password != NULL)
			buf_add_str(&parts->password, written->password);
	}
	if (!is_usable)
		return;
	buf_addf(&pair, "%s:", buf_str(&parts->user));
	buf_add(&pair, parts->password.data, parts->password.len);
	digest_add_base64(&auth, pair.data, pair.len);
	buf_free(&pair);
	entry->auth = buf_take(&auth);
	entry->expires_at = docker_auth_expiry(entry->auth);
}

/* Of what is wrong with it, the worst. */
static void
take_fault(const bool has[FAULT__N], struct docker_held_entry *entry)
{
	size_t i = 0;

	while (i < FAULT__N && !has[i])
		i++;
	if (i == FAULT__N)
		return;
	entry->fault = entry_faults[i].text;
	entry->remedy = entry->is_ecr && entry_faults[i].is_mended ?
	    REFRESH :
	    entry_faults[i].remedy;
	entry->is_mended = entry_faults[i].is_mended;
	entry->spoils_all = entry_faults[i].spoils_all;
}

void
docker_entry_read(const struct cJSON *value, struct docker_held_entry *entry)
{
	const struct written written = {
		.value = value,
		.auth = json_get_nonempty(value, "auth"),
		.username = json_get_nonempty(value, "username"),
		.password = json_get_nonempty(value, "password"),
	};
	bool has[FAULT__N] = { false };
	struct parts parts = { 0 };

	*entry = (struct docker_held_entry){ 0 };
	entry->key = xstrdup(json_name(value));
	take_auth(&written, entry, &parts);
	find_faults(&written, entry, &parts, has);
	take_fault(has, entry);
	buf_free(&parts.user);
	buf_free(&parts.password);
}

void
docker_entry_free(struct docker_held_entry *entry)
{
	mem_free(entry->key);
	mem_free(entry->auth);
	*entry = (struct docker_held_entry){ 0 };
}

static void
read_auths(const struct cJSON *auths, struct docker_entries *entries)
{
	const struct cJSON *value;
	size_t n = 0;

	for (value = json_first(auths); value != NULL; value = json_next(value))
		n++;
	entries->items = xcalloc(n, sizeof(*entries->items));
	for (value = json_first(auths); value != NULL; value = json_next(value))
		docker_entry_read(value, &entries->items[entries->n++]);
}

static void
read_member(const struct cJSON *json, const struct cJSON *auths,
    struct docker_entries *entries)
{
	const struct cJSON *member = json_first(json);

	while (member != NULL && member == auths)
		member = json_next(member);
	if (json_is_object(json) && member != NULL)
		entries->member = xstrdup(json_name(member));
}

/* Docker's format before "auths": the registries are the members. */
static bool
is_old_format(const struct cJSON *json)
{
	const struct cJSON *member = json_first(json);

	for (; member != NULL; member = json_next(member))
		if (json_get(member, "auth") != NULL ||
		    json_get(member, "username") != NULL)
			return true;
	return false;
}

static bool
names_helpers(const struct cJSON *json)
{
	return json_get_nonempty(json, "credsStore") != NULL ||
	    json_first(json_get(json, "credHelpers")) != NULL;
}

/* With a helper, docker leaves {"HOST":{}} behind. */
static bool
has_any_auth(const struct docker_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		if (entries->items[i].auth != NULL ||
		    entries->items[i].spoils_all)
			return true;
	return false;
}

/* Why no client finds a password in it; an entry may have its own faults. */
static void
find_fault(const struct cJSON *json, struct docker_entries *entries)
{
	const struct cJSON *auths = json_get(json, "auths");
	const struct {
		bool is_so;
		const char *fault, *remedy;
	} faults[] = {
		{ json == NULL, "is not JSON" SPOILS, ANEW },
		{ !json_is_object(json) && !json_is_null(json),
		    "is no JSON object" SPOILS, ANEW },
		{ auths != NULL && !json_is_object(auths) &&
			!json_is_null(auths),
		    "has auths that are no object" SPOILS, ANEW },
		{ has_any_auth(entries), NULL, NULL },
		{ names_helpers(json),
		    "holds a config.json whose passwords are in a credential "
		    "helper (credsStore, credHelpers), which no node has",
		    ANEW },
		{ entries->n > 0, NULL, NULL },
		{ is_old_format(json),
		    "has the form of a .dockercfg, which has no auths: kubelet "
		    "finds no registry in it",
		    "put all of it into {\"auths\":...}, or " ANEW },
		{ true, "holds no registry", ANEW },
	};
	size_t i = 0;

	while (!faults[i].is_so)
		i++;
	entries->fault = faults[i].fault;
	entries->remedy = faults[i].remedy;
}

static void
free_items(struct docker_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		docker_entry_free(&entries->items[i]);
	mem_free(entries->items);
	entries->items = NULL;
	entries->n = 0;
}

int
docker_entries_read(const char *text, size_t len,
    struct docker_entries *entries)
{
	struct cJSON *json = json_parse(text, len);
	const struct cJSON *auths = json_get(json, "auths");

	*entries = (struct docker_entries){ 0 };
	if (json_is_object(auths))
		read_auths(auths, entries);
	read_member(json, auths, entries);
	find_fault(json, entries);
	json_free(json);
	if (entries->fault == NULL)
		return 0;
	free_items(entries);
	return -1;
}

void
docker_entries_free(struct docker_entries *entries)
{
	free_items(entries);
	mem_free(entries->member);
	*entries = (struct docker_entries){ 0 };
}
