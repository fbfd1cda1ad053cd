/* Exec plugins: programs that print a credential. */
#include "cluster/exec.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/program.h"
#include "cluster/eks_command.h"
#include "cluster/field.h"
#include "cluster/yaml.h"

#define EXTENSION "client.authentication.k8s.io/exec"

enum {
	TIMEOUT_MS = 20000,
	OUT_MAX = 1024 * 1024, /* a token, or a certificate chain and key */
};

/* What the plugin's entry says; texts are borrowed from it. */
struct settings {
	const char *version; /* its apiVersion */
	const char *install_hint;
	struct list words;       /* the program and its arguments */
	struct list environment; /* "NAME=value" */
};

static void
free_settings(struct settings *settings)
{
	list_free(&settings->words);
	list_free(&settings->environment);
}

/* --- What the entry says --------------------------------------------------------- */

static int
read_environment(const struct cJSON *exec, struct list *environment,
    struct err *err)
{
	for (const struct cJSON *pair = json_first(json_get(exec, "env"));
	    pair != NULL; pair = json_next(pair)) {
		const char *name, *value;

		if (field_text(pair, "name", &name, err) < 0 ||
		    field_text(pair, "value", &value, err) < 0) {
			err_wrap(err, "env");
			return -1;
		}
		if (name == NULL || strchr(name, '=') != NULL)
			return err_set(err, ERR_CONFIG,
			    "env: a variable has no name, or one with \"=\"");
		list_addf(environment, "%s=%s", name,
		    value != NULL ? value : "");
	}
	return 0;
}

/* A path is relative to the file; a bare name is looked up by PATH. */
static int
read_command(const struct exec_plugin *plugin, struct list *words,
    struct err *err)
{
	const char *command;
	char *path;

	if (field_text(plugin->exec, "command", &command, err) < 0)
		return -1;
	if (command == NULL)
		return err_set(err, ERR_CONFIG, "has no command");
	path = strchr(command, '/') == NULL ?
	    xstrdup(command) :
	    kubeconfig_path(plugin->user, command);
	list_add(words, path);
	mem_free(path);
	return field_list(plugin->exec, "args", words, err);
}

static int
read_settings(const struct exec_plugin *plugin, struct settings *settings,
    struct err *err)
{
	if (field_text(plugin->exec, "apiVersion", &settings->version, err) <
		0 ||
	    field_text(plugin->exec, "installHint", &settings->install_hint,
		err) < 0 ||
	    read_command(plugin, &settings->words, err) < 0 ||
	    read_environment(plugin->exec, &settings->environment, err) < 0)
		return -1;
	return 0;
}

/* We never give a plugin our standard input: a CronJob has none to give. */
static int
check_version_and_mode(const struct cJSON *exec, const char *version,
    struct err *err)
{
	const char *mode;
	bool is_beta = version != NULL &&
	    strcmp(version, "client.authentication.k8s.io/v1beta1") == 0;

	if (version == NULL ||
	    (!is_beta &&
		strcmp(version, "client.authentication.k8s.io/v1") != 0))
		return err_set(err, ERR_CONFIG,
		    "apiVersion: client.authentication.k8s.io/v1 and v1beta1 "
		    "are supported, not %.100s",
		    version != NULL ? version : "none");
	if (field_text(exec, "interactiveMode", &mode, err) < 0)
		return -1;
	if (mode == NULL && is_beta)
		return 0;
	if (mode != NULL && strcmp(mode, "Always") == 0)
		return err_set(err, ERR_CONFIG,
		    "interactiveMode: Always: we ask nobody; log in by hand "
		    "with a plugin that keeps its token");
	if (mode == NULL ||
	    (strcmp(mode, "Never") != 0 && strcmp(mode, "IfAvailable") != 0))
		return err_set(err, ERR_CONFIG,
		    "interactiveMode: not Never, IfAvailable or Always");
	return 0;
}

/* --- What the plugin is told ------------------------------------------------------- */

/* What the cluster's extensions hold for plugins. */
static void
add_extension(const struct cJSON *place, struct buf *out)
{
	for (const struct cJSON *entry =
		 json_first(json_get(place, "extensions"));
	    entry != NULL; entry = json_next(entry)) {
		const char *name = json_get_text(entry, "name");

		if (name == NULL || strcmp(name, EXTENSION) != 0 ||
		    json_get(entry, "extension") == NULL)
			continue;
		buf_add_str(out, ",\"config\":");
		json_add_to(out, json_get(entry, "extension"));
		return;
	}
}

static void
add_cluster(const struct cluster *cluster, const struct cJSON *place,
    struct buf *out)
{
	buf_add_str(out, ",\"cluster\":{\"server\":");
	buf_add_json(out, cluster->server);
	buf_add_json_member(out, "tls-server-name", cluster->tls_server_name);
	buf_add_json_member(out, "proxy-url", cluster->proxy);
	if (cluster->is_insecure)
		buf_add_str(out, ",\"insecure-skip-tls-verify\":true");
	if (json_is_true(json_get(place, "disable-compression")))
		buf_add_str(out, ",\"disable-compression\":true");
	if (cluster->ca.len > 0) {
		buf_add_str(out, ",\"certificate-authority-data\":\"");
		digest_add_base64(out, cluster->ca.data, cluster->ca.len);
		buf_add_str(out, "\"");
	}
	add_extension(place, out);
	buf_add_str(out, "}");
}

