/* "ecr-secret grant": who may pull from repositories. */
#include "cmd/grant/grant.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "aws/ecr_registry.h"
#include "aws/endpoint.h"
#include "aws/policy.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/grant/show.h"
#include "cmd/grant/wish.h"
#include "cmd/grant/write.h"
#include "cmd/token_source.h"
#include "registry/host.h"

enum {
	NAME_MIN = 2, /* the API Reference's, of a repository's name */
	NAME_MAX = 256,
};

struct grant {
	const struct options *options;
	struct report *report;
	struct http *http;
	struct token_source source;
	struct ecr_resource registry;
	char account[HOST_ACCOUNT_LEN + 1]; /* of --registry */
	struct grant_wish wish;
	struct list names; /* of repositories */
	struct buf text;   /* to be printed */
};

static bool
is_repository(const char *text)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyz0123456789._/-*?";
	size_t len = strlen(text);

	return len <= NAME_MAX && strspn(text, allowed) == len &&
	    (len >= NAME_MIN || text_is_glob(text));
}

/* --- The way there ------------------------------------------------------- */

/* Do the options make sense together? */
static int
check_options(struct grant *grant, struct err *err)
{
	const struct options *options = grant->options;
	bool has_change = options->to.n > 0 || options->remove;
	const char *only = options->show ? "show" : "iam";

	if (options->arguments.n == 0)
		return err_set(err, ERR_USAGE,
		    "grant: name a repository, or a glob such as 'team/*'");
	if (options->show && options->iam)
		return err_set(err, ERR_USAGE,
		    "--show and --iam: give one of them");
	if ((options->show || options->iam) &&
	    (has_change || options->dry_run ||
		(options->show && options->push)))
		return err_set(err, ERR_USAGE,
		    "--%s changes nothing: it goes with none of --to, "
		    "--remove%s and --dry-run",
		    only, options->show ? ", --push" : "");
	if (!has_change && !options->show && !options->iam)
		return err_set(err, ERR_USAGE,
		    "grant: give --to WHO, or --remove, --show or --iam");
	if (options->is_json_output && !options->show)
		return err_set(err, ERR_USAGE, "--output: goes with --show");
	if (options->iam && options->registry == NULL)
		return err_set(err, ERR_USAGE,
		    "--iam: give --registry ACCOUNT.REGION, where the "
		    "repositories are");
	return 0;
}

/* Whose registry, and in which region? */
static int
find_registry(struct grant *grant, struct err *err)
{
	const struct options *options = grant->options;
	struct aws *aws = &grant->source.aws;

	if (token_source_open(&grant->source, options, grant->http, err) < 0)
		return -1;
	grant->registry.aws = aws;
	grant->registry.creds = &grant->source.creds;
	if (options->registry == NULL)
		return creds_find_region(aws, &grant->registry.region, err);
	memcpy(grant->account, options->registry, HOST_ACCOUNT_LEN);
	grant->registry.account = grant->account;
	grant->registry.region = options->registry + HOST_ACCOUNT_LEN + 1;
	aws->fallback_region = grant->registry.region;
	return 0;
}

static int
make_wish(struct grant *grant, struct err *err)
{
	const struct options *options = grant->options;

	grant->wish.has_push = options->push;
	grant->wish.is_removal = options->remove;
	for (size_t i = 0; i < options->to.n; i++)
		if (grant_wish_add(&grant->wish, options->to.items[i],
			endpoint_partition(grant->registry.region), err) < 0)
			return -1;
	return 0;
}

static int
find_credentials(struct grant *grant, struct err *err)
{
	return token_source_find_credentials(&grant->source, err);
}

/* Adds the names that a glob matches; none is a mistake, or will be one. */
static void
add_matching(struct grant *grant, size_t argument, const struct list *all)
{
	const char *glob = grant->options->arguments.items[argument];
	struct err err = { 0 };
	bool is_found = false;

	for (size_t i = 0; i < all->n; i++) {
		const char *name = all->items[i];

		if (fnmatch(glob, name, 0) != 0)
			continue;
		is_found = true;
		if (!list_has(&grant->names, name))
			list_add(&grant->names, name);
	}
	if (is_found)
		return;
	(void)err_set(&err, ERR_REFUSED,
	    "%s: none of the %zu repositories in %s matches", glob, all->n,
	    grant->registry.region);
	report_failed(grant->report, argument, &err);
}

/* Names as they were given; they are listed only for a glob. */
static int
find_repositories(struct grant *grant, struct err *err)
{
	const struct list *arguments = &grant->options->arguments;
	struct list all = { 0 };
	bool is_listed = false;
	int rc = 0;

	for (size_t i = 0; i < arguments->n && rc == 0; i++) {
		const char *name = arguments->items[i];

		if (!text_is_glob(name)) {
			if (!list_has(&grant->names, name))
				list_add(&grant->names, name);
			continue;
		}
		if (!is_listed)
			rc = ecr_list_repositories(&grant->registry, &all, err);
		is_listed = true;
		list_sort(&all);
		if (rc == 0)
			add_matching(grant, i, &all);
	}
	list_free(&all);
	return rc;
}

/* --- What is done -------------------------------------------------------- */

static struct ecr_resource
repository_at(const struct grant *grant, size_t i)
{
	struct ecr_resource repository = grant->registry;

	repository.repository = grant->names.items[i];
	return repository;
}

