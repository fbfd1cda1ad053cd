/* A Secret as the API server shows it, and who owns what of it. */
#include "cluster/kube_secret.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"

const char *
kube_secret_type(const struct kube_secret *secret)
{
	return json_get_text(secret->object, "type");
}

const char *
kube_secret_version(const struct kube_secret *secret)
{
	return json_get_text(json_get(secret->object, "metadata"),
	    "resourceVersion");
}

const char *
kube_secret_annotation(const struct kube_secret *secret, const char *name)
{
	return json_get_text(json_get(json_get(secret->object, "metadata"),
				 "annotations"),
	    name);
}

const char *
kube_secret_label(const struct kube_secret *secret, const char *name)
{
	return json_get_text(json_get(json_get(secret->object, "metadata"),
				 "labels"),
	    name);
}

bool
kube_secret_is_immutable(const struct kube_secret *secret)
{
	return json_is_true(json_get(secret->object, "immutable"));
}

const char *
kube_secret_data_text(const struct kube_secret *secret, const char *key)
{
	return json_get_text(json_get(secret->object, "data"), key);
}

int
kube_secret_add_data(const struct kube_secret *secret, const char *key,
    struct buf *out, struct err *err)
{
	const struct cJSON *data = json_get(secret->object, "data");
	const struct cJSON *value = json_get(data, key);
	const char *text = json_text(value);

	if (data == NULL || json_is_null(data) ||
	    (json_is_object(data) && value == NULL))
		return 0;
	if (text != NULL && digest_add_decoded(out, text, strlen(text)) == 0)
		return 0;
	return err_set(err, ERR_DATA,
	    "the API server's answer has data that are not base64");
}

/* Is object's member "f:NAME" there, as fieldsV1 writes a field's name? */
static const struct cJSON *
get_field(const struct cJSON *object, const char *name)
{
	struct buf field = { 0 };
	const struct cJSON *member;

	buf_addf(&field, "f:%s", name);
	member = json_get(object, field.data);
	buf_free(&field);
	return member;
}

/* Our own entry is the one of our name whose operation is Apply. */
static bool
is_ours(const struct cJSON *entry)
{
	const char *manager = json_get_text(entry, "manager");
	const char *operation = json_get_text(entry, "operation");

	return manager != NULL && operation != NULL &&
	    strcmp(manager, KUBE_FIELD_MANAGER) == 0 &&
	    strcmp(operation, "Apply") == 0;
}

static const struct cJSON *
first_manager(const struct kube_secret *secret)
{
	return json_first(json_get(json_get(secret->object, "metadata"),
	    "managedFields"));
}

static const struct cJSON *
our_entry(const struct kube_secret *secret)
{
	const struct cJSON *entry = first_manager(secret);

	while (entry != NULL && !is_ours(entry))
		entry = json_next(entry);
	return entry;
}

time_t
kube_secret_applied_at(const struct kube_secret *secret)
{
	const char *text = json_get_text(our_entry(secret), "time");
	time_t at = 0;

	return text != NULL && clock_parse(text, &at) ? at : 0;
}

bool
kube_secret_is_untouched(const struct kube_secret *secret, const char *key)
{
	const struct cJSON *entry = first_manager(secret);
	bool is_held = false;

	for (; entry != NULL; entry = json_next(entry)) {
		const struct cJSON *fields = json_get(entry, "fieldsV1");

		if (get_field(get_field(fields, "data"), key) == NULL)
			continue;
		if (!is_ours(entry))
			return false;
		is_held = true;
	}
	return is_held;
}

const char *
kube_secret_other_owner(const struct kube_secret *secret, const char *key,
    const char *annotation)
{
	const struct cJSON *entry = first_manager(secret);

	for (; entry != NULL; entry = json_next(entry)) {
		const struct cJSON *fields = json_get(entry, "fieldsV1");
		const char *manager = json_get_text(entry, "manager");

		if (is_ours(entry))
			continue;
		if (get_field(fields, "type") != NULL ||
		    get_field(get_field(fields, "data"), key) != NULL ||
		    get_field(get_field(get_field(fields, "metadata"),
				  "annotations"),
			annotation) != NULL)
			return manager != NULL ? manager : "unknown";
	}
	return NULL;
}

void
kube_secret_free(struct kube_secret *secret)
{
	json_free(secret->object);
	*secret = (struct kube_secret){ 0 };
}
