/* The way to an API server: which of those that there may be. */
#include "cluster/find.h"

#include <errno.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"
#include "cluster/in_cluster.h"
#include "cluster/kubeconfig.h"

static bool
is_missing(const char *path)
{
	return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* The files of KUBECONFIG that are there. */
static int
add_files(const char *variable, struct list *paths, struct err *err)
{
	struct list named = { 0 };

	list_split(&named, variable, ":");
	for (size_t i = 0; i < named.n; i++)
		if (!is_missing(named.items[i]) &&
		    !list_has(paths, named.items[i]))
			list_add(paths, named.items[i]);
	list_free(&named);
	if (paths->n > 0)
		return 0;
	return err_set(err, ERR_CONFIG, "KUBECONFIG: %s: no such file",
	    variable);
}

static int
add_home_file(const char *or_else, struct list *paths, struct err *err)
{
	char *home;

	if (env_get("HOME", &home, err) < 0)
		return -1;
	if (home != NULL)
		list_addf(paths, "%s/.kube/config", home);
	mem_free(home);
	if (paths->n > 0 && !is_missing(paths->items[0]))
		return 0;
	return err_set(err, ERR_CONFIG,
	    "cluster: none found: KUBECONFIG is not set, there is no %s%s",
	    paths->n > 0 ? paths->items[0] : "HOME with .kube/config", or_else);
}

/* Leaves paths empty where the mounted files are the way. */
static int
choose_files(const struct cluster_wish *wish, struct list *paths,
    struct err *err)
{
	char *variable = NULL;
	int rc = 0;

	if (wish->kubeconfig != NULL) {
		list_add(paths, wish->kubeconfig);
		return 0;
	}
	if (wish->service_account_dir != NULL && wish->context == NULL)
		return 0;
	if (env_get("KUBECONFIG", &variable, err) < 0)
		return -1;
	if (variable != NULL)
		rc = add_files(variable, paths, err);
	else if (wish->context != NULL)
		rc = add_home_file("", paths, err);
	else if (!in_cluster_is_here())
		rc = add_home_file(
		    ", and this is no pod: KUBERNETES_SERVICE_HOST is not set, "
		    "or no token is mounted",
		    paths, err);
	mem_free(variable);
	return rc;
}

int
cluster_find(const struct cluster_wish *wish, struct cluster *cluster,
    struct err *err)
{
	struct list paths = { 0 };
	int rc = choose_files(wish, &paths, err);

	if (rc == 0 && paths.n > 0)
		rc = kubeconfig_find(&paths, wish->context, wish->timeout_ms,
		    cluster, err);
	else if (rc == 0)
		rc = in_cluster_find(wish->service_account_dir, cluster, err);
	list_free(&paths);
	return rc;
}

bool
cluster_is_nowhere(const struct cluster_wish *wish)
{
	struct list paths = { 0 };
	struct err ignored;
	char *variable = env_get_raw("KUBECONFIG");
	bool is_nowhere = wish->kubeconfig == NULL && wish->context == NULL &&
	    wish->service_account_dir == NULL && variable == NULL &&
	    !in_cluster_is_here() && add_home_file("", &paths, &ignored) < 0;

	mem_free(variable);
	list_free(&paths);
	return is_nowhere;
}
