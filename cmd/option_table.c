/* What each option is, and the help that is made of it. */
#include "cmd/option_table.h"

#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cmd/eks_cluster.h"
#include "cmd/format.h"
#include "cmd/namespaces.h"
#include "cmd/print.h"
#include "cmd/registry_spec.h"
#include "cmd/verify.h"
#include "k8s.h"

#define FIELD(name) offsetof(struct options, name)

enum {
	SHORT = 16, /* a default that fits behind its help */
};

static const char *
check_secret_name(const char *text, bool any_host)
{
	(void)any_host;
	return k8s_is_name(text) ? NULL : "a name that Kubernetes allows";
}

static const char *
check_namespace(const char *text, bool any_host)
{
	(void)any_host;
	return namespaces_is_pattern(text) ?
	    NULL :
	    "a namespace's name, or a glob with * and ?";
}

static const char *
check_service_account(const char *text, bool any_host)
{
	(void)any_host;
	return k8s_is_name(text) || strcmp(text, "*") == 0 ?
	    NULL :
	    "a ServiceAccount's name, or *";
}

static const char *
check_format(const char *text, bool any_host)
{
	(void)any_host;
	return format_find(text) != NULL ?
	    NULL :
	    "dockerconfigjson, basic-auth, argocd-repository or "
	    "argocd-repo-creds";
}

static const char *
check_print_format(const char *text, bool any_host)
{
	(void)any_host;
	return print_is_format(text) ?
	    NULL :
	    "docker-config, password, json, secret-yaml, dockerconfigjson, "
	    "basic-auth, argocd-repository or argocd-repo-creds";
}

static const char *
check_region(const char *text, bool any_host)
{
	(void)any_host;
	return endpoint_is_region(text) ? NULL :
					  "a region such as eu-central-1";
}

static const char *
check_registry(const char *text, bool any_host)
{
	struct registry_spec spec = { 0 };
	const char *fault = registry_spec_parse(text, any_host, &spec);

	registry_spec_free(&spec);
	return fault;
}

static const char *
check_role(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_role(text) ?
	    NULL :
	    "a role's ARN, such as arn:aws:iam::111122223333:role/NAME";
}

static const char *
check_external_id(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_external_id(text) ?
	    NULL :
	    "2 to 1224 letters, digits or any of _+=,.@:/-";
}

static const char *
check_session_name(const char *text, bool any_host)
{
	(void)any_host;
	return registry_spec_is_session_name(text) ?
	    NULL :
	    "2 to 64 letters, digits or any of _+=,.@-";
}

static const char *
check_eks_cluster(const char *text, bool any_host)
{
	char *region = NULL;
	bool is_good = eks_cluster_parse(text, &region) != NULL;

	(void)any_host;
	mem_free(region);
	return is_good ? NULL : "[REGION/]NAME of an EKS cluster";
}

static const char *
check_image(const char *text, bool any_host)
{
	(void)any_host;
	return verify_find_fault(text);
}

