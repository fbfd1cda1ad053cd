/* Lists of namespaces, Secrets and ServiceAccounts, a page at a time. */
#include "cluster/kube_list.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum {
	PAGE_ITEMS = 250,            /* some 2 MB of Secrets */
	PAGE_MAX = 32 * 1024 * 1024, /* all of one page, should they be large */
	TRIES = 3, /* of a list that ran out of the server's history */
};

struct page {
	struct cJSON *json; /* parts of it are in text */
	struct buf text;
	bool is_outdated; /* why there is none: begin anew (410) */
	bool needs_reads; /* the same, as kube_list_finish says it */
};

/* Takes the path, which ends where a parameter begins. */
static struct cluster_call *
start_list(struct cluster_api *api, struct cluster_request request,
    struct buf *path)
{
	buf_addf(path, "limit=%d", PAGE_ITEMS);
	request.path = buf_take(path);
	request.method = "GET";
	request.answer_max = PAGE_MAX;
	return cluster_start(api, &request);
}

struct cluster_call *
kube_list_start_namespaces(struct cluster_api *api, const char *selector)
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
	    &path);
}

struct cluster_call *
kube_list_start_secrets(struct cluster_api *api, const char *name)
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
	    &path);
}

struct cluster_call *
kube_list_start_accounts(struct cluster_api *api, const char *namespace,
    const char *name, const char *remedy)
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
	    &path);
}

/* --- Going through it ------------------------------------------------------- */

/* 410: the token has outlived the server's history. */
static int
refuse_list(const struct cluster_call *call,
    const struct http_response *response, struct page *page, struct err *err)
{
	(void)cluster_set_error(call, response, err);
	page->needs_reads = err->kind == ERR_DENIED && response->status == 403;
	page->is_outdated = err->kind == ERR_REFUSED && response->status == 410;
	if (page->is_outdated)
		err->kind = ERR_RETRY;
	return -1;
}

static int
wait_for_page(struct cluster_call *call, struct page *page, struct err *err)
{
	struct http_response response = { 0 };
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
		if (!json_is_array(json_get(page->json, "items")))
			rc = err_set(err, ERR_DATA,
			    "%s: the API server's answer is no list (%zu bytes)",
			    cluster_what(call), page->text.len);
	}
	http_response_free(&response);
	return rc;
}

/* Asks for the page behind this one, if there is one. */
static bool
ask_for_next(struct cluster_call *call, const struct page *page)
{
	const char *more =
	    json_get_text(json_get(page->json, "metadata"), "continue");
	struct buf query = { 0 };

	if (more == NULL || more[0] == '\0')
		return false;
	buf_add_str(&query, "&continue=");
	buf_add_uri(&query, more, strlen(more));
	cluster_send(call, query.data);
	buf_free(&query);
	return true;
}

static void
give_items(const struct page *page, const struct kube_list_taker *taker)
{
	struct cJSON *item = json_first(json_get(page->json, "items"));

	for (; item != NULL; item = json_next(item))
		taker->take(taker->arg, item);
}

int
kube_list_finish(struct cluster_call *call, const struct kube_list_taker *taker,
    bool *needs_reads, struct err *err)
{
	bool is_under_way = true;
	int rc = -1;

	for (int tries = 1; is_under_way;) {
		struct page page = { 0 };

		rc = wait_for_page(call, &page, err);
		is_under_way = rc == 0 ? ask_for_next(call, &page) :
					 page.is_outdated && tries++ < TRIES;
		if (rc == 0) {
			give_items(&page, taker);
		} else if (is_under_way) {
			taker->forget(taker->arg);
			cluster_send(call, "");
		}
		if (needs_reads != NULL)
			*needs_reads = rc < 0 && page.needs_reads;
		json_free(page.json);
		buf_free(&page.text);
	}
	cluster_call_free(call);
	return rc;
}
