/* The options: command line, environment, aliases, defaults. */
#include "cmd/options/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/format.h"
#include "cmd/options/table.h"

enum {
	TIMEOUT_MAX_MS = 24 * 60 * 60 * 1000, /* two lives of a token */
};

static int
complain(const struct option_definition *def, int origin, const char *text,
    const char *expects, struct err *err)
{
	struct buf name = { 0 };

	option_add_origin(&name, def, origin);
	(void)err_set(err, ERR_USAGE, "%s: \"%.200s\" is not %s", name.data,
	    text, expects);
	buf_free(&name);
	return -1;
}

static const char *
separators(const struct option_definition *def, int origin)
{
	if (def->kind != OPTION_LIST)
		return "";
	return origin == ORIGIN_OPTION ? def->split :
	    origin == ORIGIN_VARIABLE  ? def->variable_split :
					 def->alias_split;
}

/* The values in text, without newlines at their ends; one if no list. */
static int
split_values(const struct option_definition *def, int origin, const char *text,
    struct list *values, struct err *err)
{
	struct buf name = { 0 };
	int rc = 0;

	option_add_origin(&name, def, origin);
	list_split(values, text, separators(def, origin));
	for (size_t i = 0; i < values->n && rc == 0; i++)
		rc = env_clean(name.data, values->items[i], err);
	/* In an AWS_* variable that is a matter of configuration. */
	if (rc < 0 && strncmp(name.data, "AWS_", 4) != 0)
		err->kind = ERR_USAGE;
	buf_free(&name);
	return rc;
}

static bool
set_flag(const char *text, const char *yes, const char *no, bool *flag)
{
	*flag = strcmp(text, yes) == 0;
	return *flag || strcmp(text, no) == 0;
}

/* Sets a field; false if the text is not what it expects. */
static bool
set_field(const struct option_definition *def, const char *text, void *field)
{
	int64_t *number = field;
	char **string = field, *end;

	switch (def->kind) {
	case OPTION_TEXT:
		mem_free(*string);
		*string = xstrdup(text);
		return true;
	case OPTION_LIST:
		list_add(field, text);
		return true;
	case OPTION_FLAG:
		if (def->argument != NULL)
			return set_flag(text, "json", "text", field);
		return set_flag(text, "1", "0", field) ||
		    set_flag(text, "true", "false", field);
	case OPTION_DURATION:
		return clock_parse_duration(text, number) && *number > 0 &&
		    *number <= TIMEOUT_MAX_MS;
	case OPTION_NUMBER:
		*number = strtol(text, &end, 10);
		return *end == '\0' && *number >= 1 &&
		    *number <= OPTION_NUMBER_MAX;
	}
	return false;
}

int
option_set(const struct option_definition *def, int origin, const char *text,
    struct options *options, struct err *err)
{
	void *field = (char *)options + def->offset;
	struct list values = { 0 };
	const char *expects =
	    def->expects != NULL ? def->expects : "true, false, 1 or 0";
	int rc = split_values(def, origin, text, &values, err);

	if (rc == 0 && values.n == 0)
		rc = complain(def, origin, text, expects, err);
	for (size_t i = 0; i < values.n && rc == 0; i++)
		if (!set_field(def, values.items[i], field))
			rc = complain(def, origin, values.items[i], expects,
			    err);
	list_free(&values);
	return rc;
}

/* Where no argument said it: the variable, the aliases, the default. */
static int
read_variables(size_t i, struct options *options, int *origins, struct err *err)
{
	const struct option_definition *def = &option_table[i];
	int *origin = &origins[i], rc = 0;

	for (int next = ORIGIN_VARIABLE; *origin == ORIGIN_FALLBACK &&
	    !def->has_no_variable && next < ORIGIN_ALIAS + OPTION_ALIASES_MAX;
	    next++) {
		struct buf name = { 0 };
		char *text = NULL;

		if (next >= ORIGIN_ALIAS &&
		    def->aliases[next - ORIGIN_ALIAS] == NULL)
			break;
		option_add_origin(&name, def, next);
		text = env_get_raw(name.data);
		if (text != NULL && text[strspn(text, " \t\r\n")] != '\0') {
			*origin = next;
			rc = option_set(def, next, text, options, err);
		}
		buf_free(&name);
		mem_free(text);
	}
	if (*origin == ORIGIN_FALLBACK && def->fallback != NULL)
		rc = option_set(def, *origin, def->fallback, options, err);
	return rc;
}

/* Is name[0..len) an option's variable? */
static bool
is_variable(const char *name, size_t len)
{
	bool is_known = false;

	for (size_t i = 0; i < OPTIONS_N && !is_known; i++) {
		struct buf known = { 0 };

		if (option_table[i].has_no_variable)
			continue;
		option_add_origin(&known, &option_table[i], ORIGIN_VARIABLE);
		is_known =
		    known.len == len && strncmp(name, known.data, len) == 0;
		buf_free(&known);
	}
	return is_known;
}

/* A typing mistake must not go unseen, but a Service may inject variables. */
static void
warn_of_unknown_variables(void)
{
	struct list set = { 0 };

	env_add_all(OPTION_PREFIX, &set);
	for (size_t i = 0; i < set.n; i++) {
		size_t len = strcspn(set.items[i], "=");

		if (!is_variable(set.items[i], len))
			log_event(LOG_WARNING, LOG_NO_FIELDS,
			    "%.*s: no such option; ignored", (int)len,
			    set.items[i]);
	}
	list_free(&set);
}

/* NULL, or what the value of an option or an argument should be. */
static const char *
find_fault(const struct value_check *check, const char *text)
{
	if (check->find_fault != NULL)
		return check->find_fault(text);
	if (check->is_good == NULL || check->is_good(text))
		return NULL;
	return check->wanted;
}

