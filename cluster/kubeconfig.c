/* kubeconfig files: merged, and a context's cluster, user and namespace. */
#include "cluster/kubeconfig.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "cluster/field.h"
#include "cluster/kubeconfig_user.h"
#include "cluster/yaml.h"

enum {
	FILE_MAX = 8 * 1024 * 1024, /* 1,500 clusters with their CAs */
};

struct file {
	const char *path;
	struct cJSON *root;
};

struct kubeconfig {
	struct file *files;
	size_t n;
};

/* --- The files --------------------------------------------------------------- */

/* An empty file is as good as none. */
static int
check_root(const struct cJSON *root, struct err *err)
{
	const char *kind = NULL, *version = NULL;

	if (json_is_null(root))
		return 0;
	if (!json_is_object(root))
		return err_set(err, ERR_CONFIG, "not a kubeconfig");
	if (field_text(root, "kind", &kind, err) < 0 ||
	    field_text(root, "apiVersion", &version, err) < 0)
		return -1;
	if ((kind == NULL || strcmp(kind, "Config") == 0) &&
	    (version == NULL || strcmp(version, "v1") == 0))
		return 0;
	return err_set(err, ERR_CONFIG,
	    "not a kubeconfig, which is a Config of v1, but a %.100s of %.100s",
	    kind != NULL ? kind : "Config", version != NULL ? version : "v1");
}

static int
load_file(struct file *file, struct err *err)
{
	struct buf text = { 0 };
	int rc = -1;

	if (file_read(file->path, FILE_MAX, &text, err) < 0)
		goto out;
	if (yaml_parse(buf_str(&text), text.len, &file->root, err) < 0 ||
	    check_root(file->root, err) < 0) {
		err_wrap(err, "%s", file->path);
		goto out;
	}
	rc = 0;
out:
	buf_free(&text);
	return rc;
}

static int
load(const struct list *paths, struct kubeconfig *config, struct err *err)
{
	config->files = xcalloc(paths->n, sizeof(*config->files));
	config->n = paths->n;
	for (size_t i = 0; i < paths->n; i++) {
		config->files[i].path = paths->items[i];
		if (load_file(&config->files[i], err) < 0)
			return -1;
	}
	return 0;
}

static void
free_files(struct kubeconfig *config)
{
	for (size_t i = 0; i < config->n; i++)
		json_free(config->files[i].root);
	mem_free(config->files);
}

/* --- Entries ----------------------------------------------------------------- */

/* The list's entry of that name; two of them are an error to kubectl, too. */
static int
find_in_file(const struct cJSON *list, const char *name,
    const struct cJSON **found, struct err *err)
{
	*found = NULL;
	for (const struct cJSON *entry = json_first(list); entry != NULL;
	    entry = json_next(entry)) {
		const char *text;

		if (field_text(entry, "name", &text, err) < 0)
			return -1;
		if (text == NULL || strcmp(text, name) != 0)
			continue;
		if (*found != NULL)
			return err_set(err, ERR_CONFIG, "is there twice");
		*found = entry;
	}
	return 0;
}

/*
 * Finds what = "cluster" of that name in the lists "clusters"; entry->body stays
 * NULL if no file has it.
 */
static int
find(const struct kubeconfig *config, const char *what, const char *name,
    struct kubeconfig_entry *entry, struct err *err)
{
	struct buf lists = { 0 };
	const struct cJSON *found = NULL;
	int rc = 0;

	buf_addf(&lists, "%ss", what);
	for (size_t i = 0; i < config->n && found == NULL && rc == 0; i++) {
		const struct file *file = &config->files[i];

		rc = find_in_file(json_get(file->root, lists.data), name,
		    &found, err);
		if (rc < 0)
			err_wrap(err, "%s: %s \"%.100s\"", file->path, what,
			    name);
		else if (found != NULL)
			*entry = (struct kubeconfig_entry){
				.file = file->path,
				.name = json_get_text(found, "name"),
				.body = json_get(found, what),
			};
	}
	buf_free(&lists);
	return rc;
}

