/*
 * The names that Kubernetes allows, and questions about a Secret. Names by
 * apimachinery's IsDNS1123Subdomain and IsDNS1123Label: a subdomain's labels
 * have no limit but that of the whole.
 */
#include "k8s.h"

#include "base/json.h"
#include "test/unit/unit.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define NAME_253 SIXTY "." SIXTY "." SIXTY "." SIXTY TEN

static const struct name_case {
	const char *name, *text;
	bool is_name;
	bool is_namespace;
} name_cases[] = {
	{ "a word is both", "ecr-registry", true, true },
	{ "a letter is both", "a", true, true },
	{ "a digit is both", "0", true, true },
	{ "digits at both ends are both", "1a2", true, true },
	{ "63 characters are both", SIXTY "abc", true, true },
	{ "64 characters are a name", SIXTY "abcd", true, false },
	{ "253 characters are a name", NAME_253, true, false },
	{ "254 characters are none", NAME_253 "j", false, false },
	{ "a dot is in a name", "a.b", true, false },
	{ "two labels with hyphens are a name", "a-b.c-d", true, false },
	{ "no text is none", "", false, false },
	{ "a capital is none", "Abc", false, false },
	{ "an underscore is none", "a_b", false, false },
	{ "a slash is none", "a/b", false, false },
	{ "dots to another path are none", "../b", false, false },
	{ "a percent sign is none", "a%2fb", false, false },
	{ "a question mark is none", "a?force=true", false, false },
	{ "a glob is none", "team-*", false, false },
	{ "a space is none", "a b", false, false },
	{ "a newline behind is none", "a\n", false, false },
	{ "a hyphen first is none", "-a", false, false },
	{ "a hyphen last is none", "a-", false, false },
	{ "a dot first is none", ".a", false, false },
	{ "a dot last is none", "a.", false, false },
	{ "two dots are none", "a..b", false, false },
	{ "a hyphen before a dot is none", "a-.b", false, false },
	{ "a hyphen behind a dot is none", "a.-b", false, false },
	{ "UTF-8 is none", "caf\xc3\xa9", false, false },
};

static void
name_is_judged(void **state)
{
	const struct name_case *row = *state;

	assert_int_equal(k8s_is_name(row->text), row->is_name);
	assert_int_equal(k8s_is_namespace(row->text), row->is_namespace);
}

static struct kube_secret
parse(const char *text)
{
	struct kube_secret secret = { .object =
					  json_parse(text, strlen(text)) };

	assert_non_null(secret.object);
	return secret;
}

static void
questions_are_answered(void **state)
{
	struct kube_secret secret =
	    parse("{\"type\":\"Opaque\","
		  "\"immutable\":true,\"metadata\":{\"resourceVersion\":\"42\","
		  "\"annotations\":{\"ecr-secret/expires-at\":\"x\"}},"
		  "\"data\":{\"a\":\"Zm9v\",\"bad\":\"*\",\"n\":1}}");
	struct buf got = { 0 };
	struct err err;

	(void)state;
	assert_string_equal(kube_secret_type(&secret), "Opaque");
	assert_string_equal(kube_secret_version(&secret), "42");
	assert_string_equal(kube_secret_annotation(&secret,
				"ecr-secret/expires-at"),
	    "x");
	assert_null(kube_secret_annotation(&secret, "expires-at"));
	assert_true(kube_secret_is_immutable(&secret));
	assert_int_equal(kube_secret_add_data(&secret, "a", &got, &err), 0);
	assert_int_equal(kube_secret_add_data(&secret, "missing", &got, &err),
	    0);
	assert_int_equal(kube_secret_add_data(&secret, "bad", &got, &err), -1);
	assert_int_equal(kube_secret_add_data(&secret, "n", &got, &err), -1);
	unit_check_text(&got, "foo");
	kube_secret_free(&secret);
	kube_secret_free(&secret);
}

