/* The Kubernetes API: read a Secret, apply a Secret. */
#include "k8s.h"

#include <string.h>

#include "base/digest.h"
#include "base/json.h"

enum {
	LABEL_MAX = 63, /* RFC 1035, and so Kubernetes */
	NAME_MAX_LEN = 253,
};

/* Is text[0..len) a DNS label in lower case? */
static bool
is_label(const char *text, size_t len)
{
	return len > 0 && text[0] != '-' && text[len - 1] != '-' &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

bool
k8s_is_namespace(const char *text)
{
	size_t len = strlen(text);

	return len <= LABEL_MAX && is_label(text, len);
}

bool
k8s_is_name(const char *text)
{
	size_t len, all = strlen(text);

	for (len = strcspn(text, "."); is_label(text, len) && text[len] == '.';
	    len = strcspn(text, "."))
		text += len + 1;
	return all <= NAME_MAX_LEN && is_label(text, len);
}

static struct cluster_call *
start(struct cluster_api *api, const char *namespace, const char *name,
    const char *parameters, const struct buf *body)
{
	bool is_apply = body != NULL;
	struct buf what = { 0 }, path = { 0 }, rule = { 0 };
	struct cluster_call *call;

	buf_addf(&what, "k8s: %s %s/%s", is_apply ? "apply" : "read", namespace,
	    name);
	buf_addf(&path, "/api/v1/namespaces/%s/secrets/%s%s", namespace, name,
	    parameters);
	buf_addf(&rule,
	    "add to a Role in namespace %s: - {apiGroups: [\"\"], resources: "
	    "[secrets], resourceNames: [%s], verbs: [create, get, patch]}; or "
	    "the namespace does not exist",
	    namespace, name);
	call = cluster_start(api,
	    &(struct cluster_request){
		.what = buf_take(&what),
		.path = path.data,
		.method = is_apply ? "PATCH" : "GET",
		.content_type =
		    is_apply ? "application/apply-patch+yaml" : NULL,
		.body = body,
		.remedy = buf_take(&rule),
	    });
	buf_free(&path);
	return call;
}

struct cluster_call *
k8s_start_read(struct cluster_api *api, const char *namespace, const char *name)
{
	return start(api, namespace, name, "", NULL);
}

/* An answer of 200 or 201 is a Secret, or no answer of Kubernetes. */
static int
take_secret(const struct cluster_call *call,
    const struct http_response *response, struct k8s_secret *secret,
    struct err *err)
{
	struct k8s_secret found = { .object =
					json_parse(buf_str(&response->body),
					    response->body.len) };
	const char *kind = json_get_text(found.object, "kind");

	if (kind != NULL && strcmp(kind, "Secret") == 0) {
		*secret = found;
		return 0;
	}
	k8s_secret_free(&found);
	return err_set(err, ERR_DATA,
	    "%s: the API server's answer is no Secret (%s, %zu bytes)",
	    cluster_what(call),
	    response->content_type != NULL ? response->content_type :
					     "no content type",
	    response->body.len);
}

/* 404: it does not exist. 403: we may not look. All else is an error. */
static int
take_refusal(const struct cluster_call *call,
    const struct http_response *response, struct k8s_secret *secret,
    struct err *err)
{
	(void)cluster_set_error(call, response, err);
	secret->is_unreadable =
	    err->kind == ERR_DENIED && response->status == 403;
	if (secret->is_unreadable ||
	    (err->kind == ERR_REFUSED && response->status == 404))
		return 0;
	return -1;
}

int
k8s_finish_read(struct cluster_call *call, struct k8s_secret *secret,
    struct err *err)
{
	struct http_response response = { 0 };
	struct k8s_secret found = { 0 };
	int rc;

	rc = cluster_wait(call, &response, err);
	if (rc == 0 && response.status == 200)
		rc = take_secret(call, &response, &found, err);
	else if (rc == 0)
		rc = take_refusal(call, &response, &found, err);
	if (rc == 0 && found.object != NULL &&
	    k8s_secret_version(&found) == NULL)
		rc = err_set(err, ERR_DATA,
		    "%s: the Secret in the API server's answer has no "
		    "resourceVersion",
		    cluster_what(call));
	if (rc == 0)
		*secret = found;
	else
		k8s_secret_free(&found);
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

static void
add_metadata(const struct k8s_apply *apply, struct buf *body)
{
	buf_add_str(body, "{\"name\":");
	buf_add_json(body, apply->name);
	buf_add_str(body, ",\"namespace\":");
	buf_add_json(body, apply->namespace);
	if (apply->resource_version != NULL) {
		buf_add_str(body, ",\"resourceVersion\":");
		buf_add_json(body, apply->resource_version);
	}
	if (apply->annotation != NULL) {
		buf_add_str(body, ",\"annotations\":{");
		buf_add_json(body, apply->annotation);
		buf_add_str(body, ":");
		buf_add_json(body, apply->annotation_value);
		buf_add_str(body, "}");
	}
	buf_add_str(body, "}");
}

struct cluster_call *
k8s_start_apply(struct cluster_api *api, const struct k8s_apply *apply)
{
	struct buf body = { 0 }, parameters = { 0 };
	struct cluster_call *call;

	buf_addf(&parameters, "?fieldManager=%s&fieldValidation=Strict%s%s",
	    K8S_FIELD_MANAGER, apply->is_forced ? "&force=true" : "",
	    apply->is_dry_run ? "&dryRun=All" : "");
	buf_add_str(&body,
	    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":");
	add_metadata(apply, &body);
	buf_add_str(&body, ",\"type\":");
	buf_add_json(&body, apply->type);
	buf_add_str(&body, ",\"data\":{");
	buf_add_json(&body, apply->key);
	buf_add_str(&body, ":\"");
	digest_add_base64(&body, apply->value->data, apply->value->len);
	buf_add_str(&body, "\"}}");
	call =
	    start(api, apply->namespace, apply->name, parameters.data, &body);
	buf_free(&body);
	buf_free(&parameters);
	return call;
}

int
k8s_finish_apply(struct cluster_call *call, enum k8s_outcome *outcome,
    struct err *err)
{
	struct http_response response = { 0 };
	struct k8s_secret written = { 0 };
	bool is_written, is_conflict = false;
	int rc = cluster_wait(call, &response, err);

	is_written =
	    rc == 0 && (response.status == 200 || response.status == 201);
	if (is_written)
		rc = take_secret(call, &response, &written, err);
	else if (rc == 0)
		rc = cluster_set_error(call, &response, err);
	if (!is_written && response.status == 409 && err->kind == ERR_REFUSED) {
		is_conflict = true;
		rc = 0;
	}
	if (rc == 0)
		*outcome = is_conflict ? K8S_CONFLICT : K8S_WRITTEN;
	k8s_secret_free(&written);
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

const char *
k8s_secret_type(const struct k8s_secret *secret)
{
	return json_get_text(secret->object, "type");
}

const char *
k8s_secret_version(const struct k8s_secret *secret)
{
	return json_get_text(json_get(secret->object, "metadata"),
	    "resourceVersion");
}

const char *
k8s_secret_annotation(const struct k8s_secret *secret, const char *name)
{
	return json_get_text(json_get(json_get(secret->object, "metadata"),
				 "annotations"),
	    name);
}

bool
k8s_secret_is_immutable(const struct k8s_secret *secret)
{
	return json_is_true(json_get(secret->object, "immutable"));
}

int
k8s_secret_add_data(const struct k8s_secret *secret, const char *key,
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
	    strcmp(manager, K8S_FIELD_MANAGER) == 0 &&
	    strcmp(operation, "Apply") == 0;
}

const char *
k8s_secret_other_owner(const struct k8s_secret *secret, const char *key,
    const char *annotation)
{
	const struct cJSON *entry =
	    json_first(json_get(json_get(secret->object, "metadata"),
		"managedFields"));

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
k8s_secret_free(struct k8s_secret *secret)
{
	json_free(secret->object);
	*secret = (struct k8s_secret){ 0 };
}
