/* Where the registries' tokens come from. */
#include "cmd/token_source.h"

#include "aws/sts.h"
#include "base/mem.h"

/* Who asked, in CloudTrail and trust policies: as the official plugin. */
#define SESSION_NAME "ecr-credential-provider"

static int
open_for(struct token_source *source, const struct options *options,
    const struct list *specs, struct http *http, struct err *err)
{
	source->options = options;
	registries_parse(specs, &source->registries);
	source->aws.fallback_region = registries_region(&source->registries);
	return aws_open(&source->aws, http, options->region, options->profile,
	    err);
}

int
token_source_open(struct token_source *source, const struct options *options,
    struct http *http, struct err *err)
{
	return open_for(source, options, &options->registries, http, err);
}

int
token_source_open_host(struct token_source *source,
    const struct options *options, const char *host, struct http *http,
    struct err *err)
{
	struct list specs = { 0 };
	int rc;

	list_add(&specs, host);
	rc = open_for(source, options, &specs, http, err);
	list_free(&specs);
	return rc;
}

int
token_source_find_identity(struct token_source *source, struct err *err)
{
	if (source->identity.source != NULL)
		return 0;
	return creds_find(&source->aws, &source->identity, err);
}

int
token_source_find_credentials(struct token_source *source, struct err *err)
{
	const struct options *options = source->options;

	if (token_source_find_identity(source, err) < 0)
		return -1;
	creds_copy(&source->identity, &source->creds);
	return sts_assume_chain(&source->aws, &options->roles,
	    &(struct sts_role){ .external_id = options->external_id,
		.session_name = options->role_session_name },
	    &source->creds, err);
}

/* Instance metadata, too, would be something else that this machine has. */
static const char *
choose_sts_region(const struct token_source *source)
{
	const struct aws *aws = &source->aws;

	if (source->options->region != NULL)
		return source->options->region;
	if (aws->fallback_region != NULL)
		return aws->fallback_region;
	return aws->region != NULL ? aws->region : "us-east-1";
}

int
token_source_show_token(struct token_source *source, const char *role_arn,
    const char *token, struct err *err)
{
	struct sts_role role = {
		.arn = role_arn,
		.region = choose_sts_region(source),
		.session_name = SESSION_NAME,
		.token = token,
	};

	if (sts_assume_role(&source->aws, NULL, &role, &source->creds, err) < 0)
		return -1;
	mem_free(source->creds.source);
	source->creds.source = xstrdup("the ServiceAccount's token");
	return 0;
}

int
token_source_fetch_one(struct token_source *source,
    const struct ecr_token **token, struct err *err)
{
	struct registries *registries = &source->registries;

	if (registries_assign(registries, &source->aws, err) < 0)
		return -1;
	registries_fetch(registries, &source->aws, &source->creds, false);
	if (registries->tokens[0].token.auth == NULL) {
		*err = registries->tokens[0].err;
		return -1;
	}
	*token = &registries->tokens[0].token;
	return 0;
}

int
token_source_fetch(struct token_source *source, struct report *report,
    size_t *good, struct err *err)
{
	if (registries_assign(&source->registries, &source->aws, err) < 0)
		return -1;
	registries_fetch(&source->registries, &source->aws, &source->creds,
	    source->options->any_host);
	*good = registries_report(&source->registries, report);
	return 0;
}

void
token_source_close(struct token_source *source)
{
	registries_free(&source->registries);
	creds_free(&source->creds);
	creds_free(&source->identity);
	aws_close(&source->aws);
}
