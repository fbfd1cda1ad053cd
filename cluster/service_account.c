/* A ServiceAccount's imagePullSecrets. */
#include "cluster/service_account.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "cluster/kube_secret.h"

int
service_account_take(const struct cJSON *object, const char *secret,
    struct service_account *account, struct err *err)
{
	const struct cJSON *metadata = json_get(object, "metadata");
	const char *namespace = json_get_text(metadata, "namespace");
	const char *name = json_get_text(metadata, "name");
	const char *version = json_get_text(metadata, "resourceVersion");
	const char *kind = json_get_text(object, "kind");
	struct cJSON *item = json_first(json_get(object, "imagePullSecrets"));

	if (namespace == NULL || name == NULL || version == NULL ||
	    (kind != NULL && strcmp(kind, "ServiceAccount") != 0))
		return err_set(err, ERR_DATA,
		    "the API server's answer is no ServiceAccount");
	*account = (struct service_account){
		.namespace = xstrdup(namespace),
		.name = xstrdup(name),
		.version = xstrdup(version),
		.has_any = item != NULL,
	};
	for (; item != NULL; item = json_next(item)) {
		const char *held = json_get_text(item, "name");

		if (held != NULL && strcmp(held, secret) == 0)
			account->has_secret = true;
	}
	return 0;
}

static struct cluster_call *
start(struct cluster_api *api, const struct service_account_place *place,
    const char *remedy, const char *parameters, const struct buf *patch)
{
	bool is_add = patch != NULL;
	struct buf what = { 0 }, path = { 0 };

	buf_addf(&what, "k8s: %s ServiceAccount %s/%s",
	    is_add ? "patch" : "read", place->namespace, place->name);
	buf_add_str(&path, "/api/v1/namespaces/");
	buf_add_uri(&path, place->namespace, strlen(place->namespace));
	buf_add_str(&path, "/serviceaccounts/");
	buf_add_uri(&path, place->name, strlen(place->name));
	buf_add_str(&path, parameters);
	return cluster_start(api,
	    &(struct cluster_request){
		.what = buf_take(&what),
		.path = buf_take(&path),
		.method = is_add ? "PATCH" : "GET",
		.content_type = is_add ? "application/json-patch+json" : NULL,
		.body = patch,
		.remedy = xstrdup(remedy),
	    });
}

struct cluster_call *
service_account_start_read(struct cluster_api *api,
    const struct service_account_place *place, const char *remedy)
{
	return start(api, place, remedy, "", NULL);
}

int
service_account_finish_read(struct cluster_call *call, const char *secret,
    struct service_account *account, struct err *err)
{
	struct http_response response = { 0 };
	struct cJSON *object = NULL;
	int rc = cluster_wait(call, &response, err);

	if (rc == 0 && response.status != 200)
		rc = cluster_set_error(call, &response, err);
	if (rc == 0) {
		object = json_parse(buf_str(&response.body), response.body.len);
		rc = service_account_take(object, secret, account, err);
		if (rc < 0)
			err_wrap(err, "%s", cluster_what(call));
	}
	json_free(object);
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

struct cluster_call *
service_account_start_add(struct cluster_api *api,
    const struct service_account *account, const char *secret,
    const char *remedy, bool is_dry_run)
{
	struct buf patch = { 0 };
	struct cluster_call *call;

	buf_add_str(&patch,
	    "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\","
	    "\"value\":");
	buf_add_json(&patch, account->version);
	buf_addf(&patch,
	    "},{\"op\":\"add\",\"path\":\"/imagePullSecrets%s\","
	    "\"value\":%s{\"name\":",
	    account->has_any ? "/-" : "", account->has_any ? "" : "[");
	buf_add_json(&patch, secret);
	buf_addf(&patch, "}%s}]", account->has_any ? "" : "]");
	call = start(api,
	    &(struct service_account_place){
		account->namespace, account->name },
	    remedy,
	    is_dry_run ? "?fieldManager=" KUBE_FIELD_MANAGER "&dryRun=All" :
			 "?fieldManager=" KUBE_FIELD_MANAGER,
	    &patch);
	buf_free(&patch);
	return call;
}

/* A test that fails is 422, in words that are used for other mistakes, too. */
int
service_account_finish_add(struct cluster_call *call, bool *is_refused,
    struct err *err)
{
	struct http_response response = { 0 };
	bool is_race = false;
	int rc = cluster_wait(call, &response, err);

	if (rc == 0 && response.status != 200) {
		rc = cluster_set_error(call, &response, err);
		is_race = err->kind == ERR_REFUSED &&
		    (response.status == 422 || response.status == 409);
	}
	if (is_race)
		rc = 0;
	if (rc == 0)
		*is_refused = is_race;
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

void
service_account_free(struct service_account *account)
{
	mem_free(account->namespace);
	mem_free(account->name);
	mem_free(account->version);
	*account = (struct service_account){ 0 };
}