/* "a.yaml, b.yaml", for messages. */
static void
add_paths(const struct kubeconfig *config, struct buf *out)
{
	for (size_t i = 0; i < config->n; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", config->files[i].path);
}

/* The context that was asked for, else the first file's that has a current. */
static int
find_context(const struct kubeconfig *config, const char *asked,
    struct kubeconfig_entry *context, struct err *err)
{
	struct buf paths = { 0 };
	const char *name = asked;
	int rc = 0;

	add_paths(config, &paths);
	for (size_t i = 0; i < config->n && name == NULL && rc == 0; i++)
		rc = field_text(config->files[i].root, "current-context", &name,
		    err);
	if (rc < 0)
		err_wrap(err, "%s", paths.data);
	else if (name == NULL)
		rc = err_set(err, ERR_CONFIG,
		    "%s: has no current-context; give --context", paths.data);
	else
		rc = find(config, "context", name, context, err);
	if (rc == 0 && context->body == NULL)
		rc = err_set(err, asked != NULL ? ERR_USAGE : ERR_CONFIG,
		    "%s: no context \"%.100s\" in %s",
		    asked != NULL ? "--context" : "current-context", name,
		    paths.data);
	buf_free(&paths);
	return rc;
}

/* The context's cluster or user. */
static int
follow(const struct kubeconfig *config, const struct kubeconfig_entry *context,
    const char *what, struct kubeconfig_entry *entry, struct err *err)
{
	const char *name;

	if (field_text(context->body, what, &name, err) < 0)
		return -1;
	if (name == NULL)
		(void)err_set(err, ERR_CONFIG, "names no %s", what);
	else if (find(config, what, name, entry, err) == 0 &&
	    entry->body == NULL)
		(void)err_set(err, ERR_CONFIG, "there is no %s \"%.100s\"",
		    what, name);
	return entry->body == NULL ? -1 : 0;
}

int
kubeconfig_read_pem(const struct kubeconfig_entry *entry, const char *field,
    struct buf *pem, char **origin, struct err *err)
{
	struct buf data_field = { 0 }, place = { 0 };
	const char *path = NULL, *data = NULL;
	int rc = -1;

	buf_addf(&data_field, "%s-data", field);
	buf_addf(&place, "%s in %s", data_field.data, entry->file);
	if (field_text(entry->body, field, &path, err) < 0 ||
	    field_text(entry->body, data_field.data, &data, err) < 0)
		goto out;
	if (path != NULL && data != NULL) {
		(void)err_set(err, ERR_CONFIG, "%s and %s are both set", field,
		    data_field.data);
		goto out;
	}
	mem_free(*origin);
	*origin =
	    path == NULL ? buf_take(&place) : kubeconfig_path(entry, path);
	if (path == NULL)
		rc = field_bytes(entry->body, data_field.data, pem, err);
	else
		rc = file_read(*origin, FILE_MAX, pem, err);
	if (rc == 0 && path != NULL && pem->len == 0)
		rc = err_set(err, ERR_CONFIG, "%s: empty", *origin);
	if (rc < 0 && path != NULL)
		err_wrap(err, "%s", field);
out:
	buf_free(&data_field);
	buf_free(&place);
	return rc;
}

char *
kubeconfig_path(const struct kubeconfig_entry *entry, const char *path)
{
	const char *slash = strrchr(entry->file, '/');
	struct buf full = { 0 };

	if (path[0] != '/' && slash != NULL)
		buf_add(&full, entry->file, (size_t)(slash - entry->file) + 1);
	buf_add_str(&full, path);
	return buf_take(&full);
}

/* --- The cluster -------------------------------------------------------------- */

/* Plain http, as of kubectl proxy, is for this machine alone. */
static int
take_server(const struct kubeconfig_entry *entry, struct cluster *cluster,
    struct err *err)
{
	struct url url;
	const char *text;
	size_t len;
	int rc = 0;

	if (field_text(entry->body, "server", &text, err) < 0)
		return -1;
	if (text == NULL)
		return err_set(err, ERR_CONFIG, "has no server");
	if (!url_parse(text, &url))
		return err_set(err, ERR_CONFIG,
		    "server: not an https URL without user and password");
	if (strcmp(url.scheme, "http") == 0 && !url_is_loopback(&url))
		rc = err_set(err, ERR_CONFIG,
		    "server: http would show the Secret to everybody on the "
		    "way; it is for loopback addresses only");
	url_free(&url);
	for (len = strcspn(text, "?#"); len > 0 && text[len - 1] == '/';)
		len--;
	cluster->server = xstrndup(text, len);
	return rc;
}

static int
check_tls(const struct cluster *cluster, struct err *err)
{
	const char *name = cluster->tls_server_name;
	const char *proxy = cluster->proxy;

	if (cluster->is_insecure && cluster->ca.len > 0)
		return err_set(err, ERR_CONFIG,
		    "certificate-authority makes no sense with "
		    "insecure-skip-tls-verify");
	if (name != NULL &&
	    name[strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.-_")] != '\0')
		return err_set(err, ERR_CONFIG,
		    "tls-server-name: no host name");
	if (proxy != NULL && strncmp(proxy, "http://", 7) != 0 &&
	    strncmp(proxy, "https://", 8) != 0 &&
	    strncmp(proxy, "socks5://", 9) != 0)
		return err_set(err, ERR_CONFIG,
		    "proxy-url: not an http, https or socks5 URL");
	return 0;
}

static int
take_cluster(const struct kubeconfig_entry *entry, struct cluster *cluster,
    struct err *err)
{
	if (take_server(entry, cluster, err) < 0 ||
	    field_flag(entry->body, "insecure-skip-tls-verify",
		&cluster->is_insecure, err) < 0 ||
	    field_copy(entry->body, "tls-server-name",
		&cluster->tls_server_name, err) < 0 ||
	    field_copy(entry->body, "proxy-url", &cluster->proxy, err) < 0 ||
	    kubeconfig_read_pem(entry, "certificate-authority", &cluster->ca,
		&cluster->ca_origin, err) < 0 ||
	    check_tls(cluster, err) < 0) {
		err_wrap(err, "cluster \"%.100s\" in %s", entry->name,
		    entry->file);
		return -1;
	}
	if (cluster->is_insecure)
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "%s: whoever answers there gets the Secret: %s says "
		    "insecure-skip-tls-verify",
		    cluster->server, entry->file);
	return 0;
}

/* A server without TLS is shown no credential, as with kubectl. */
static int
take_context(const struct kubeconfig *config,
    const struct kubeconfig_entry *context, int64_t timeout_ms,
    struct cluster *cluster, struct err *err)
{
	struct kubeconfig_entry place = { 0 }, user = { 0 };
	struct buf origin = { 0 };

	buf_addf(&origin, "context %s of %s", context->name, context->file);
	cluster->origin = buf_take(&origin);
	if (follow(config, context, "cluster", &place, err) < 0 ||
	    follow(config, context, "user", &user, err) < 0 ||
	    field_copy(context->body, "namespace", &cluster->namespace, err) <
		0) {
		err_wrap(err, "%s", cluster->origin);
		return -1;
	}
	if (take_cluster(&place, cluster, err) < 0)
		return -1;
	if (strncmp(cluster->server, "http:", 5) == 0)
		return 0;
	return kubeconfig_take_user(&user, place.body, timeout_ms, cluster,
	    err);
}

int
kubeconfig_find(const struct list *paths, const char *context,
    int64_t timeout_ms, struct cluster *cluster, struct err *err)
{
	struct kubeconfig config = { 0 };
	struct kubeconfig_entry entry = { 0 };
	struct cluster found = { 0 };
	int rc = -1;

	if (load(paths, &config, err) < 0 ||
	    find_context(&config, context, &entry, err) < 0 ||
	    take_context(&config, &entry, timeout_ms, &found, err) < 0)
		goto out;
	*cluster = found;
	found = (struct cluster){ 0 };
	rc = 0;
out:
	cluster_free(&found);
	free_files(&config);
	return rc;
}
