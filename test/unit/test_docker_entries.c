/*
 * What a docker config holds, and what is wrong with it. That a document or an
 * entry spoils a pod's pull secrets is by pkg/credentialprovider of Kubernetes:
 * json.Unmarshal into DockerConfigJSON, and UnmarshalJSON of an entry.
 */
#include "registry/docker_entries.h"

#include "base/digest.h"
#include "test/unit/unit.h"

#define ECR "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
#define SPOILS "kubelet can't read the document, and then uses none"
#define REFRESH "run ecr-secret refresh with --registry for it"
#define AWS_X "QVdTOng=" /* AWS:x */
#define CI_X "Y2k6eA=="  /* ci:x */

static const struct entry_case {
	const char *name;
	const char *key, *entry; /* as JSON */
	const char *auth;        /* NULL: none */
	const char *fault, *remedy;
	bool is_ecr, spoils_all;
} entry_cases[] = {
	{ "an entry as we write it", ECR, "{\"auth\":\"" AWS_X "\"}", AWS_X,
	    NULL, NULL, true, false },
	{ "another registry's", "ghcr.io", "{\"auth\":\"" CI_X "\"}", CI_X,
	    NULL, NULL, false, false },
	{ "a port is part of another registry's key", "h.example:5000",
	    "{\"auth\":\"" CI_X "\"}", CI_X, NULL, NULL, false, false },
	{ "what kubectl writes, with username and password", ECR,
	    "{\"username\":\"AWS\",\"password\":\"x\",\"email\":\"\","
	    "\"auth\":\"" AWS_X "\"}",
	    AWS_X, NULL, NULL, true, false },
	{ "auth beats username and password", "ghcr.io",
	    "{\"username\":\"no\",\"password\":\"no\",\"auth\":\"" CI_X "\"}",
	    CI_X, NULL, NULL, false, false },
	{ "null is as good as nothing", "ghcr.io",
	    "{\"username\":null,\"auth\":\"" CI_X "\"}", CI_X, NULL, NULL,
	    false, false },
	{ "padding may be missing", "ghcr.io", "{\"auth\":\"Y2k6eA\"}", CI_X,
	    NULL, NULL, false, false },
	{ "line ends don't count", "ghcr.io",
	    "{\"auth\":\"Y2k6\\r\\neA==\\n\"}", CI_X, NULL, NULL, false,
	    false },
	{ "a password may have a colon", "ghcr.io", "{\"auth\":\"Y2k6YTpi\"}",
	    "Y2k6YTpi", NULL, NULL, false, false },

	{ "half of the padding is no base64", ECR, "{\"auth\":\"Y2k6eA=\"}",
	    NULL, "not base64 of USER:PASSWORD: " SPOILS, REFRESH, true, true },
	{ "the alphabet of URLs is another one", "ghcr.io",
	    "{\"auth\":\"Y2k6_-8=\"}", NULL,
	    "not base64 of USER:PASSWORD: " SPOILS, "give it an \"auth\"",
	    false, true },
	{ "a space is no base64", "ghcr.io", "{\"auth\":\"" CI_X " \"}", NULL,
	    "not base64 of USER:PASSWORD: " SPOILS, "give it", false, true },
	{ "plain text is no base64", "ghcr.io", "{\"auth\":\"ci:x\"}", NULL,
	    "not base64 of USER:PASSWORD: " SPOILS, "give it", false, true },
	{ "a password without a user is no pair", ECR, "{\"auth\":\"eHl6\"}",
	    NULL, "not base64 of USER:PASSWORD: " SPOILS, REFRESH, true, true },
	{ "a bad auth counts though there is a password", "ghcr.io",
	    "{\"username\":\"ci\",\"password\":\"x\",\"auth\":\"?\"}", NULL,
	    "not base64 of USER:PASSWORD: " SPOILS, "give it", false, true },
	{ "an entry that is text", "ghcr.io", "\"" CI_X "\"", NULL,
	    "is no object: " SPOILS, "give it", false, true },
	{ "an entry that is a list", ECR, "[]", NULL, "is no object: " SPOILS,
	    REFRESH, true, true },
	{ "a password that is a number", "ghcr.io",
	    "{\"username\":\"ci\",\"password\":1}", "Y2k6",
	    "that is no text: " SPOILS, "give it", false, true },
	{ "an email that is an object", "ghcr.io",
	    "{\"email\":{},\"auth\":\"" CI_X "\"}", CI_X,
	    "that is no text: " SPOILS, "give it", false, true },

	{ "an entry of null is allowed", "ghcr.io", "null", NULL,
	    "has no auth and no password", "give it", false, false },
	{ "an empty entry, as a credsStore leaves it", ECR, "{}", NULL,
	    "has no auth and no password", REFRESH, true, false },
	{ "an empty auth is none", ECR, "{\"auth\":\"\"}", NULL,
	    "has no auth and no password", REFRESH, true, false },
	{ "an empty password", ECR, "{\"auth\":\"QVdTOg==\"}",
	    "QVdTOg==", "has an empty password", REFRESH, true, false },
	{ "a user that ECR does not know", ECR, "{\"auth\":\"" CI_X "\"}", CI_X,
	    "a user that is not AWS", REFRESH, true, false },
	{ "a line end behind the password", ECR, "{\"auth\":\"QVdTOngK\"}",
	    "QVdTOngK", "ends in white space", REFRESH, true, false },
	{ "username and password alone", "ghcr.io",
	    "{\"username\":\"ci\",\"password\":\"x\"}", CI_X,
	    "but not the auth that podman and skopeo read", "give it", false,
	    false },

	{ "a scheme", "https://" ECR, "{\"auth\":\"" AWS_X "\"}", AWS_X,
	    "has a scheme", REFRESH, true, false },
	{ "a scheme and a version that counts for nothing",
	    "https://ghcr.io/v1/", "{\"auth\":\"" CI_X "\"}", CI_X,
	    "has a scheme", "rename its key", false, false },
	{ "a version without its slash is a path", ECR "/v2",
	    "{\"auth\":\"" AWS_X "\"}", AWS_X, "has a path", "rename its key",
	    true, false },
	{ "a path", "https://" ECR "/team", "{\"auth\":\"" AWS_X "\"}", AWS_X,
	    "has a path", "rename its key", true, false },
	{ "a port of ECR's", ECR ":443", "{\"auth\":\"" AWS_X "\"}", AWS_X,
	    "has a port", "rename its key", true, false },
	{ "capital letters", "GHCR.io", "{\"auth\":\"" CI_X "\"}", CI_X,
	    "has capital letters", "small letters", false, false },
	{ "capital letters of ECR's",
	    "111122223333.DKR.ECR.eu-west-1.amazonaws.com",
	    "{\"auth\":\"" AWS_X "\"}", AWS_X, "has capital letters", REFRESH,
	    true, false },
	{ "a glob", "*.dkr.ecr.eu-west-1.amazonaws.com",
	    "{\"auth\":\"" AWS_X "\"}", AWS_X, "is a glob", "add an entry",
	    false, false },
	{ "a class of letters in front is no host", "[gG]hcr.io",
	    "{\"auth\":\"" CI_X "\"}", CI_X, "is no host", "rename", false,
	    false },
	{ "an empty key", "", "{\"auth\":\"" CI_X "\"}", CI_X, "is no host",
	    "rename its key", false, false },
	{ "a key with a space", "gh cr.io", "{\"auth\":\"" CI_X "\"}", CI_X,
	    "is no host", "rename its key", false, false },
};

