/* The way to the API server from inside a pod: the mounted ServiceAccount. */
#include "cluster/in_cluster.h"

#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/url.h"

#define USUAL_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

enum {
	CA_MAX = 1024 * 1024, /* a ConfigMap, which it comes from */
};

static char *
join(const char *dir, const char *name)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/%s", dir, name);
	return buf_take(&path);
}

static int
add_server(struct buf *server, struct err *err)
{
	char *host = NULL, *port = NULL;
	struct url url = { 0 };
	int rc = -1;

	if (env_get("KUBERNETES_SERVICE_HOST", &host, err) < 0 ||
	    env_get("KUBERNETES_SERVICE_PORT", &port, err) < 0)
		goto out;
	if (host == NULL || port == NULL) {
		(void)err_set(err, ERR_CONFIG,
		    "cluster: %s is not set: this is no pod; give --kubeconfig",
		    host == NULL ? "KUBERNETES_SERVICE_HOST" :
				   "KUBERNETES_SERVICE_PORT");
		goto out;
	}
	buf_addf(server,
	    strchr(host, ':') != NULL ? "https://[%s]:%s" : "https://%s:%s",
	    host, port);
	if (!url_parse(server->data, &url)) {
		(void)err_set(err, ERR_CONFIG,
		    "cluster: KUBERNETES_SERVICE_HOST and _PORT are no "
		    "address: %s",
		    server->data);
		goto out;
	}
	rc = 0;
out:
	url_free(&url);
	mem_free(host);
	mem_free(port);
	return rc;
}

/* Without the namespace's file the namespace is not known. */
static void
read_namespace(const char *dir, struct cluster *cluster)
{
	struct buf text = { 0 };
	struct err ignored;
	char *path = join(dir, "namespace");

	if (file_read_token(path, &text, &ignored) == 0)
		cluster->namespace = buf_take(&text);
	mem_free(path);
}

bool
in_cluster_is_here(void)
{
	char *host = env_get_raw("KUBERNETES_SERVICE_HOST");
	bool is_set = host != NULL;

	mem_free(host);
	return is_set && access(USUAL_DIR "/token", F_OK) == 0;
}

static int
read_ca(const char *dir, struct cluster *cluster, struct err *err)
{
	cluster->ca_origin = join(dir, "ca.crt");
	if (file_read(cluster->ca_origin, CA_MAX, &cluster->ca, err) < 0) {
		err_wrap(err, "cluster: CA of the API server");
		return -1;
	}
	if (cluster->ca.len > 0)
		return 0;
	return err_set(err, ERR_CONFIG,
	    "cluster: CA of the API server: %s: empty", cluster->ca_origin);
}

/* Read for each request; but a run without it need not begin. */
static int
check_token(const struct cluster *cluster, struct err *err)
{
	struct buf token = { 0 };
	int rc = file_read_token(cluster->token_file, &token, err);

	if (rc < 0)
		err_wrap(err, "cluster: ServiceAccount token");
	buf_free(&token);
	return rc;
}

int
in_cluster_find(const char *dir, struct cluster *cluster, struct err *err)
{
	struct cluster found = { .is_in_cluster = true };
	struct buf server = { 0 }, credential = { 0 };
	int rc = -1;

	if (dir == NULL)
		dir = USUAL_DIR;
	if (add_server(&server, err) < 0)
		goto out;
	found.server = buf_take(&server);
	found.origin = xstrdup(dir);
	found.token_file = join(dir, "token");
	buf_addf(&credential, "the ServiceAccount token in %s",
	    found.token_file);
	found.credential = buf_take(&credential);
	if (check_token(&found, err) < 0 || read_ca(dir, &found, err) < 0)
		goto out;
	read_namespace(dir, &found);
	*cluster = found;
	found = (struct cluster){ 0 };
	rc = 0;
out:
	buf_free(&server);
	cluster_free(&found);
	return rc;
}
