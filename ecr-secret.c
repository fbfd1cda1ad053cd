/*
 * ecr-secret: keeps an Amazon ECR token in a Kubernetes Secret.
 *
 * One tick, from AWS credentials to a refreshed Secret, then exit: read
 * "steps", then the step that you came for. Other commands are in cmd/.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/http.h"
#include "base/mem.h"
#include "base/process.h"
#include "cmd/check/check.h"
#include "cmd/command.h"
#include "cmd/grant/grant.h"
#include "cmd/options/options.h"
#include "cmd/place.h"
#include "cmd/plugin/credential_provider.h"
#include "cmd/plugin/docker_helper.h"
#include "cmd/print.h"
#include "cmd/replicate/replicate.h"
#include "cmd/report.h"
#include "cmd/secrets.h"
#include "cmd/service_accounts.h"
#include "cmd/token_source.h"
#include "cmd/verify.h"

/* All that a tick works with. */
struct tick {
	const struct options *options;
	struct report *report;
	struct http *http;
	struct token_source source;
	struct place place;
	struct docker_entry *entries;
	struct secret_wish wish;
	struct secrets secrets;
};

/* Regions, endpoints and whom to trust. */
static int
find_aws(struct tick *tick, struct err *err)
{
	return token_source_open(&tick->source, tick->options, tick->http, err);
}

static int
find_cluster(struct tick *tick, struct err *err)
{
	return place_find_cluster(&tick->place, tick->options, &tick->source,
	    tick->http, err);
}

static int
find_namespaces(struct tick *tick, struct err *err)
{
	if (place_find_namespaces(&tick->place, tick->options, tick->report,
		err) < 0)
		return -1;
	place_tell(&tick->place);
	return 0;
}

/* What the Secrets are to hold; without tokens yet, of which registries. */
static int
make_wish(struct tick *tick, struct err *err)
{
	const struct options *options = tick->options;
	struct registries *registries = &tick->source.registries;
	struct secret_wish *wish = &tick->wish;

	if (registries_assign(registries, &tick->source.aws, err) < 0)
		return -1;
	wish->own_region = registries->tokens[0].region;
	wish->now = http_now(tick->http);
	wish->docker.others = options->merge ? DOCKER_KEEP :
	    options->force                   ? DOCKER_DROP :
					       DOCKER_REFUSE;
	wish->docker.has_all_names = options->all_hosts;
	mem_free(tick->entries);
	tick->entries = registries_make_entries(registries, options->all_hosts,
	    &wish->docker.entries_n);
	wish->docker.entries = tick->entries;
	return 0;
}

/* Is the image of --verify in a registry that is written, as far as known? */
static int
check_image(struct tick *tick, struct err *err)
{
	const struct docker_entry *entry;

	if (tick->options->verify == NULL)
		return 0;
	if (make_wish(tick, err) < 0)
		return -1;
	return verify_find_entry(tick->options->verify, tick->entries,
	    tick->wish.docker.entries_n, &entry, err);
}

/* One in each namespace, and what is wanted of all but for what they hold. */
static int
open_secrets(struct tick *tick, struct err *err)
{
	const struct options *options = tick->options;

	(void)err;
	tick->wish.name = options->name;
	tick->wish.format = format_find(options->format);
	tick->wish.is_dry_run = options->dry_run;
	tick->wish.min_remaining_s = (time_t)(options->min_remaining_ms / 1000);
	tick->wish.parallel = (size_t)options->parallel;
	secrets_open(&tick->secrets, &tick->place.api, &tick->place.namespaces,
	    tick->place.is_fan_out, &tick->wish);
	return 0;
}

/* By --min-remaining; if all are fresh, AWS is not asked. */
static int
leave_fresh_secrets(struct tick *tick, struct err *err)
{
	if (tick->wish.min_remaining_s == 0)
		return 0;
	if (make_wish(tick, err) < 0)
		return -1;
	return secrets_leave_fresh(&tick->secrets, tick->report, err);
}

/* The others are read while AWS is asked. */
static int
start_reading_secrets(struct tick *tick, struct err *err)
{
	(void)err;
	secrets_start_reading(&tick->secrets);
	return 0;
}

/* Who we are, or become by the roles of --role-arn. */
static int
find_credentials(struct tick *tick, struct err *err)
{
	if (tick->secrets.stale == 0)
		return 0;
	return token_source_find_credentials(&tick->source, err);
}

/* One failure is no reason to withhold the others' tokens. */
static int
fetch_tokens(struct tick *tick, struct err *err)
{
	size_t good;

	if (tick->secrets.stale == 0)
		return 0;
	if (token_source_fetch(&tick->source, tick->report, &good, err) < 0)
		return -1;
	return good > 0 ? 0 : -1;
}

/*
 * A failure is no reason to let a Secret that exists run out, only not to
 * create one. Where there is no token, that has been reported.
 */
