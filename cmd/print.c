/* "ecr-secret print": credentials to standard output instead of a cluster. */
#include "cmd/print.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "aws/ecr.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/standard.h"
#include "cmd/format.h"
#include "cmd/secret_write.h"
#include "cmd/token_source.h"
#include "k8s.h"

struct print {
	const struct options *options;
	struct report *report;
	struct http *http;
	struct token_source source;
	struct docker_wish wish;
	struct docker_entry *entries;
	struct payload payload; /* of a Secret that holds them */
	struct buf text;        /* to be printed */
};

/* --- What is made of them ------------------------------------------------ */

static void
add_docker_config(struct print *print, const struct format *format)
{
	(void)format;
	buf_move(&print->text, &print->payload.fields[0].value);
	buf_add_str(&print->text, "\n");
}

static void
add_password(struct print *print, const struct format *format)
{
	(void)format;
	BUG_IF(!ecr_add_password(print->entries[0].auth, &print->text));
	buf_add_str(&print->text, "\n");
}

static void
add_json(struct print *print, const struct format *format)
{
	(void)format;
	for (size_t i = 0; i < print->wish.entries_n; i++) {
		const struct docker_entry *entry = &print->entries[i];
		char expires[CLOCK_TEXT_MAX];
		struct buf password = { 0 };

		clock_format(entry->expires_at, expires);
		BUG_IF(!ecr_add_password(entry->auth, &password));
		buf_add_str(&print->text, i == 0 ? "[" : ",");
		buf_add_str(&print->text, "{\"registry\":");
		buf_add_json(&print->text, entry->host);
		buf_add_str(&print->text,
		    ",\"username\":\"AWS\",\"password\":");
		buf_add_json(&print->text, password.data);
		buf_addf(&print->text, ",\"expiresAt\":\"%s\"}", expires);
		buf_free(&password);
	}
	buf_add_str(&print->text, "]\n");
}

/* The Secret in a namespace, or in none that is named, as JSON. */
static void
add_manifest_of(const struct print *print, const struct format *format,
    const char *namespace, struct buf *out)
{
	struct secret_wish wish = {
		.name = print->options->name,
		.format = format,
	};
	char expires[CLOCK_TEXT_MAX];
	struct k8s_apply apply;

	clock_format(print->payload.expires_at, expires);
	apply = secret_write_describe(&wish, &print->payload, expires);
	apply.namespace = namespace;
	k8s_add_manifest(&apply, out);
}

/* As many as there are namespaces, at least one; each as add has it. */
static void
add_manifests(struct print *print, const struct format *format,
    void (*add)(const struct buf *json, struct buf *out))
{
	const struct list *namespaces = &print->options->namespaces;
	size_t i = 0;

	do {
		struct buf json = { 0 };

		add_manifest_of(print, format,
		    namespaces->n > 0 ? namespaces->items[i] : NULL, &json);
		add(&json, &print->text);
		buf_free(&json);
	} while (++i < namespaces->n);
}

static void
add_line(const struct buf *json, struct buf *out)
{
	buf_add(out, json->data, json->len);
	buf_add_str(out, "\n");
}

static void
add_json_manifests(struct print *print, const struct format *format)
{
	add_manifests(print, format, add_line);
}

/* Block style; each text as in JSON, so that none is taken for a number. */
static void
add_yaml_members(const struct cJSON *object, int depth, struct buf *out)
{
	const struct cJSON *member = json_first(object);

	for (; member != NULL; member = json_next(member)) {
		buf_addf(out, "%*s%s:", 2 * depth, "", json_name(member));
		if (json_is_object(member)) {
			buf_add_str(out, "\n");
			add_yaml_members(member, depth + 1, out);
			continue;
		}
		buf_add_str(out, " ");
		buf_add_json(out, json_text(member));
		buf_add_str(out, "\n");
	}
}

static void
add_yaml_document(const struct buf *json, struct buf *out)
{
	struct cJSON *object = json_parse(json->data, json->len);

	buf_add_str(out, "---\n");
	add_yaml_members(object, 0, out);
	json_free(object);
}

static void
add_yaml_manifests(struct print *print, const struct format *format)
{
	add_manifests(print, format, add_yaml_document);
}

