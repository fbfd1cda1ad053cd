/* The way to the API server from inside a pod: the mounted ServiceAccount. */
#include "cluster/in_cluster.h"

#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/url.h"

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
		    "cluster: %s is not set: only runs inside a pod are supported yet",
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

int
cluster_find_in_cluster(const char *dir, struct cluster *cluster,
    struct err *err)
{
	struct buf server = { 0 }, token = { 0 };
	struct cluster found = { 0 };
	int rc = -1;

	if (add_server(&server, err) < 0)
		goto out;
	found.server = buf_take(&server);
	found.ca_file = join(dir, "ca.crt");
	found.token_file = join(dir, "token");
	if (file_read_token(found.token_file, &token, err) < 0) {
		err_wrap(err, "cluster: ServiceAccount token");
		goto out;
	}
	read_namespace(dir, &found);
	*cluster = found;
	found = (struct cluster){ 0 };
	rc = 0;
out:
	buf_free(&server);
	buf_free(&token);
	cluster_free(&found);
	return rc;
}
