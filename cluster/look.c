/* A look at something in the cluster that we need not be allowed to see. */
#include "cluster/look.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum {
	PAGE_ITEMS = 500,
	PAGE_MAX = 32 * 1024 * 1024,
};

struct cluster_call *
look_start(struct cluster_api *api, const char *path, const char *what)
{
	struct buf name = { 0 }, full = { 0 };

	buf_addf(&name, "k8s: look at %s", what);
	buf_addf(&full, "%s%slimit=%d", path,
	    strchr(path, '?') != NULL ? "&" : "?", PAGE_ITEMS);
	return cluster_start(api,
	    &(struct cluster_request){
		.what = buf_take(&name),
		.method = "GET",
		.path = buf_take(&full),
		.answer_max = PAGE_MAX,
		.remedy = xstrdup("only needed to see it here: a Role with the "
				  "verbs get and list, or somebody who has it"),
	    });
}

void
look_finish(struct cluster_call *call, struct look *look)
{
	struct http_response response = { 0 };
	const char *more;

	if (cluster_wait(call, &response, &look->err) < 0)
		goto out;
	if (response.status == 404)
		goto out;
	if (response.status != 200) {
		(void)cluster_set_error(call, &response, &look->err);
		goto out;
	}
	look->json = json_parse(buf_str(&response.body), response.body.len);
	if (json_get_text(look->json, "kind") == NULL) {
		json_free(look->json);
		look->json = NULL;
		(void)err_set(&look->err, ERR_DATA,
		    "%s: the API server's answer is not Kubernetes'",
		    cluster_what(call));
	}
	more = json_get_text(json_get(look->json, "metadata"), "continue");
	look->has_more = more != NULL && more[0] != '\0';
out:
	http_response_free(&response);
	cluster_call_free(call);
}

struct cJSON *
look_first(const struct look *look)
{
	return json_first(json_get(look->json, "items"));
}

void
look_free(struct look *look)
{
	json_free(look->json);
	*look = (struct look){ 0 };
}
