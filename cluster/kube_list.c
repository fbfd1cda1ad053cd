/* Lists of namespaces, Secrets and ServiceAccounts, a page at a time. */
#include "cluster/kube_list.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum {
	PAGE_ITEMS = 250,            /* some 2 MB of Secrets */
	PAGE_MAX = 32 * 1024 * 1024, /* all of one page, should they be large */
};

/* Takes the path, which ends where a parameter begins. */
static struct cluster_call *
start_list(struct cluster_api *api, struct cluster_request request,
    struct buf *path, const char *more)
{
	struct cluster_call *call;

	buf_addf(path, "limit=%d", PAGE_ITEMS);
	if (more != NULL) {
		buf_add_str(path, "&continue=");
		buf_add_uri(path, more, strlen(more));
	}
	request.path = path->data;
	request.method = "GET";
	request.answer_max = PAGE_MAX;
	call = cluster_start(api, &request);
	buf_free(path);
	return call;
}

struct cluster_call *
kube_list_start_namespaces(struct cluster_api *api, const char *selector,
    const char *more)
{
	struct buf path = { 0 };

	buf_add_str(&path, "/api/v1/namespaces?");
	if (selector != NULL) {
		buf_add_str(&path, "labelSelector=");
		buf_add_uri(&path, selector, strlen(selector));
		buf_add_str(&path, "&");
	}
	return start_list(api,
	    (struct cluster_request){
		.what = xstrdup("k8s: list namespaces"),
		.accept = CLUSTER_ACCEPT_METADATA("PartialObjectMetadataList"),
		.remedy = xstrdup("add to a ClusterRole: - {apiGroups: "
				  "[\"\"], resources: [namespaces], verbs: "
				  "[list]}; literal names in --namespace need "
				  "no such right"),
	    },
	    &path, more);
}

struct cluster_call *
kube_list_start_secrets(struct cluster_api *api, const char *name,
    const char *more)
{
	struct buf path = { 0 }, remedy = { 0 };

	buf_addf(&path, "/api/v1/secrets?fieldSelector=metadata.name%%3D%s&",
	    name);
	buf_addf(&remedy,
	    "add to a ClusterRole: - {apiGroups: [\"\"], resources: [secrets], "
	    "resourceNames: [%s], verbs: [create, get, list, patch]}",
	    name);
	return start_list(api,
	    (struct cluster_request){
		.what = xstrdup("k8s: list Secrets"),
		.remedy = buf_take(&remedy),
	    },
	    &path, more);
}

struct cluster_call *
kube_list_start_accounts(struct cluster_api *api, const char *namespace,
    const char *name, const char *more, const char *remedy)
{
	struct buf path = { 0 }, what = { 0 };

	buf_addf(&what, "k8s: list ServiceAccounts%s%s",
	    namespace != NULL ? " of " : "",
	    namespace != NULL ? namespace : "");
	buf_add_str(&path, "/api/v1/");
	if (namespace != NULL)
		buf_addf(&path, "namespaces/%s/", namespace);
	buf_add_str(&path, "serviceaccounts?");
	if (name != NULL)
		buf_addf(&path, "fieldSelector=metadata.name%%3D%s&", name);
	return start_list(api,
	    (struct cluster_request){
		.what = buf_take(&what),
		.remedy = xstrdup(remedy),
	    },
	    &path, more);
}

/* 410: the token has outlived the server's history. */
static int
refuse_list(const struct cluster_call *call,
    const struct http_response *response, struct kube_page *page,
    struct err *err)
{
	(void)cluster_set_error(call, response, err);
	page->needs_reads = err->kind == ERR_DENIED && response->status == 403;
	page->is_outdated = err->kind == ERR_REFUSED && response->status == 410;
	if (page->is_outdated)
		err->kind = ERR_RETRY;
	return -1;
}

int
kube_list_finish(struct cluster_call *call, struct kube_page *page,
    struct err *err)
{
	struct http_response response = { 0 };
	const char *more;
	int rc = cluster_wait(call, &response, err);

	page->needs_reads = response.is_too_long;
	if (rc == 0 && response.status != 200)
		rc = refuse_list(call, &response, page, err);
	if (rc == 0) {
		/* One Secret's note can hold it, and spoil the whole page. */
		page->needs_reads =
		    strstr(buf_str(&response.body), "\\u0000") != NULL;
		buf_move(&page->text, &response.body);
		page->json = json_parse_in_place(&page->text);
		more =
		    json_get_text(json_get(page->json, "metadata"), "continue");
		page->more = more == NULL || more[0] == '\0' ? NULL : more;
	}
	if (rc == 0 && !json_is_array(json_get(page->json, "items")))
		rc = err_set(err, ERR_DATA,
		    "%s: the API server's answer is no list (%zu bytes)",
		    cluster_what(call), page->text.len);
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

struct cJSON *
kube_page_first(const struct kube_page *page)
{
	return json_first(json_get(page->json, "items"));
}

void
kube_page_free(struct kube_page *page)
{
	json_free(page->json);
	buf_free(&page->text);
	*page = (struct kube_page){ 0 };
}