const struct option_definition option_table[OPTIONS_N] = {
	{ "log-format", 0, OPTION_FLAG, FIELD(is_json_log), "text|json",
	    "how events are written", "json or text", .fallback = "text",
	    .commands = COMMAND_ALL },
	{ "verbose", 'v', OPTION_FLAG, FIELD(is_verbose), NULL,
	    "show each request", .commands = COMMAND_ALL },
	{ "quiet", 'q', OPTION_FLAG, FIELD(is_quiet), NULL,
	    "show warnings and errors only", .commands = COMMAND_ALL },
	{ "name", 0, OPTION_TEXT, FIELD(name), "NAME", "the Secret", "a name",
	    .fallback = "ecr-registry", .aliases = { "DOCKER_SECRET_NAME" },
	    .find_fault = check_secret_name, .commands = COMMAND_ALL },
	{ "namespace", 0, OPTION_LIST, FIELD(namespaces), "LIST",
	    "where to write it; else the pod's or context's",
	    "a namespace's name", .split = OPTION_SPLIT,
	    .variable_split = OPTION_SPLIT, .alias_split = OPTION_SPLIT,
	    .aliases = { "TARGET_NAMESPACE" }, .find_fault = check_namespace },
	{ "namespace", 0, OPTION_LIST, FIELD(namespaces), "LIST",
	    "of manifests; else none is in them", "a namespace's name",
	    .split = OPTION_SPLIT, .variable_split = OPTION_SPLIT,
	    .alias_split = OPTION_SPLIT, .aliases = { "TARGET_NAMESPACE" },
	    .find_fault = check_namespace, .commands = COMMAND_PRINT },
	{ "all-namespaces", 0, OPTION_FLAG, FIELD(all_namespaces), NULL,
	    "write it to every namespace" },
	{ "namespace-selector", 0, OPTION_TEXT, FIELD(namespace_selector),
	    "LABELS", "only to namespaces with these labels", "a selector" },
	{ "exclude-namespace", 0, OPTION_LIST, FIELD(excluded_namespaces),
	    "LIST", "never to these; globs too", "a namespace's name",
	    .split = OPTION_SPLIT, .variable_split = OPTION_SPLIT,
	    .alias_split = OPTION_SPLIT, .aliases = { "EXCLUDE_NAMESPACE" },
	    .find_fault = check_namespace },
	{ "service-account", 0, OPTION_LIST, FIELD(service_accounts), "LIST",
	    "whose imagePullSecrets get it; * for all",
	    "a ServiceAccount's name", .split = OPTION_SPLIT,
	    .variable_split = OPTION_SPLIT, .alias_split = OPTION_SPLIT,
	    .find_fault = check_service_account },
	{ "format", 0, OPTION_TEXT, FIELD(format), "FORMAT",
	    "dockerconfigjson, basic-auth, argocd-repository,\n"
	    "                              argocd-repo-creds",
	    "a format", .fallback = "dockerconfigjson",
	    .find_fault = check_format },
	{ "format", 0, OPTION_TEXT, FIELD(format), "FORM",
	    "docker-config, password, json, secret-yaml,\n"
	    "                              argocd-repository, argocd-repo-creds,\n"
	    "                              dockerconfigjson, basic-auth",
	    "a format", .fallback = "docker-config",
	    .find_fault = check_print_format, .commands = COMMAND_PRINT },
	{ "registry", 0, OPTION_LIST, FIELD(registries), "SPEC",
	    "host, ACCOUNT, ACCOUNT.REGION or public.ecr.aws", "a registry",
	    .split = "", .variable_split = OPTION_SPLIT_WORDS,
	    .alias_split = OPTION_SPLIT,
	    .aliases = { "DOCKER_REGISTRIES", "AWS_ACCOUNT_IDS" },
	    .find_fault = check_registry, .commands = COMMAND_ALL },
	{ "any-host", 0, OPTION_FLAG, FIELD(any_host), NULL,
	    "accept registry hosts that are not ECR's",
	    .commands = COMMAND_ALL },
	{ "all-hosts", 0, OPTION_FLAG, FIELD(all_hosts), NULL,
	    "also write FIPS and dual-stack host names",
	    .commands = COMMAND_ALL },
	{ "region", 0, OPTION_TEXT, FIELD(region), "REGION",
	    "for accounts without one, and STS", "a region",
	    .find_fault = check_region, .commands = COMMAND_ALL },
	{ "profile", 0, OPTION_TEXT, FIELD(profile), "PROFILE",
	    "of AWS's shared files; beats keys in variables",
	    "a profile's name", .commands = COMMAND_ALL },
	{ "role-arn", 0, OPTION_LIST, FIELD(roles), "ARN",
	    "role to ask as; repeat it to chain", "a role's ARN", .split = "",
	    .variable_split = OPTION_SPLIT_WORDS,
	    .alias_split = OPTION_SPLIT_WORDS,
	    .aliases = { "AWS_ECR_ROLE_ARN" }, .find_fault = check_role,
	    .commands = COMMAND_ALL },
	{ "external-id", 0, OPTION_TEXT, FIELD(external_id), "ID",
	    "that the last role's trust policy wants", "an id",
	    .find_fault = check_external_id, .commands = COMMAND_ALL },
	{ "role-session-name", 0, OPTION_TEXT, FIELD(role_session_name), "NAME",
	    "of the last role's session", "a name",
	    .find_fault = check_session_name, .commands = COMMAND_ALL },
	{ "merge", 0, OPTION_FLAG, FIELD(merge), NULL,
	    "keep other registries in the Secret" },
	{ "force", 0, OPTION_FLAG, FIELD(force), NULL,
	    "drop other registries in the Secret" },
	{ "min-remaining", 0, OPTION_DURATION, FIELD(min_remaining_ms),
	    "DURATION", "leave a Secret alone that is good for longer",
	    "a duration from 1ms to 1d, such as 6h" },
	{ "verify", 0, OPTION_TEXT, FIELD(verify), "IMAGE",
	    "ask for it with the new token; a failure\n"
	    "                              withholds a first write",
	    "an image", .find_fault = check_image },
	{ "dry-run", 0, OPTION_FLAG, FIELD(dry_run), NULL,
	    "do everything but the write" },
	{ "parallel", 0, OPTION_NUMBER, FIELD(parallel), "N",
	    "requests in flight to the API server", "a number from 1 to 256",
	    .fallback = "16" },
	{ "timeout", 0, OPTION_DURATION, FIELD(timeout_ms), "DURATION",
	    "limit of the whole run",
	    "a duration from 1ms to 1d, such as 90s or 5m", .fallback = "60s",
	    .commands = COMMAND_ALL },
	{ "kubeconfig", 0, OPTION_TEXT, FIELD(kubeconfig), "FILE",
	    "the way to the cluster; else KUBECONFIG's", "a file" },
	{ "context", 0, OPTION_TEXT, FIELD(context), "NAME",
	    "of the kubeconfig; else its current one", "a context's name" },
	{ "eks-cluster", 0, OPTION_TEXT, FIELD(eks_cluster), "[REGION/]NAME",
	    "write to this EKS cluster",
	    "an EKS cluster, such as eu-central-1/prod",
	    .find_fault = check_eks_cluster },
	{ "eks-role-arn", 0, OPTION_TEXT, FIELD(eks_role_arn), "ARN",
	    "role to be in that cluster", "a role's ARN",
	    .find_fault = check_role },
	{ "service-account-dir", 0, OPTION_TEXT, FIELD(service_account_dir),
	    "DIR", "where a pod's token, ca.crt and namespace are",
	    "a directory" },
	{ "help", 'h', OPTION_FLAG, FIELD(wants_help), NULL, "print this help",
	    .has_no_variable = true, .commands = COMMAND_ALL },
	{ "version", 0, OPTION_FLAG, FIELD(wants_version), NULL,
	    "print the version", .has_no_variable = true,
	    .commands = COMMAND_ALL },
};

