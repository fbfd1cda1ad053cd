/*
 * Who owns what of a Secret, and since when: managedFields as API servers 1.31
 * and 1.36 wrote them.
 */
#include "cluster/kube_secret.h"

#include "base/json.h"
#include "test/unit/unit.h"

#define KEY ".dockerconfigjson"
#define SECRET(managers) \
	"{\"metadata\":{\"managedFields\":[" managers "]},\"type\":\"Opaque\"}"
#define MANAGER(name, operation, time, fields)                 \
	"{\"manager\":\"" name "\",\"operation\":\"" operation \
	"\",\"apiVersion\":\"v1\",\"time\":\"" time            \
	"\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{" fields "}}"

#define OUR_FIELDS                                              \
	"\"f:data\":{\"f:" KEY "\":{}},\"f:metadata\":"         \
	"{\"f:annotations\":{\"f:ecr-secret/expires-at\":{}}}," \
	"\"f:type\":{}"
#define OURS MANAGER("ecr-secret", "Apply", "2026-01-02T03:04:05Z", OUR_FIELDS)
#define TOOK_DATA                                                 \
	MANAGER("kubectl-edit", "Update", "2026-01-02T04:00:00Z", \
	    "\"f:data\":{\".\":{},\"f:" KEY "\":{}}")
#define KEPT_TYPE                                                   \
	MANAGER("kubectl-create", "Update", "2026-01-01T00:00:00Z", \
	    "\"f:data\":{},\"f:type\":{}")
#define OURS_WITHOUT_DATA \
	MANAGER("ecr-secret", "Apply", "2026-01-02T03:04:05Z", "\"f:type\":{}")
#define A_LABEL                                          \
	MANAGER("helm", "Apply", "2026-01-02T05:00:00Z", \
	    "\"f:metadata\":{\"f:labels\":{\"f:x\":{}}}")
#define A_NOTE                                         \
	MANAGER("x", "Update", "2026-01-02T05:00:00Z", \
	    "\"f:metadata\":{\"f:annotations\":"       \
	    "{\"f:ecr-secret/expires-at\":{}}}")

static const struct owner_case {
	const char *name, *text;
	bool is_untouched;
	time_t applied_at;
	const char *other; /* of type, data or our note; NULL: nobody */
} owner_cases[] = {
	{ "ours alone is untouched", SECRET(OURS), true, 1767323045, NULL },
	{ "without managedFields nothing is known", "{\"metadata\":{}}", false,
	    0, NULL },
	{ "an empty object says nothing", "{}", false, 0, NULL },
	{ "managedFields of a wrong type say nothing",
	    "{\"metadata\":{\"managedFields\":\"x\"}}", false, 0, NULL },
	{ "who changed the data owns them",
	    SECRET(OURS_WITHOUT_DATA "," TOOK_DATA), false, 1767323045,
	    "kubectl-edit" },
	{ "a second owner of the data may have changed them",
	    SECRET(OURS "," TOOK_DATA), false, 1767323045, "kubectl-edit" },
	{ "the same, in the other order", SECRET(TOOK_DATA "," OURS), false,
	    1767323045, "kubectl-edit" },
	{ "who made it owns the type for ever, and touches nothing by that",
	    SECRET(KEPT_TYPE "," OURS), true, 1767323045, "kubectl-create" },
	{ "a label of others touches nothing", SECRET(OURS "," A_LABEL), true,
	    1767323045, NULL },
	{ "our note may be owned by others", SECRET(OURS "," A_NOTE), true,
	    1767323045, "x" },
	{ "our name in another operation is somebody else",
	    SECRET(MANAGER("ecr-secret", "Update", "2026-01-02T03:04:05Z",
		OUR_FIELDS)),
	    false, 0, "ecr-secret" },
	{ "a name that begins like ours is somebody else",
	    SECRET(MANAGER("ecr-secret-2", "Apply", "2026-01-02T03:04:05Z",
		OUR_FIELDS)),
	    false, 0, "ecr-secret-2" },
	{ "a manager without a name is unknown",
	    SECRET("{\"fieldsV1\":{" OUR_FIELDS "}}"), false, 0, "unknown" },
	{ "a time that is none is not known",
	    SECRET(MANAGER("ecr-secret", "Apply", "yesterday", OUR_FIELDS)),
	    true, 0, NULL },
	{ "another key of the data is another's affair",
	    SECRET(OURS "," MANAGER("x", "Update", "2026-01-02T05:00:00Z",
		"\"f:data\":{\"f:other\":{}}")),
	    true, 1767323045, NULL },
};

static void
owners_are_known(void **state)
{
	const struct owner_case *row = *state;
	struct kube_secret secret = {
		.object = json_parse(row->text, strlen(row->text)),
	};
	const char *other =
	    kube_secret_other_owner(&secret, KEY, "ecr-secret/expires-at");

	assert_non_null(secret.object);
	assert_int_equal(kube_secret_is_untouched(&secret, KEY),
	    row->is_untouched);
	assert_int_equal(kube_secret_applied_at(&secret), row->applied_at);
	if (row->other != NULL)
		assert_string_equal(other, row->other);
	else
		assert_null(other);
	kube_secret_free(&secret);
	kube_secret_free(&secret);
}

static void
label_is_found(void **state)
{
	static const char text[] =
	    "{\"metadata\":{\"labels\":{\"a/b\":\"c\",\"n\":1}}}";
	struct kube_secret secret = { .object =
					  json_parse(text, strlen(text)) };

	(void)state;
	assert_string_equal(kube_secret_label(&secret, "a/b"), "c");
	assert_null(kube_secret_label(&secret, "n"));
	assert_null(kube_secret_label(&secret, "b"));
	assert_null(kube_secret_label(&(struct kube_secret){ 0 }, "a"));
	kube_secret_free(&secret);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, owner_cases, owners_are_known);
	unit_add(&unit, "a label is found by its name", label_is_found, NULL);
	return unit_run(&unit, "kube_secret");
}
