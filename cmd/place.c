/* Where the Secrets are: the cluster, and the namespaces in it. */
#include "cmd/place.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "cluster/find.h"
#include "cmd/namespaces.h"
#include "k8s.h"

/* Who asks for it is never one of the registries' roles. */
static int
find_eks_cluster(struct place *place, struct token_source *source,
    struct eks_wish *wish, struct err *err)
{
	if (token_source_find_identity(source, err) < 0)
		return -1;
	wish->aws = &source->aws;
	wish->identity = &source->identity;
	return eks_cluster_find(wish, &place->eks, &place->cluster, err);
}

/* By --eks-cluster. */
static int
find_named_eks_cluster(struct place *place, const struct options *options,
    struct token_source *source, struct err *err)
{
	char *region = NULL;
	const char *name = eks_cluster_parse(options->eks_cluster, &region);
	struct eks_wish wish = { .name = name,
		.region = region,
		.role_arn = options->eks_role_arn };
	int rc = find_eks_cluster(place, source, &wish, err);

	mem_free(region);
	return rc;
}

/* By a kubeconfig whose user is one of EKS: its server is known. */
static int
find_eks_user(struct place *place, struct token_source *source, struct err *err)
{
	const struct cluster_eks *eks = &place->cluster.eks;
	struct eks_wish wish = {
		.name = eks->name,
		.region = eks->region,
		.role_arn = eks->role_arn,
		.external_id = eks->external_id,
		.session_name = eks->session_name,
		.profile = eks->profile,
		.is_profile_explicit = eks->is_profile_explicit,
	};

	if (find_eks_cluster(place, source, &wish, err) == 0)
		return 0;
	err_wrap(err, "%s", place->cluster.origin);
	return -1;
}

int
place_find_cluster(struct place *place, const struct options *options,
    struct token_source *source, struct http *http, struct err *err)
{
	struct cluster_wish wish = {
		.kubeconfig = options->kubeconfig,
		.context = options->context,
		.service_account_dir = options->service_account_dir,
		.timeout_ms = options->timeout_ms,
	};
	int rc;

	if (options->eks_cluster != NULL)
		rc = find_named_eks_cluster(place, options, source, err);
	else
		rc = cluster_find(&wish, &place->cluster, err);
	if (rc == 0 && place->cluster.eks.name != NULL)
		rc = find_eks_user(place, source, err);
	if (rc < 0)
		return -1;
	return cluster_api_open(&place->api, http, &place->cluster, err);
}

/* The pod's own or the context's, never a silent "default". */
static int
find_own_namespace(const struct cluster *cluster, struct list *own,
    struct err *err)
{
	if (cluster->namespace == NULL)
		return err_set(err, ERR_USAGE,
		    "--namespace: not given, and %s has none", cluster->origin);
	if (!k8s_is_namespace(cluster->namespace))
		return err_set(err, ERR_CONFIG,
		    "%s: \"%.100s\" is no namespace's name", cluster->origin,
		    cluster->namespace);
	list_add(own, cluster->namespace);
	return 0;
}

void
place_tell(const struct place *place)
{
	const struct cluster *cluster = &place->cluster;
	const struct list *namespaces = &place->namespaces;
	struct buf names = { 0 };

	if (cluster->is_in_cluster)
		return;
	if (namespaces->n == 1)
		buf_addf(&names, "namespace %s", namespaces->items[0]);
	else
		buf_addf(&names, "%zu namespaces", namespaces->n);
	log_event(LOG_INFO,
	    LOG_FIELDS({ "server", cluster->server },
		{ "origin", cluster->origin }),
	    "writing to %s, %s, %s", cluster->server, cluster->origin,
	    names.data);
	buf_free(&names);
}

int
place_find_namespaces(struct place *place, const struct options *options,
    struct report *report, struct err *err)
{
	struct list own = { 0 };
	struct namespaces_wish wish = {
		.wanted = &options->namespaces,
		.excluded = &options->excluded_namespaces,
		.selector = options->namespace_selector,
		.is_all = options->all_namespaces,
	};
	int rc = 0;

	place->is_fan_out = namespaces_need_list(&wish);
	if (options->namespaces.n == 0 && !place->is_fan_out) {
		rc = find_own_namespace(&place->cluster, &own, err);
		wish.wanted = &own;
	}
	if (rc == 0)
		rc = namespaces_find(&wish, &place->api, &place->namespaces,
		    report, err);
	list_free(&own);
	return rc;
}

void
place_close(struct place *place)
{
	list_free(&place->namespaces);
	cluster_api_close(&place->api);
	cluster_free(&place->cluster);
	eks_cluster_free(&place->eks);
}