static int
add_info(const struct exec_plugin *plugin, const struct cluster *cluster,
    struct settings *settings, struct err *err)
{
	struct buf info = { 0 };
	bool tells_cluster = false;

	if (field_flag(plugin->exec, "provideClusterInfo", &tells_cluster,
		err) < 0)
		return -1;
	buf_addf(&info,
	    "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\","
	    "\"apiVersion\":\"%s\",\"spec\":{\"interactive\":false",
	    settings->version);
	if (tells_cluster)
		add_cluster(cluster, plugin->place, &info);
	buf_add_str(&info, "}}");
	list_add(&settings->environment, info.data);
	buf_free(&info);
	return 0;
}

/* --- What it prints ------------------------------------------------------------------ */

static int
check_answer(const struct cJSON *answer, const char *version, struct err *err)
{
	const char *kind, *got;

	if (field_text(answer, "kind", &kind, err) < 0 ||
	    field_text(answer, "apiVersion", &got, err) < 0)
		return -1;
	if (kind == NULL || strcmp(kind, "ExecCredential") != 0)
		return err_set(err, ERR_DATA, "it is no ExecCredential");
	if (got == NULL || strcmp(got, version) != 0)
		return err_set(err, ERR_DATA,
		    "it has apiVersion %.100s, and %s is configured",
		    got != NULL ? got : "none", version);
	if (!json_is_object(json_get(answer, "status")))
		return err_set(err, ERR_DATA, "it has no status");
	return 0;
}

/* The server decides; that it is over only explains the 401 to come. */
static int
check_expiry(const char *program, const char *expires, struct err *err)
{
	time_t at;

	if (expires == NULL)
		return 0;
	if (!clock_parse(expires, &at))
		return err_set(err, ERR_DATA,
		    "its expirationTimestamp is none");
	if (at <= time(NULL))
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "exec plugin: %s: its credential expired at %s", program,
		    expires);
	return 0;
}

static int
take_status(const struct cJSON *status, const char *program,
    struct cluster *cluster, struct err *err)
{
	const char *expires, *certificate, *key;

	if (field_text(status, "expirationTimestamp", &expires, err) < 0 ||
	    field_copy(status, "token", &cluster->token, err) < 0 ||
	    field_text(status, "clientCertificateData", &certificate, err) <
		0 ||
	    field_text(status, "clientKeyData", &key, err) < 0 ||
	    (cluster->token != NULL &&
		env_clean("token", cluster->token, err) < 0) ||
	    check_expiry(program, expires, err) < 0)
		return -1;
	if ((certificate == NULL) != (key == NULL))
		return err_set(err, ERR_DATA,
		    "it has only one of certificate and key");
	if (certificate == NULL && cluster->token == NULL)
		return err_set(err, ERR_DATA,
		    "it has neither a token nor a certificate");
	if (certificate != NULL) {
		buf_add_str(&cluster->certificate, certificate);
		buf_add_str(&cluster->key, key);
	}
	return 0;
}

static int
take_answer(const struct settings *settings, const struct buf *out,
    struct cluster *cluster, struct err *err)
{
	const char *program = settings->words.items[0];
	struct buf credential = { 0 };
	struct cJSON *answer = NULL;
	int rc = -1;

	if (yaml_parse(buf_str(out), out->len, &answer, err) < 0 ||
	    check_answer(answer, settings->version, err) < 0 ||
	    take_status(json_get(answer, "status"), program, cluster, err) <
		0) {
		err->kind = ERR_DATA;
		err_wrap(err, "exec plugin: %s: what it printed (%zu bytes)",
		    program, out->len);
		goto out;
	}
	buf_addf(&credential, "what the exec plugin %s printed", program);
	cluster->credential = buf_take(&credential);
	rc = 0;
out:
	json_free(answer);
	return rc;
}

static int
run(const struct exec_plugin *plugin, struct settings *settings,
    struct cluster *cluster, struct err *err)
{
	struct buf out = { 0 };
	int rc;

	if (check_version_and_mode(plugin->exec, settings->version, err) < 0 ||
	    add_info(plugin, cluster, settings, err) < 0) {
		err_wrap(err, "exec");
		return -1;
	}
	rc = program_run(
	    &(struct program){
		.what = "exec plugin",
		.words = &settings->words,
		.settings = &settings->environment,
		.missing_hint = settings->install_hint,
		.out_max = OUT_MAX,
		.timeout_ms = plugin->timeout_ms < TIMEOUT_MS ?
		    plugin->timeout_ms :
		    TIMEOUT_MS,
	    },
	    &out, err);
	if (rc == 0)
		rc = take_answer(settings, &out, cluster, err);
	buf_free(&out);
	return rc;
}

int
exec_find_credential(const struct exec_plugin *plugin, struct cluster *cluster,
    struct err *err)
{
	struct settings settings = { 0 };
	int rc = read_settings(plugin, &settings, err);

	if (rc < 0)
		err_wrap(err, "exec");
	else if (!eks_command_read(&settings.words, &settings.environment,
		     &cluster->eks))
		rc = run(plugin, &settings, cluster, err);
	free_settings(&settings);
	return rc;
}
