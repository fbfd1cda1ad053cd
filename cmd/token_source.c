/* Where the registries' tokens come from. */
#include "cmd/token_source.h"

#include "aws/sts.h"

int
token_source_open(struct token_source *source, const struct options *options,
    struct http *http, struct err *err)
{
	source->options = options;
	registries_parse(&options->registries, &source->registries);
	source->aws.fallback_region = registries_region(&source->registries);
	return aws_open(&source->aws, http, options->region, options->profile,
	    err);
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