static int
verify(struct tick *tick, struct err *err)
{
	const char *image = tick->options->verify;
	const struct docker_entry *entry;
	struct err failure = { 0 };

	if (image == NULL || tick->secrets.stale == 0)
		return 0;
	if (make_wish(tick, err) < 0 ||
	    verify_find_entry(image, tick->entries, tick->wish.docker.entries_n,
		&entry, err) < 0)
		return -1;
	if (entry == NULL || entry->auth == NULL ||
	    verify_image(image, entry, &tick->source.aws, &failure) == 0)
		return 0;
	report_failed(tick->report, 0, &failure);
	tick->wish.unverified = image;
	tick->wish.unverified_kind = failure.kind;
	return 0;
}

/* A registry without a token keeps the entry that the Secret has. */
static int
write_secrets(struct tick *tick, struct err *err)
{
	if (tick->secrets.stale == 0)
		return 0;
	if (make_wish(tick, err) < 0)
		return -1;
	return secrets_write(&tick->secrets, tick->report, err);
}

/* Where pods are to pull with the Secret, and it is there. */
static int
add_to_service_accounts(struct tick *tick, struct err *err)
{
	const struct options *options = tick->options;
	struct list good = { 0 };

	(void)err;
	if (options->service_accounts.n == 0)
		return 0;
	secrets_add_good(&tick->secrets, &good);
	service_accounts_add(
	    &(struct service_accounts_wish){
		.names = &options->service_accounts,
		.namespaces = &good,
		.secret = options->name,
		.is_fan_out = tick->place.is_fan_out,
		.is_dry_run = options->dry_run,
		.parallel = (size_t)options->parallel,
		.order = tick->place.namespaces.n,
	    },
	    &tick->place.api, tick->report);
	list_free(&good);
	return 0;
}

/* One tick. A step that fails has set err, or reported it already. */
static int (*const steps[])(struct tick *tick, struct err *err) = {
	find_aws,
	check_image,
	find_cluster,
	find_namespaces,
	open_secrets,
	leave_fresh_secrets,
	start_reading_secrets,
	find_credentials,
	fetch_tokens,
	verify,
	write_secrets,
	add_to_service_accounts,
};

static void
refresh(const struct options *options, struct report *report)
{
	struct tick tick = { .options = options, .report = report };
	struct err err = { 0 };
	size_t i = 0, n = sizeof(steps) / sizeof(steps[0]);

	tick.http = http_new(options->timeout_ms, (size_t)options->parallel);
	while (i < n && steps[i](&tick, &err) == 0)
		i++;
	if (i < n && err.kind != ERR_NONE)
		report_failed(report, SIZE_MAX, &err);
	http_free(tick.http); /* first: transfers borrow from the rest */
	secrets_free(&tick.secrets);
	mem_free(tick.entries);
	place_close(&tick.place);
	token_source_close(&tick.source);
}

static const struct command refresh_command = {
	.id = COMMAND_REFRESH,
	.name = "refresh",
	.usage = "[refresh] [OPTION]...",
	.purpose =
	    "Fetches an Amazon ECR token and writes it into a Kubernetes "
	    "Secret.\nOther commands, each with --help of its own: check, print, "
	    "grant, replicate,\ncredential-provider.",
	.success = "the Secret holds a good token",
	.run = refresh,
};

/* The first one need not be named. */
static const struct command *const commands[] = {
	&refresh_command,
	&check_command,
	&print_command,
	&grant_command,
	&replicate_command,
	&credential_provider_command,
	&docker_helper_command,
};

enum {
	COMMANDS = sizeof(commands) / sizeof(commands[0]),
};

/* By the name that we are called by, or the first word; else the first one. */
static const struct command *
find_command(char ***argv, struct err *err)
{
	const char *path = (*argv)[0] != NULL ? (*argv)[0] : "";
	const char *slash = strrchr(path, '/');
	const char *called = slash != NULL ? slash + 1 : path;
	const char *name = path[0] != '\0' ? (*argv)[1] : NULL;

	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i]->is_program &&
		    strcmp(called, commands[i]->name) == 0)
			return commands[i];
	if (name == NULL || name[0] == '-')
		return commands[0];
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i]->name) == 0) {
			(*argv)++;
			return commands[i];
		}
	(void)err_set(err, ERR_USAGE, "unknown command \"%s\"; see --help",
	    name);
	return NULL;
}

static int
run(const struct command *command, char **argv, struct options *options,
    struct report *report, struct err *err)
{
	if (options_read(command, argv, options, err) < 0)
		return -1;
	if (options->wants_help)
		options_print_help(command);
	else if (options->wants_version)
		(void)printf("ecr-secret %s\n", VERSION);
	else
		command->run(options, report);
	if (fflush(stdout) != 0 || ferror(stdout))
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
	const struct command *command;

	process_setup();
	mem_init();
	(void)argc;
	command = find_command(&argv, &err);
	if (command == NULL || run(command, argv, &options, &report, &err) < 0)
		report_failed(&report, 0, &err);
	options_free(&options);
	return command != NULL && command->finish != NULL ?
	    command->finish(&report) :
	    report_finish(&report);
}