static void
check_fault(const char *got, const char *remedy, const char *want,
    const char *want_remedy)
{
	assert_true((got == NULL) == (remedy == NULL));
	if (want == NULL) {
		if (got != NULL)
			fail_msg("%s", got);
	} else if (got == NULL || strstr(got, want) == NULL) {
		fail_msg("not \"%s\": %s", want, got != NULL ? got : "none");
	} else if (remedy == NULL || strstr(remedy, want_remedy) == NULL) {
		fail_msg("not \"%s\": %s", want_remedy,
		    remedy != NULL ? remedy : "none");
	}
}

static void
check_sound(const struct docker_held_entry *entry)
{
	check_fault(entry->fault, entry->remedy, NULL, NULL);
	assert_false(entry->spoils_all);
}

/* What the middle one of three does, the short way. */
static void
check_spoils(const char *text, bool want)
{
	struct cJSON *json = json_parse(text, strlen(text));
	const struct cJSON *value = json_first(json_get(json, "auths"));

	assert_false(docker_entry_spoils(value));
	value = json_next(value);
	assert_int_equal(docker_entry_spoils(value), want);
	assert_false(docker_entry_spoils(json_next(value)));
	json_free(json);
}

/* Between two others, which it changes nothing about. */
static void
entry_is_understood(void **state)
{
	const struct entry_case *row = *state;
	const struct docker_held_entry *entry;
	struct docker_entries entries;
	struct buf text = { 0 };

	buf_add_str(&text, "{\"auths\":{\"a\":{\"auth\":\"" CI_X "\"},");
	buf_add_json(&text, row->key);
	buf_addf(&text, ":%s,\"z\":{\"auth\":\"" CI_X "\"}}}", row->entry);
	assert_int_equal(docker_entries_read(text.data, text.len, &entries), 0);
	assert_int_equal(entries.n, 3);
	entry = &entries.items[1];
	assert_string_equal(entry->key, row->key);
	assert_string_equal(entry->auth != NULL ? entry->auth : "-",
	    row->auth != NULL ? row->auth : "-");
	assert_int_equal(entry->is_ecr, row->is_ecr);
	assert_int_equal(entry->spoils_all, row->spoils_all);
	assert_int_equal(entry->expires_at, 0);
	check_spoils(text.data, row->spoils_all);
	check_fault(entry->fault, entry->remedy, row->fault, row->remedy);
	check_sound(&entries.items[0]);
	check_sound(&entries.items[2]);
	docker_entries_free(&entries);
	assert_null(entries.items);
	buf_free(&text);
}

