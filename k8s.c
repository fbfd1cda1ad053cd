/* The Kubernetes API: names, and one Secret, read or applied. */
#include "k8s.h"

#include <string.h>

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

	buf_addf(&what, "k8s: %s %s/%s", is_apply ? "apply" : "read", namespace,
	    name);
	buf_addf(&path, "/api/v1/namespaces/%s/secrets/%s%s", namespace, name,
	    parameters);
	buf_addf(&rule,
	    "add to a Role in namespace %s: - {apiGroups: [\"\"], resources: "
	    "[secrets], resourceNames: [%s], verbs: [create, get, patch]}; or "
	    "the namespace does not exist",
	    namespace, name);
	return cluster_start(api,
	    &(struct cluster_request){
		.what = buf_take(&what),
		.path = buf_take(&path),
		.method = is_apply ? "PATCH" : "GET",
		.content_type =
		    is_apply ? "application/apply-patch+yaml" : NULL,
		.body = body,
		.accept = is_apply ?
		    CLUSTER_ACCEPT_METADATA("PartialObjectMetadata") :
		    NULL,
		.remedy = buf_take(&rule),
	    });
}

struct cluster_call *
k8s_start_read(struct cluster_api *api, const char *namespace, const char *name)
{
	return start(api, namespace, name, "", NULL);
}

static bool
is_kind(const struct cJSON *object, const char *wanted)
{
	const char *kind = json_get_text(object, "kind");

	return kind != NULL && strcmp(kind, wanted) == 0;
}

static int
refuse_answer(const struct cluster_call *call,
    const struct http_response *response, struct err *err)
{
	return err_set(err, ERR_DATA,
	    "%s: the API server's answer is no Secret (%s, %zu bytes)",
	    cluster_what(call),
	    response->content_type != NULL ? response->content_type :
					     "no content type",
	    response->body.len);
}

/* An answer of 200 is a Secret, or no answer of Kubernetes. */
static int
take_secret(const struct cluster_call *call,
    const struct http_response *response, struct kube_secret *secret,
    struct err *err)
{
	struct kube_secret found = { .object =
					 json_parse(buf_str(&response->body),
					     response->body.len) };

	if (is_kind(found.object, "Secret")) {
		*secret = found;
		return 0;
	}
	kube_secret_free(&found);
	return refuse_answer(call, response, err);
}

/* As Kubernetes' own servers begin and end an object's metadata. */
static bool
looks_written(const struct buf *body)
{
	static const char usual[] = "{\"kind\":\"PartialObjectMetadata\",";
	size_t len = body->len;

	while (len > 0 && body->data[len - 1] == '\n')
		len--;
	return len > sizeof(usual) && body->data[len - 1] == '}' &&
	    strncmp(body->data, usual, sizeof(usual) - 1) == 0;
}

/*
 * After an apply the metadata will do: the rest is what was sent, and a secret.
 * Nothing of them is used, so they are parsed only where a look doesn't show
 * whose answer it is: that would be a tenth of a fan-out.
 */
static bool
is_written(const struct buf *body)
{
	struct cJSON *object;
	bool is_it;

	if (looks_written(body))
		return true;
	object = json_parse(buf_str(body), body->len);
	is_it = is_kind(object, "Secret") ||
	    is_kind(object, "PartialObjectMetadata");
	json_free(object);
	return is_it;
}

/* 404: it does not exist. 403: we may not look. All else is an error. */
static int
take_refusal(const struct cluster_call *call,
    const struct http_response *response, struct kube_secret *secret,
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
k8s_finish_read(struct cluster_call *call, struct kube_secret *secret,
    struct err *err)
{
	struct http_response response = { 0 };
	struct kube_secret found = { 0 };
	int rc;

	rc = cluster_wait(call, &response, err);
	if (rc == 0 && response.status == 200)
		rc = take_secret(call, &response, &found, err);
	else if (rc == 0)
		rc = take_refusal(call, &response, &found, err);
	if (rc == 0 && found.object != NULL &&
	    kube_secret_version(&found) == NULL)
		rc = err_set(err, ERR_DATA,
		    "%s: the Secret in the API server's answer has no "
		    "resourceVersion",
		    cluster_what(call));
	if (rc == 0)
		*secret = found;
	else
		kube_secret_free(&found);
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

static void
add_note(struct buf *body, const char *kind, const struct k8s_note *note)
{
	if (note->name == NULL)
		return;
	buf_addf(body, ",\"%s\":{", kind);
	buf_add_json(body, note->name);
	buf_add_str(body, ":");
	buf_add_json(body, note->value);
	buf_add_str(body, "}");
}

static void
add_metadata(const struct k8s_apply *apply, struct buf *body)
{
	buf_add_str(body, "{\"name\":");
	buf_add_json(body, apply->name);
	buf_add_json_member(body, "namespace", apply->namespace);
	buf_add_json_member(body, "resourceVersion", apply->resource_version);
	add_note(body, "labels", &apply->label);
	add_note(body, "annotations", &apply->annotation);
	buf_add_str(body, "}");
}

void
k8s_add_manifest(const struct k8s_apply *apply, struct buf *out)
{
	buf_add_str(out,
	    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":");
	add_metadata(apply, out);
	buf_add_json_member(out, "type", apply->type);
	for (size_t i = 0; i < apply->fields_n; i++) {
		const struct k8s_field *field = &apply->fields[i];

		buf_add_str(out, i == 0 ? ",\"data\":{" : ",");
		buf_add_json(out, field->key);
		buf_add_str(out, ":\"");
		buf_add_str(out, buf_str(&field->base64));
		buf_add_str(out, "\"");
	}
	buf_add_str(out, "}}");
}

struct cluster_call *
k8s_start_apply(struct cluster_api *api, const struct k8s_apply *apply)
{
	struct buf body = { 0 }, parameters = { 0 };
	struct cluster_call *call;

	buf_addf(&parameters, "?fieldManager=%s&fieldValidation=Strict%s%s",
	    KUBE_FIELD_MANAGER, apply->is_forced ? "&force=true" : "",
	    apply->is_dry_run ? "&dryRun=All" : "");
	k8s_add_manifest(apply, &body);
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
	bool is_good, is_conflict = false;
	int rc = cluster_wait(call, &response, err);

	is_good = rc == 0 && (response.status == 200 || response.status == 201);
	if (is_good && !is_written(&response.body))
		rc = refuse_answer(call, &response, err);
	else if (rc == 0 && !is_good)
		rc = cluster_set_error(call, &response, err);
	if (!is_good && response.status == 409 && err->kind == ERR_REFUSED) {
		is_conflict = true;
		rc = 0;
	}
	if (rc == 0)
		*outcome = is_conflict ? K8S_CONFLICT : K8S_WRITTEN;
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}