/* What print's --format names. */
static const struct form {
	const char *name;
	const char *secret; /* format of the Secret that it comes from */
	void (*add)(struct print *print, const struct format *format);
	bool is_one_token;
	bool is_manifest;
} forms[] = {
	{ "docker-config", "dockerconfigjson", add_docker_config },
	{ "password", NULL, add_password, .is_one_token = true },
	{ "json", NULL, add_json },
	{ "secret-yaml", "dockerconfigjson", add_yaml_manifests,
	    .is_manifest = true },
	{ "dockerconfigjson", "dockerconfigjson", add_json_manifests,
	    .is_manifest = true },
	{ "basic-auth", "basic-auth", add_json_manifests, .is_manifest = true },
	{ "argocd-repository", "argocd-repository", add_json_manifests,
	    .is_manifest = true },
	{ "argocd-repo-creds", "argocd-repo-creds", add_json_manifests,
	    .is_manifest = true },
	{ NULL },
};

static const struct form *
find_form(const char *name)
{
	const struct form *form = forms;

	while (form->name != NULL && strcmp(form->name, name) != 0)
		form++;
	return form->name == NULL ? NULL : form;
}

bool
print_is_format(const char *text)
{
	return find_form(text) != NULL;
}

/* The options' own, which were checked. */
static const struct form *
form_of(const struct options *options)
{
	const struct form *form = find_form(options->format);

	BUG_IF(form == NULL);
	return form;
}

/* --- The way there ---------------------------------------------------------- */

static int
find_aws(struct print *print, struct err *err)
{
	return token_source_open(&print->source, print->options, print->http,
	    err);
}

/* Can they be printed in this form? Asked before AWS is. */
static int
check_form(struct print *print, struct err *err)
{
	const struct options *options = print->options;
	const struct form *form = form_of(options);
	struct registries *registries = &print->source.registries;

	for (size_t i = 0; i < options->namespaces.n && form->is_manifest; i++)
		if (!k8s_is_namespace(options->namespaces.items[i]))
			return err_set(err, ERR_USAGE,
			    "--namespace: \"%.200s\" is a glob, and print asks "
			    "no cluster what it matches",
			    options->namespaces.items[i]);
	if (registries_assign(registries, &print->source.aws, err) < 0)
		return -1;
	if (form->is_one_token && registries->tokens_n > 1)
		return err_set(err, ERR_USAGE,
		    "--format %s: is one token, and these registries take %zu, "
		    "by role and region: name one --registry",
		    form->name, registries->tokens_n);
	return 0;
}

static int
find_credentials(struct print *print, struct err *err)
{
	return token_source_find_credentials(&print->source, err);
}

static int
fetch_tokens(struct print *print, struct err *err)
{
	size_t good;

	if (token_source_fetch(&print->source, print->report, &good, err) < 0)
		return -1;
	return good == print->source.registries.n ? 0 : -1;
}

static int
compose(struct print *print, struct err *err)
{
	const struct form *form = form_of(print->options);
	const struct format *format = NULL;
	const struct kube_secret none = { 0 };

	print->entries = registries_make_entries(&print->source.registries,
	    print->options->all_hosts, &print->wish.entries_n);
	print->wish.entries = print->entries;
	if (form->secret != NULL) {
		format = format_find(form->secret);
		if (payload_compose(format, &print->wish, &none,
			&print->payload, err) < 0)
			return -1;
	}
	form->add(print, format);
	return 0;
}

static int
write_text(struct print *print, struct err *err)
{
	(void)err;
	if (isatty(STDOUT_FILENO))
		log_event(LOG_WARNING, LOG_NO_FIELDS,
		    "credentials are printed to a terminal, which may keep "
		    "them: a pipe or a file that only you can read is safer");
	standard_write(&print->text);
	return 0;
}

/* A step that fails has set err, or reported it already. */
static int (*const steps[])(struct print *print, struct err *err) = {
	find_aws,
	check_form,
	find_credentials,
	fetch_tokens,
	compose,
	write_text,
};

static void
print_credentials(const struct options *options, struct report *report)
{
	struct print print = { .options = options, .report = report };
	struct err err = { 0 };
	size_t i = 0, n = sizeof(steps) / sizeof(steps[0]);

	print.http = http_new(options->timeout_ms, 0);
	while (i < n && steps[i](&print, &err) == 0)
		i++;
	if (i < n && err.kind != ERR_NONE)
		report_failed(report, SIZE_MAX, &err);
	http_free(print.http); /* first: transfers borrow from the rest */
	buf_free(&print.text);
	payload_free(&print.payload);
	mem_free(print.entries);
	token_source_close(&print.source);
}

const struct command print_command = {
	.id = COMMAND_PRINT,
	.name = "print",
	.usage = "print [OPTION]...",
	.purpose =
	    "Prints ECR credentials to standard output: for docker login, "
	    "kubectl apply -f -\nand whoever else reads a pipe. All of them, "
	    "or nothing.",
	.success = "all was printed",
	.run = print_credentials,
};