/* Each for itself: that one can't be changed is no reason to leave another. */
static int
write_policies(struct grant *grant, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < grant->names.n; i++) {
		const struct ecr_resource repository = repository_at(grant, i);
		struct err failure = { 0 };

		if (grant_write(
			&(struct grant_job){
			    .repository = &repository,
			    .wish = &grant->wish,
			    .is_dry_run = grant->options->dry_run,
			},
			grant->report, &failure) < 0)
			report_failed(grant->report, i, &failure);
	}
	return 0;
}

/* Whose it is, is known from --registry, or from the policy. */
static int
add_shown(const struct ecr_resource *repository, struct cJSON *list,
    struct err *err)
{
	struct cJSON *policy = NULL, *shown;
	char *account = NULL;

	if (ecr_fetch_policy(repository, &account, &policy, err) < 0) {
		err_wrap(err, "%s", repository->repository);
		return -1;
	}
	shown = json_new_object();
	json_add_text(shown, "repository", repository->repository);
	if (repository->account != NULL || account != NULL)
		json_add_text(shown, "account",
		    repository->account != NULL ? repository->account :
						  account);
	json_add_text(shown, "region", repository->region);
	json_add(shown, "hasPolicy", json_new_bool(!policy_is_empty(policy)));
	json_add(shown, "statements", grant_show_make(policy));
	json_append(list, shown);
	json_free(policy);
	mem_free(account);
	return 0;
}

static void
add_words(struct buf *out, const struct cJSON *shown)
{
	const char *account = json_get_text(shown, "account");

	buf_addf(out, "%s (%s%s%s)\n", json_get_text(shown, "repository"),
	    account != NULL ? account : "", account != NULL ? "." : "",
	    json_get_text(shown, "region"));
	if (json_first(json_get(shown, "statements")) == NULL)
		buf_add_str(out,
		    "  no policy: nobody but the account that owns it\n");
	grant_show_add_words(out, json_get(shown, "statements"));
}

static int
show(struct grant *grant, struct err *err)
{
	bool is_json = grant->options->is_json_output;
	struct cJSON *list = json_new_array();

	(void)err;
	for (size_t i = 0; i < grant->names.n; i++) {
		const struct ecr_resource repository = repository_at(grant, i);
		struct err failure = { 0 };

		if (add_shown(&repository, list, &failure) < 0)
			report_failed(grant->report, i, &failure);
	}
	if (is_json)
		json_add_to(&grant->text, list);
	for (const struct cJSON *shown = json_first(list);
	    shown != NULL && !is_json; shown = json_next(shown))
		add_words(&grant->text, shown);
	(void)printf("%s%s", buf_str(&grant->text), is_json ? "\n" : "");
	json_free(list);
	return 0;
}

/* A glob of ours is one of IAM's. */
static int
print_identity_policy(struct grant *grant, struct err *err)
{
	const struct list *arguments = &grant->options->arguments;
	const char *region = grant->registry.region;
	struct list resources = { 0 };

	(void)err;
	for (size_t i = 0; i < arguments->n; i++)
		list_addf(&resources, "arn:%s:ecr:%s:%s:repository/%s",
		    endpoint_partition(region), region, grant->account,
		    arguments->items[i]);
	grant_wish_add_identity_policy(&grant->text, &resources,
	    grant->options->push);
	(void)printf("%s", grant->text.data);
	list_free(&resources);
	return 0;
}

/* A step that fails has set err, or reported it already. */
static int (*const steps_to_write[])(struct grant *grant, struct err *err) = {
	check_options,
	find_registry,
	make_wish,
	find_credentials,
	find_repositories,
	write_policies,
	NULL,
};
static int (*const steps_to_show[])(struct grant *grant, struct err *err) = {
	check_options,
	find_registry,
	find_credentials,
	find_repositories,
	show,
	NULL,
};
static int (*const steps_to_print[])(struct grant *grant, struct err *err) = {
	check_options,
	find_registry,
	print_identity_policy,
	NULL,
};

static void
grant(const struct options *options, struct report *report)
{
	int (*const *next)(struct grant *grant, struct err *err) =
	    options->iam  ? steps_to_print :
	    options->show ? steps_to_show :
			    steps_to_write;
	struct grant state = { .options = options, .report = report };
	struct err err = { 0 };

	state.http = http_new(options->timeout_ms, 0);
	while (*next != NULL && (*next)(&state, &err) == 0)
		next++;
	if (*next != NULL && err.kind != ERR_NONE)
		report_failed(report, SIZE_MAX, &err);
	http_free(state.http); /* first: transfers borrow from the rest */
	list_free(&state.names);
	grant_wish_free(&state.wish);
	buf_free(&state.text);
	token_source_close(&state.source);
}

const struct command grant_command = {
	.id = COMMAND_GRANT,
	.name = "grant",
	.usage = "grant REPOSITORY... --to WHO [OPTION]...",
	.purpose =
	    "Lets others pull from ECR repositories, by a statement in their "
	    "policies.\nA repository may be a glob, such as 'team/*'.",
	.success = "the policies are as wanted",
	.run = grant,
	.argument = "a repository",
	.check = { is_repository,
	    "a repository's name, such as team/app, or a glob with * and ?" },
};