void
options_print_help(const struct command *command)
{
	(void)printf("usage: ecr-secret %s\n\n%s\n\n", command->usage,
	    command->purpose);
	for (size_t i = 0; i < OPTIONS_N; i++) {
		const struct option_definition *def = &option_table[i];
		struct buf left = { 0 };

		if (!option_is_for(def, command))
			continue;
		buf_addf(&left, "--%s", def->name);
		if (def->argument != NULL)
			buf_addf(&left, " %s", def->argument);
		if (def->letter != 0)
			buf_addf(&left, ", -%c", def->letter);
		(void)printf("  %-27s %s", left.data, def->help);
		if (def->fallback != NULL && strlen(def->fallback) < SHORT)
			(void)printf(" (%s)", def->fallback);
		else if (def->fallback != NULL)
			(void)printf("\n  %-27s (%s)", "", def->fallback);
		(void)printf("\n");
		buf_free(&left);
	}
	(void)printf(
	    "\nA registry may be followed by ,role=ARN ,external-id=ID "
	    ",session-name=NAME.\n--registry and --role-arn may be repeated. "
	    "Each --some-option is also\n" OPTION_PREFIX
	    "SOME_OPTION; AWS_* variables are honoured.\nExit codes: 0 %s, 64 "
	    "usage, 69 refused, 70 bug,\n71 system, 75 try again, 76 "
	    "protocol, 77 denied, 78 configuration.\n",
	    command->success);
}
