/*
 * The fields of each format. What is wanted are those of Kubernetes' Secret
 * types and of Argo CD's "Declarative Setup", Helm repositories in OCI.
 */
#include "cmd/format.h"

#include "base/json.h"
#include "test/unit/unit.h"

#define HOST "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
#define AUTH "QVdTOnNlY3JldA==" /* AWS:secret */
#define EXPIRY 2000000000

static const struct docker_entry ours = { HOST, AUTH, EXPIRY };

static const struct field_case {
	const char *name, *format, *type, *label;
	const char *want; /* KEY=VALUE lines */
} field_cases[] = {
	{ "dockerconfigjson has one document", "dockerconfigjson",
	    "kubernetes.io/dockerconfigjson", NULL,
	    ".dockerconfigjson={\"auths\":{\"" HOST "\":{\"auth\":\"" AUTH
	    "\"}}}\n" },
	{ "basic-auth has user and password", "basic-auth",
	    "kubernetes.io/basic-auth", NULL,
	    "username=AWS\npassword=secret\n" },
	{ "argocd-repository has an OCI URL without a scheme",
	    "argocd-repository", "Opaque", "repository",
	    "url=" HOST "\ntype=helm\nenableOCI=true\nusername=AWS\n"
	    "password=secret\n" },
	{ "argocd-repo-creds has the same and another label",
	    "argocd-repo-creds", "Opaque", "repo-creds",
	    "url=" HOST "\ntype=helm\nenableOCI=true\nusername=AWS\n"
	    "password=secret\n" },
};

static void
fields_are_composed(void **state)
{
	const struct field_case *row = *state;
	const struct format *format = format_find(row->format);
	const struct docker_wish wish = { .entries = &ours, .entries_n = 1 };
	const struct kube_secret none = { 0 };
	struct payload payload = { 0 };
	struct buf got = { 0 };
	struct err err;

	assert_non_null(format);
	assert_string_equal(format->type, row->type);
	if (row->label != NULL)
		assert_string_equal(format->label, row->label);
	else
		assert_null(format->label);
	assert_int_equal(payload_compose(format, &wish, &none, &payload, &err),
	    0);
	for (size_t i = 0; i < payload.fields_n; i++)
		buf_addf(&got, "%s=%s\n", payload.fields[i].key,
		    buf_str(&payload.fields[i].value));
	unit_check_text(&got, row->want);
	assert_int_equal(payload.registries, 1);
	assert_int_equal(payload.expires_at, EXPIRY);
	assert_false(payload.has_unknown_expiry);
	assert_false(payload_is_held(&payload, &none));
	payload_free(&payload);
	payload_free(&payload);
}

#define ARGO(url, user, more)                                   \
	"{\"data\":{\"url\":\"" url "\",\"type\":\"aGVsbQ==\"," \
	"\"enableOCI\":\"dHJ1ZQ==\",\"username\":\"" user       \
	"\",\"password\":\"c2VjcmV0\"" more "}}"
#define AWS "QVdT"
/* HOST, and the same of account 222222222222, in base64. */
#define HOST64                                                     \
	"MTExMTExMTExMTExLmRrci5lY3IuZXUtd2VzdC0xLmFtYXpvbmF3cy5j" \
	"b20="
#define OTHER64                                                    \
	"MjIyMjIyMjIyMjIyLmRrci5lY3IuZXUtd2VzdC0xLmFtYXpvbmF3cy5j" \
	"b20="

static const struct argo_case {
	const char *name, *now;
	enum docker_others others;
	bool is_composed;
	bool is_held; /* the same bytes are there already */
} argo_cases[] = {
	{ "the same URL is refreshed", ARGO(HOST64, AWS, ""), DOCKER_REFUSE,
	    true, true },
	{ "fields of others don't matter",
	    ARGO(HOST64, AWS, ",\"project\":\"eA==\""), DOCKER_REFUSE, true,
	    true },
	{ "another user, whom we never wrote, is refused",
	    ARGO(HOST64, "cm9ib3Q=", ""), DOCKER_REFUSE, false, false },
	{ "another user is replaced by force", ARGO(HOST64, "cm9ib3Q=", ""),
	    DOCKER_DROP, true, false },
	{ "a Secret without a URL gets one", "{\"data\":{}}", DOCKER_REFUSE,
	    true, false },
	{ "a Secret without data gets them", "{}", DOCKER_REFUSE, true, false },
	{ "another URL is refused", ARGO(OTHER64, AWS, ""), DOCKER_REFUSE,
	    false, false },
	{ "another URL can't be kept beside ours", ARGO(OTHER64, AWS, ""),
	    DOCKER_KEEP, false, false },
	{ "another URL is replaced by force", ARGO(OTHER64, AWS, ""),
	    DOCKER_DROP, true, false },
	{ "data that are no base64 are refused", ARGO("*", AWS, ""),
	    DOCKER_REFUSE, false, false },
};

static void
url_is_judged(void **state)
{
	const struct argo_case *row = *state;
	const struct docker_wish wish = {
		.entries = &ours,
		.entries_n = 1,
		.others = row->others,
	};
	struct kube_secret now = {
		.object = json_parse(row->now, strlen(row->now)),
	};
	struct payload payload = { 0 };
	struct err err;
	int rc = payload_compose(format_find("argocd-repository"), &wish, &now,
	    &payload, &err);

	assert_non_null(now.object);
	assert_int_equal(rc, row->is_composed ? 0 : -1);
	assert_int_equal(payload.fields_n, row->is_composed ? 5 : 0);
	assert_int_equal(payload_is_held(&payload, &now), row->is_held);
	payload_free(&payload);
	kube_secret_free(&now);
}

static void
unknown_format_is_none(void **state)
{
	(void)state;
	assert_null(format_find("docker"));
	assert_null(format_find(""));
	assert_string_equal(format_find("basic-auth")->name, "basic-auth");
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, field_cases, fields_are_composed);
	UNIT_ADD_ROWS(&unit, argo_cases, url_is_judged);
	unit_add(&unit, "a format that is not there is none",
	    unknown_format_is_none, NULL);
	return unit_run(&unit, "format");
}
