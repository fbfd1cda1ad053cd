/* "ecr-secret check": the steps, in the order in which they are printed. */
#include "cmd/check/check.h"

#include <string.h>

#include "base/mem.h"
#include "cluster/access.h"
#include "cluster/find.h"
#include "cmd/check/steps.h"
#include "cmd/verify.h"
#include "registry/host.h"
#include "registry/image.h"

enum {
	SHARE = 6, /* of the time is the most that one silent server has */
};

/* Without --registry, those of the images are meant. */
static void
add_image_registries(const struct options *options, struct list *registries)
{
	for (size_t i = 0; i < options->arguments.n; i++) {
		struct image image = { 0 };
		struct registry_host host;

		BUG_IF(image_parse(options->arguments.items[i], &image) !=
		    NULL);
		if ((options->any_host ||
			registry_host_parse(image.host, &host)) &&
		    !list_has(registries, image.host))
			list_add(registries, image.host);
		image_free(&image);
	}
}

/* Starts what the first namespace has to tell, while AWS is asked. */
static int
open_cluster(struct check *check, struct err *err)
{
	struct place *place = &check->place;
	struct report report = { 0 };
	int rc;

	if (place_find_cluster(place, check->options, &check->source,
		check->http, err) < 0)
		return -1;
	place->api.attempts_max = CHECK_ATTEMPTS;
	check->has_cluster = true;
	check->self = access_start_self(&place->api);
	rc = place_find_namespaces(place, check->options, &report, err);
	if (err->kind == ERR_NONE)
		*err = report.worst; /* of a glob that matches none */
	if (rc < 0)
		return -1;
	check->pending = look_start(&place->api,
	    "/api/v1/pods?fieldSelector=status.phase%3DPending",
	    "pods of all namespaces");
	check->asked = xcalloc(place->namespaces.n, sizeof(*check->asked));
	check_namespace_start(check, place->namespaces.items[0], check->asked);
	return 0;
}

static void
open_all(struct check *check)
{
	const struct options *options = check->options;
	struct err err = { 0 };

	findings_begin(&check->findings, "configuration");
	if (token_source_open(&check->source, options, check->http, &err) == 0)
		check->has_aws = true;
	else
		findings_fail_by(&check->findings, &err,
		    "set it right, or unset it");
	check_endpoints_ask(check);
	if (open_cluster(check, &check->cluster_err) < 0 && !check->has_cluster)
		check->is_cluster_absent = options->eks_cluster == NULL &&
		    cluster_is_nowhere(&(struct cluster_wish){
			.kubeconfig = options->kubeconfig,
			.context = options->context,
			.service_account_dir = options->service_account_dir });
}

static void
close_all(struct check *check)
{
	http_free(check->http); /* first: transfers borrow from the rest */
	if (check->asked != NULL)
		kube_secret_free(&check->asked->found);
	mem_free(check->asked);
	docker_entries_free(&check->held);
	sts_identity_free(&check->identity);
	check_endpoints_free(check);
	mem_free(check->entries);
	mem_free(check->user);
	place_close(&check->place);
	token_source_close(&check->source);
}

static void (*const steps[])(struct check *check) = {
	open_all,
	check_images_open,
	check_settings,
	check_aws,
	check_images_ask,
	check_cluster,
	check_namespaces,
	check_images,
};

static void
run(const struct options *options, struct report *report)
{
	struct options wanted = *options;
	struct check check = {
		.options = &wanted,
		.has_images = options->arguments.n > 0,
		.is_implied =
		    options->arguments.n > 0 && options->registries.n == 0,
		.findings = { .is_json = options->is_json_output,
		    .is_quiet = options->is_quiet },
	};

	if (check.is_implied)
		add_image_registries(options, &wanted.registries);
	check.http = http_new(options->timeout_ms, (size_t)options->parallel);
	http_limit_silence(check.http, options->timeout_ms / SHARE);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		steps[i](&check);
	findings_end(&check.findings);
	if (check.findings.failed > 0)
		report_printed(report, &check.findings.first);
	close_all(&check);
	if (check.is_implied)
		list_free(&wanted.registries);
}

const struct command check_command = {
	.id = COMMAND_CHECK,
	.name = "check",
	.usage = "check [OPTION]... [IMAGE]...",
	.purpose =
	    "Says of each step of a refresh, and of a pull of each IMAGE, what "
	    "is wrong and\nwhat mends it. Changes nothing.",
	.success = "all is well",
	.run = run,
	.argument = "IMAGE",
	.check.find_fault = verify_find_fault,
};