static void
absent_has_no_answers(void **state)
{
	const struct kube_secret secret = { 0 };
	struct buf got = { 0 };
	struct err err;

	(void)state;
	assert_null(kube_secret_type(&secret));
	assert_null(kube_secret_version(&secret));
	assert_null(kube_secret_annotation(&secret, "a"));
	assert_false(kube_secret_is_immutable(&secret));
	assert_int_equal(kube_secret_add_data(&secret, "a", &got, &err), 0);
	assert_int_equal(got.len, 0);
	assert_null(kube_secret_other_owner(&secret, "a", "b"));
}

#define FIELDS(fields) "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{" fields "}"
#define MANAGER(name, operation) \
	"{\"manager\":\"" name "\",\"operation\":\"" operation "\","
#define DATA "\"f:data\":{\".\":{},\"f:.dockerconfigjson\":{}}"
#define TYPE "\"f:type\":{}"
#define NOTE \
	"\"f:metadata\":{\"f:annotations\":{\"f:ecr-secret/expires-at\":{}}}"

/* As API servers write metadata.managedFields. */
static const struct owner_case {
	const char *name, *fields;
	const char *want; /* NULL: nobody */
} owner_cases[] = {
	{ "without managers nobody owns it", "", NULL },
	{ "we are no other",
	    MANAGER("ecr-secret", "Apply") FIELDS(DATA "," TYPE "," NOTE) "}",
	    NULL },
	{ "kubectl create owns data and type",
	    MANAGER("kubectl-create", "Update") FIELDS(DATA "," TYPE) "}",
	    "kubectl-create" },
	{ "the owner of the type alone is one",
	    MANAGER("kubectl", "Update") FIELDS(TYPE) "}", "kubectl" },
	{ "the owner of our annotation is one",
	    MANAGER("helm", "Apply") FIELDS(NOTE) "}", "helm" },
	{ "our name with another operation is another",
	    MANAGER("ecr-secret", "Update") FIELDS(DATA) "}", "ecr-secret" },
	{ "a name that begins like ours is another",
	    MANAGER("ecr-secret2", "Apply") FIELDS(DATA) "}", "ecr-secret2" },
	{ "the owner of a label is none",
	    MANAGER("helm", "Apply")
		FIELDS("\"f:metadata\":{\"f:labels\":{\"f:app\":{}}}") "}",
	    NULL },
	{ "the owner of another annotation is none",
	    MANAGER("helm", "Apply")
		FIELDS("\"f:metadata\":{\"f:annotations\":{\"f:a\":{}}}") "}",
	    NULL },
	{ "the owner of other data is none",
	    MANAGER("kubectl", "Update") FIELDS("\"f:data\":{\"f:x\":{}}") "}",
	    NULL },
	{ "the first of two is named",
	    MANAGER("ecr-secret", "Apply")
		FIELDS(DATA) "}," MANAGER("argocd", "Apply")
		    FIELDS(TYPE) "}," MANAGER("helm", "Apply") FIELDS(TYPE) "}",
	    "argocd" },
};

static void
owner_is_found(void **state)
{
	const struct owner_case *row = *state;
	struct buf text = { 0 };
	struct kube_secret secret;
	const char *got;

	buf_addf(&text, "{\"metadata\":{\"managedFields\":[%s]}}", row->fields);
	secret = parse(text.data);
	got = kube_secret_other_owner(&secret, ".dockerconfigjson",
	    "ecr-secret/expires-at");
	if (row->want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, row->want);
	kube_secret_free(&secret);
	buf_free(&text);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, name_cases, name_is_judged);
	unit_add(&unit, "questions about a Secret are answered",
	    questions_are_answered, NULL);
	unit_add(&unit, "a Secret that is absent has no answers",
	    absent_has_no_answers, NULL);
	UNIT_ADD_ROWS(&unit, owner_cases, owner_is_found);
	return unit_run(&unit, "k8s");
}