static int
check_values(const struct option_definition *def, int origin,
    const struct options *options, struct err *err)
{
	const void *field = (const char *)options + def->offset;
	char *const *text = field;
	const struct list *list = field;
	size_t n = def->kind == OPTION_TEXT ? *text != NULL :
	    def->kind == OPTION_LIST        ? list->n :
					      0;

	for (size_t i = 0; i < n; i++) {
		const char *value =
		    def->kind == OPTION_TEXT ? *text : list->items[i];
		const char *expects = def->find_host_fault != NULL ?
		    def->find_host_fault(value, options->any_host) :
		    find_fault(&def->check, value);

		if (expects != NULL)
			return complain(def, origin, value, expects, err);
	}
	return 0;
}

static int
check_format(const struct options *options, struct err *err)
{
	const struct format *format =
	    options->format != NULL ? format_find(options->format) : NULL;

	if (format == NULL || format->is_docker) /* or it is print's own */
		return 0;
	if (options->registries.n > 1)
		return err_set(err, ERR_USAGE,
		    "--format %s: holds one password: name one --registry",
		    options->format);
	if (options->service_accounts.n > 0)
		return err_set(err, ERR_USAGE,
		    "--service-account: pods can't pull with a Secret of "
		    "--format %s",
		    options->format);
	return 0;
}

static int
check_cluster(const struct options *options, struct err *err)
{
	if (options->eks_role_arn != NULL && options->eks_cluster == NULL)
		return err_set(err, ERR_USAGE,
		    "--eks-role-arn: needs the --eks-cluster that it is for");
	if (options->eks_cluster == NULL)
		return 0;
	if (options->kubeconfig != NULL || options->context != NULL)
		return err_set(err, ERR_USAGE,
		    "--eks-cluster and --%s: give one of them",
		    options->kubeconfig != NULL ? "kubeconfig" : "context");
	if (options->namespaces.n == 0 && !options->all_namespaces &&
	    options->namespace_selector == NULL)
		return err_set(err, ERR_USAGE,
		    "--namespace: not given, and with --eks-cluster there is "
		    "no pod whose own it could be");
	return 0;
}

static int
check(const struct command *command, const struct options *options,
    const int *origins, struct err *err)
{
	for (size_t i = 0; i < OPTIONS_N; i++)
		if (option_is_for(&option_table[i], command) &&
		    check_values(&option_table[i], origins[i], options, err) <
			0)
			return -1;
	for (size_t i = 0; i < options->arguments.n; i++) {
		const char *value = options->arguments.items[i];
		const char *fault = find_fault(&command->check, value);

		if (fault != NULL)
			return err_set(err, ERR_USAGE, "\"%s\" is not %s",
			    value, fault);
	}
	if (options->roles.n == 0 &&
	    (options->external_id != NULL ||
		options->role_session_name != NULL))
		return err_set(err, ERR_USAGE,
		    "--%s: needs the --role-arn that it is for",
		    options->external_id != NULL ? "external-id" :
						   "role-session-name");
	if (options->all_namespaces && options->namespaces.n > 0)
		return err_set(err, ERR_USAGE,
		    "--all-namespaces and --namespace: give one of them");
	if (options->service_accounts.n > 1 &&
	    list_has(&options->service_accounts, "*"))
		return err_set(err, ERR_USAGE,
		    "--service-account: * stands for all: give it alone");
	if (options->merge && options->force)
		return err_set(err, ERR_USAGE,
		    "--merge keeps other registries and --force drops them: "
		    "give one of them");
	if (options->is_verbose && options->is_quiet)
		return err_set(err, ERR_USAGE,
		    "--verbose and --quiet: give one of them");
	if (check_cluster(options, err) < 0)
		return -1;
	return check_format(options, err);
}

int
options_read(const struct command *command, char **argv,
    struct options *options, struct err *err)
{
	int origins[OPTIONS_N] = { ORIGIN_FALLBACK };
	int rc = option_read_arguments(command, argv, options, origins, err);

	/* After a mistake the log options are still wanted. */
	for (size_t i = 0; i < OPTIONS_N; i++) {
		struct err later;

		if (option_is_for(&option_table[i], command) &&
		    read_variables(i, options, origins,
			rc == 0 ? err : &later) < 0)
			rc = -1;
	}
	log_setup(options->is_verbose ? LOG_DEBUG :
		options->is_quiet     ? LOG_WARNING :
					LOG_INFO,
	    options->is_json_log);
	if (rc == 0) {
		warn_of_unknown_variables();
		rc = check(command, options, origins, err);
	}
	if (rc == 0 && command->id == COMMAND_CHECK)
		option_note_settings(command, options, origins);
	return rc;
}

static void
free_side(struct option_side *side)
{
	mem_free(side->profile);
	list_free(&side->roles);
}

void
options_free(struct options *options)
{
	list_free(&options->settings);
	list_free(&options->arguments);
	mem_free(options->name);
	list_free(&options->namespaces);
	mem_free(options->namespace_selector);
	list_free(&options->excluded_namespaces);
	list_free(&options->service_accounts);
	mem_free(options->format);
	list_free(&options->registries);
	list_free(&options->to);
	mem_free(options->registry);
	mem_free(options->region);
	list_free(&options->roles);
	mem_free(options->external_id);
	mem_free(options->role_session_name);
	mem_free(options->profile);
	mem_free(options->verify);
	mem_free(options->kubeconfig);
	mem_free(options->context);
	mem_free(options->eks_cluster);
	mem_free(options->eks_role_arn);
	mem_free(options->service_account_dir);
	list_free(&options->from);
	list_free(&options->prefixes);
	list_free(&options->statuses);
	free_side(&options->source);
	free_side(&options->destination);
	*options = (struct options){ 0 };
}
