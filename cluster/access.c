/* Who we are in a cluster, and what we may do there. */
#include "cluster/access.h"

#include "base/json.h"
#include "base/mem.h"

static struct cluster_call *
start(struct cluster_api *api, const char *what, const char *path,
    const struct buf *body)
{
	return cluster_start(api,
	    &(struct cluster_request){
		.what = xstrdup(what),
		.method = "POST",
		.path = xstrdup(path),
		.content_type = "application/json",
		.body = body,
		.remedy = xstrdup("bind the ClusterRole system:basic-user to "
				  "system:authenticated, as it is by default"),
	    });
}

struct cluster_call *
access_start(struct cluster_api *api, const struct access_question *question)
{
	struct buf body = { 0 };
	struct cluster_call *call;

	buf_add_str(&body,
	    "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":"
	    "\"SelfSubjectAccessReview\",\"spec\":{\"resourceAttributes\":"
	    "{\"verb\":");
	buf_add_json(&body, question->verb);
	buf_add_json_member(&body, "resource", question->resource);
	buf_add_json_member(&body, "namespace", question->namespace);
	buf_add_json_member(&body, "name", question->name);
	buf_add_str(&body, "}}}");
	call = start(api, "k8s: SelfSubjectAccessReview",
	    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &body);
	buf_free(&body);
	return call;
}

struct cluster_call *
access_start_self(struct cluster_api *api)
{
	struct buf body = { 0 };
	struct cluster_call *call;

	buf_add_str(&body,
	    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":"
	    "\"SelfSubjectReview\"}");
	call = start(api, "k8s: SelfSubjectReview",
	    "/apis/authentication.k8s.io/v1/selfsubjectreviews", &body);
	buf_free(&body);
	return call;
}

/* Waits, and frees the call. *status is that of the answer's object, or NULL. */
static int
finish(struct cluster_call *call, bool may_be_missing, struct cJSON **answer,
    const struct cJSON **status, struct err *err)
{
	struct http_response response = { 0 };
	int rc = cluster_wait(call, &response, err);
	bool is_missing = may_be_missing &&
	    (response.status == 404 || response.status == 403);

	if (rc == 0 && response.status != 201 && response.status != 200 &&
	    !is_missing)
		rc = cluster_set_error(call, &response, err);
	if (rc == 0 && !is_missing) {
		*answer =
		    json_parse(buf_str(&response.body), response.body.len);
		*status = json_get(*answer, "status");
		if (!json_is_object(*status))
			rc = err_set(err, ERR_DATA,
			    "%s: the API server's answer is no review",
			    cluster_what(call));
	}
	http_response_free(&response);
	cluster_call_free(call);
	return rc;
}

int
access_finish(struct cluster_call *call, bool *is_allowed, struct err *err)
{
	struct cJSON *answer = NULL;
	const struct cJSON *status = NULL;
	int rc = finish(call, false, &answer, &status, err);

	*is_allowed = rc == 0 && json_is_true(json_get(status, "allowed"));
	json_free(answer);
	return rc;
}

int
access_finish_self(struct cluster_call *call, char **user, struct err *err)
{
	struct cJSON *answer = NULL;
	const struct cJSON *status = NULL;
	int rc = finish(call, true, &answer, &status, err);

	*user = json_copy_text(json_get(status, "userInfo"), "username");
	json_free(answer);
	return rc;
}
