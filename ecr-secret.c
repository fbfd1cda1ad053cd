/*
 * ecr-secret: keeps an Amazon ECR token in a Kubernetes Secret.
 *
 * One tick, from AWS credentials to a refreshed Secret, then exit: read
 * "steps", then the step that you came for.
 */
#include <stdio.h>
#include <string.h>

#include "aws/config.h"
#include "aws/creds.h"
#include "aws/sts.h"
#include "base/http.h"
#include "base/mem.h"
#include "base/process.h"
#include "cluster/api.h"
#include "cluster/in_cluster.h"
#include "cmd/options.h"
#include "cmd/registries.h"
#include "cmd/report.h"
#include "cmd/secrets.h"

/* All that a tick works with. */
struct tick {
	const struct options *options;
	struct report *report;
	struct http *http;
	struct aws aws;
	struct creds creds;
	struct registries registries;
	struct cluster cluster;
	struct cluster_api api;
	struct list namespaces;
	struct secrets secrets;
};

/* Regions, endpoints and whom to trust. */
static int
find_aws(struct tick *tick, struct err *err)
{
	registries_parse(&tick->options->registries, &tick->registries);
	tick->aws.fallback_region = registries_region(&tick->registries);
	return aws_open(&tick->aws, tick->http, tick->options->region,
	    tick->options->profile, err);
}

static int
find_cluster(struct tick *tick, struct err *err)
{
	const char *dir = tick->options->service_account_dir;

	if (cluster_find_in_cluster(dir, &tick->cluster, err) < 0)
		return -1;
	return cluster_api_open(&tick->api, tick->http, &tick->cluster, err);
}

/* Those named; else the pod's own, never a silent "default". */
static int
find_namespaces(struct tick *tick, struct err *err)
{
	const struct options *options = tick->options;
	const struct list *named = &options->namespaces;

	for (size_t i = 0; i < named->n; i++)
		if (!list_has(&tick->namespaces, named->items[i]))
			list_add(&tick->namespaces, named->items[i]);
	if (named->n > 0)
		return 0;
	if (tick->cluster.namespace == NULL)
		return err_set(err, ERR_USAGE,
		    "--namespace: not given, and %s/namespace can't be read",
		    options->service_account_dir);
	if (!k8s_is_namespace(tick->cluster.namespace))
		return err_set(err, ERR_CONFIG,
		    "%s/namespace: \"%.100s\" is no namespace's name",
		    options->service_account_dir, tick->cluster.namespace);
	list_add(&tick->namespaces, tick->cluster.namespace);
	return 0;
}

/* The Secrets are read while AWS is asked. */
static int
start_reading_secrets(struct tick *tick, struct err *err)
{
	(void)err;
	secrets_start_reading(&tick->secrets, &tick->api, &tick->namespaces,
	    tick->options->name);
	return 0;
}

/* Who we are, or become by the roles of --role-arn. */
static int
find_credentials(struct tick *tick, struct err *err)
{
	const struct options *options = tick->options;
	const char *region;

	if (creds_find(&tick->aws, &tick->creds, err) < 0)
		return -1;
	if (options->roles.n == 0)
		return 0;
	if (creds_find_region(&tick->aws, &region, err) < 0)
		return -1;
	return sts_assume_chain(&tick->aws, region, &options->roles,
	    &(struct sts_role){ .external_id = options->external_id,
		.session_name = options->role_session_name },
	    &tick->creds, err);
}

/* One failure is no reason to withhold the others' tokens. */
static int
fetch_tokens(struct tick *tick, struct err *err)
{
	struct registries *registries = &tick->registries;

	if (registries_fetch(registries, &tick->aws, &tick->creds,
		tick->options->any_host, err) < 0)
		return -1;
	return registries_report(registries, tick->report) > 0 ? 0 : -1;
}

/* A registry without a token keeps the entry that the Secret has. */
static int
write_secrets(struct tick *tick, struct err *err)
{
	struct secrets_wish wish = {
		.name = tick->options->name,
		.is_dry_run = tick->options->dry_run,
		.now = http_now(tick->http),
	};
	struct docker_entry *entries =
	    registries_make_entries(&tick->registries, tick->options->all_hosts,
		&wish.docker.entries_n);

	(void)err;
	wish.docker.entries = entries;
	wish.docker.others = DOCKER_REFUSE;
	if (tick->options->merge)
		wish.docker.others = DOCKER_KEEP;
	if (tick->options->force)
		wish.docker.others = DOCKER_DROP;
	secrets_write(&tick->secrets, &wish, tick->report);
	mem_free(entries);
	return 0;
}

/* One tick. A step that fails has set err, or reported it already. */
static int (*const steps[])(struct tick *tick, struct err *err) = {
	find_aws,
	find_cluster,
	find_namespaces,
	start_reading_secrets,
	find_credentials,
	fetch_tokens,
	write_secrets,
};

static void
refresh(const struct options *options, struct report *report)
{
	struct tick tick = { .options = options, .report = report };
	struct err err = { 0 };
	size_t i = 0, n = sizeof(steps) / sizeof(steps[0]);

	tick.http = http_new(options->timeout_ms);
	while (i < n && steps[i](&tick, &err) == 0)
		i++;
	if (i < n && err.kind != ERR_NONE)
		report_failed(report, &err);
	http_free(tick.http); /* first: transfers borrow from the rest */
	secrets_free(&tick.secrets);
	list_free(&tick.namespaces);
	cluster_api_close(&tick.api);
	cluster_free(&tick.cluster);
	registries_free(&tick.registries);
	creds_free(&tick.creds);
	aws_close(&tick.aws);
}

static void
print_version(void)
{
	(void)printf("ecr-secret %s\n", VERSION);
}

/* Skips the command's name; refresh is the one that need not be named. */
static int
find_command(int *argc, char ***argv, struct err *err)
{
	if (*argc < 2 || (*argv)[1][0] == '-')
		return 0;
	if (strcmp((*argv)[1], "refresh") != 0)
		return err_set(err, ERR_USAGE,
		    "unknown command \"%s\"; see --help", (*argv)[1]);
	(*argc)--;
	(*argv)++;
	return 0;
}

static int
run(int argc, char **argv, struct options *options, struct report *report,
    struct err *err)
{
	if (find_command(&argc, &argv, err) < 0)
		return -1;
	if (options_read(argc, argv, options, err) < 0)
		return -1;
	if (options->wants_help)
		options_print_help();
	else if (options->wants_version)
		print_version();
	else
		refresh(options, report);
	if (fflush(stdout) != 0)
		return err_set(err, ERR_SYSTEM,
		    "standard output can't be written to");
	return 0;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct report report = { 0 };
	struct err err = { 0 };

	process_setup();
	mem_init();
	if (run(argc, argv, &options, &report, &err) < 0)
		report_failed(&report, &err);
	options_free(&options);
	return report_finish(&report);
}
