/* Who we are by a kubeconfig: certificate, token, password, exec plugin. */
#include "cluster/kubeconfig_user.h"

#include <string.h>

#include "base/env.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cluster/exec.h"
#include "cluster/field.h"

static void
describe(struct cluster *cluster, const struct kubeconfig_entry *user,
    const char *what)
{
	struct buf text = { 0 };

	buf_addf(&text, "the %s of user %.100s in %s", what, user->name,
	    user->file);
	mem_free(cluster->credential);
	cluster->credential = buf_take(&text);
}

static int
take_certificate(const struct kubeconfig_entry *user, struct cluster *cluster,
    struct err *err)
{
	char *origin = NULL;
	int rc = -1;

	if (kubeconfig_read_pem(user, "client-certificate",
		&cluster->certificate, &origin, err) < 0)
		goto out;
	if (cluster->certificate.len == 0) {
		rc = 0;
		goto out;
	}
	if (kubeconfig_read_pem(user, "client-key", &cluster->key, &origin,
		err) < 0)
		goto out;
	if (cluster->key.len == 0) {
		(void)err_set(err, ERR_CONFIG,
		    "client-certificate: has no client-key");
		goto out;
	}
	describe(cluster, user, "client certificate");
	rc = 0;
out:
	mem_free(origin);
	return rc;
}

/* A token's file beats the token, as long as it can be read. */
static int
take_token_file(const struct kubeconfig_entry *user, struct cluster *cluster,
    struct err *err)
{
	struct buf token = { 0 }, text = { 0 };
	const char *name;
	char *path;
	int rc;

	if (field_text(user->body, "tokenFile", &name, err) < 0)
		return -1;
	if (name == NULL)
		return 0;
	path = kubeconfig_path(user, name);
	rc = file_read_token(path, &token, err);
	if (rc == 0) {
		buf_addf(&text, "the token in %s", path);
		mem_free(cluster->credential);
		cluster->credential = buf_take(&text);
		cluster->token_file = xstrdup(path);
	} else if (cluster->token != NULL) {
		rc = 0;
	}
	buf_free(&token);
	mem_free(path);
	return rc;
}

static int
take_token(const struct kubeconfig_entry *user, struct cluster *cluster,
    struct err *err)
{
	if (field_copy(user->body, "token", &cluster->token, err) < 0)
		return -1;
	if (cluster->token != NULL) {
		if (env_clean("token", cluster->token, err) < 0)
			return -1;
		describe(cluster, user, "token");
	}
	return take_token_file(user, cluster, err);
}

static int
take_password(const struct kubeconfig_entry *user, struct cluster *cluster,
    struct err *err)
{
	if (field_copy(user->body, "username", &cluster->username, err) < 0 ||
	    field_copy(user->body, "password", &cluster->password, err) < 0)
		return -1;
	if (cluster->username == NULL && cluster->password == NULL)
		return 0;
	if (cluster->token != NULL || cluster->token_file != NULL)
		return err_set(err, ERR_CONFIG,
		    "a token and a password: only one is allowed");
	describe(cluster, user, "name and password");
	return 0;
}

/* --- Impersonation --------------------------------------------------------------- */

/* Each member is a list: a header for each text of it, with the name in it. */
static int
add_extra(const struct cJSON *extra, struct list *headers, struct err *err)
{
	for (const struct cJSON *member = json_first(extra); member != NULL;
	    member = json_next(member)) {
		struct buf name = { 0 };
		struct list values = { 0 };
		int rc = field_list(extra, json_name(member), &values, err);

		buf_add_str(&name, "Impersonate-Extra-");
		buf_add_uri(&name, json_name(member),
		    strlen(json_name(member)));
		for (size_t i = 0; i < values.n && rc == 0; i++)
			rc = http_add_header(headers, name.data,
			    values.items[i], err);
		buf_free(&name);
		list_free(&values);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
take_impersonation(const struct kubeconfig_entry *user, struct list *headers,
    struct err *err)
{
	const struct cJSON *extra = json_get(user->body, "as-user-extra");
	struct list groups = { 0 };
	const char *name, *uid;
	int rc = -1;

	if (field_text(user->body, "as", &name, err) < 0 ||
	    field_text(user->body, "as-uid", &uid, err) < 0 ||
	    field_list(user->body, "as-groups", &groups, err) < 0)
		goto out;
	if (name == NULL &&
	    (uid != NULL || groups.n > 0 || json_first(extra) != NULL)) {
		(void)err_set(err, ERR_CONFIG,
		    "as-uid, as-groups and as-user-extra need the user to "
		    "impersonate, as");
		goto out;
	}
	if (name != NULL &&
	    http_add_header(headers, "Impersonate-User", name, err) < 0)
		goto out;
	if (uid != NULL &&
	    http_add_header(headers, "Impersonate-Uid", uid, err) < 0)
		goto out;
	for (size_t i = 0; i < groups.n; i++)
		if (http_add_header(headers, "Impersonate-Group",
			groups.items[i], err) < 0)
			goto out;
	rc = add_extra(extra, headers, err);
out:
	list_free(&groups);
	return rc;
}

/* --- The user --------------------------------------------------------------------- */

/* What stands in the file beats a plugin, as with kubectl. */
static int
take_plugin(const struct kubeconfig_entry *user, const struct cJSON *place,
    int64_t timeout_ms, struct cluster *cluster, struct err *err)
{
	const struct cJSON *exec = json_get(user->body, "exec");
	const struct cJSON *provider = json_get(user->body, "auth-provider");
	bool is_known = cluster->credential != NULL;

	if (provider != NULL && !json_is_null(provider))
		return err_set(err, ERR_CONFIG,
		    "auth-provider is not supported; use an exec plugin");
	if (exec == NULL || json_is_null(exec) || is_known)
		return 0;
	return exec_find_credential(&(struct exec_plugin){ .exec = exec,
					.place = place,
					.user = user,
					.timeout_ms = timeout_ms },
	    cluster, err);
}

int
kubeconfig_take_user(const struct kubeconfig_entry *user,
    const struct cJSON *place, int64_t timeout_ms, struct cluster *cluster,
    struct err *err)
{
	if (take_certificate(user, cluster, err) < 0 ||
	    take_token(user, cluster, err) < 0 ||
	    take_password(user, cluster, err) < 0 ||
	    take_impersonation(user, &cluster->impersonation, err) < 0 ||
	    take_plugin(user, place, timeout_ms, cluster, err) < 0) {
		err_wrap(err, "user \"%.100s\" in %s", user->name, user->file);
		return -1;
	}
	return 0;
}
