/*
 * Who we are in a cluster, and what we may do there: by the self reviews, which
 * every authenticated user may ask for (authentication.k8s.io and
 * authorization.k8s.io, v1). They change nothing.
 */
#ifndef CLUSTER_ACCESS_H
#define CLUSTER_ACCESS_H

#include <stdbool.h>

#include "base/err.h"
#include "cluster/api.h"

/* May we do this? Borrowed. */
struct access_question {
	const char *namespace; /* NULL: in all of them, or outside of any */
	const char *verb;
	const char *resource; /* of the core group: "secrets" */
	const char *name;     /* NULL: any */
};

/*
 * SelfSubjectAccessReview. finish frees the call. Errors: as http_wait and
 * cluster_set_error; ERR_DATA for an answer that is no review.
 */
struct cluster_call *access_start(struct cluster_api *api,
    const struct access_question *question);
int access_finish(struct cluster_call *call, bool *is_allowed, struct err *err);

/*
 * SelfSubjectReview, since Kubernetes 1.28: *user is who the server takes us
 * for, freed with mem_free; NULL if it does not know that review, or does not let
 * us ask for it.
 */
struct cluster_call *access_start_self(struct cluster_api *api);
int access_finish_self(struct cluster_call *call, char **user, struct err *err);

#endif