static const struct document_case {
	const char *name, *text;
	size_t n;
	const char *fault, *remedy;
} document_cases[] = {
	{ "no text", "", 0, "is not JSON: " SPOILS, "--force" },
	{ "half a document", "{\"auths\":{", 0, "is not JSON: " SPOILS,
	    "--force" },
	{ "a password alone", "eyJwYXlsb2FkIjoi", 0, "is not JSON", "--force" },
	{ "a list", "[{}]", 0, "is no JSON object: " SPOILS, "--force" },
	{ "text", "\"{}\"", 0, "is no JSON object: " SPOILS, "--force" },
	{ "auths that are a list", "{\"auths\":[]}", 0,
	    "has auths that are no object: " SPOILS, "--force" },
	{ "null", "null", 0, "holds no registry", "refresh" },
	{ "an empty object", "{}", 0, "holds no registry", "refresh" },
	{ "auths of null", "{\"auths\":null}", 0, "holds no registry",
	    "refresh" },
	{ "empty auths", "{\"auths\":{}}", 0, "holds no registry", "refresh" },
	{ "another member alone", "{\"currentContext\":\"x\"}", 0,
	    "holds no registry", "refresh" },
	{ "the old form", "{\"" ECR "\":{\"auth\":\"" AWS_X "\"}}", 0,
	    "has the form of a .dockercfg", "{\"auths\":...}" },
	{ "the old form by username", "{\"h\":{\"username\":\"a\"}}", 0,
	    "has the form of a .dockercfg", "{\"auths\":...}" },
	{ "what Docker Desktop leaves",
	    "{\"auths\":{\"" ECR "\":{}},\"credsStore\":\"desktop\"}", 0,
	    "in a credential helper", "--force" },
	{ "a credsStore alone", "{\"credsStore\":\"ecr-login\"}", 0,
	    "in a credential helper", "--force" },
	{ "helpers of single registries",
	    "{\"credHelpers\":{\"" ECR "\":\"ecr-login\"}}", 0,
	    "in a credential helper", "--force" },
	{ "helpers beside a password",
	    "{\"auths\":{\"h\":{\"auth\":\"" CI_X "\"}},\"credHelpers\":{"
	    "\"" ECR "\":\"ecr-login\"}}",
	    1, NULL, NULL },
	{ "helpers beside what spoils the document",
	    "{\"auths\":{\"h\":{\"auth\":\"?\"}},\"credsStore\":\"x\"}", 1,
	    NULL, NULL },
	{ "an empty credsStore and no helpers",
	    "{\"auths\":{\"h\":{}},\"credsStore\":\"\",\"credHelpers\":{}}", 1,
	    NULL, NULL },
	{ "an entry without auth is a fault of its own",
	    "{\"auths\":{\"h\":{}}}", 1, NULL, NULL },
};

static void
document_is_understood(void **state)
{
	const struct document_case *row = *state;
	struct docker_entries entries;

	assert_int_equal(docker_entries_read(row->text, strlen(row->text),
			     &entries),
	    row->fault == NULL ? 0 : -1);
	assert_int_equal(entries.n, row->n);
	check_fault(entries.fault, entries.remedy, row->fault, row->remedy);
	docker_entries_free(&entries);
}

/* {"auths":{key:{"auth":base64 of AWS: and a password with this end}}} */
static void
end_is_read(void **state)
{
	static const char claims[] = "{\"payload\":\"x\",\"expiration\":2000}";
	struct buf pair = { 0 }, text = { 0 };
	struct docker_entries entries;

	(void)state;
	buf_add_str(&pair, "AWS:");
	digest_add_base64(&pair, claims, strlen(claims));
	buf_add_str(&text, "{\"auths\":{\"mirror.example\":{\"auth\":\"");
	digest_add_base64(&text, pair.data, pair.len);
	buf_addf(&text,
	    "\"},\"" ECR "\":{\"username\":\"AWS\","
	    "\"password\":\"%s\"}}}",
	    pair.data + strlen("AWS:"));
	assert_int_equal(docker_entries_read(text.data, text.len, &entries), 0);
	assert_int_equal(entries.n, 2);
	assert_int_equal(entries.items[0].expires_at, 2000);
	assert_int_equal(entries.items[1].expires_at, 2000);
	assert_string_equal(entries.items[0].auth, entries.items[1].auth);
	docker_entries_free(&entries);
	buf_free(&pair);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, entry_cases, entry_is_understood);
	UNIT_ADD_ROWS(&unit, document_cases, document_is_understood);
	unit_add(&unit, "a password of ECR's tells its end", end_is_read, NULL);
	return unit_run(&unit, "docker_entries");
}
