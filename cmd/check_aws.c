/* check: AWS. Who we are, where we ask, and what we get. */
#include <string.h>

#include "aws/endpoint.h"
#include "base/clock.h"
#include "base/tls.h"
#include "cmd/check.h"

/* What mends it where a message names no remedy. */
#define SEE_ABOVE "mend what failed above first"

/* The source that failed is what the failure itself is about. */
static void
say_trace(struct findings *findings, const struct list *trace)
{
	static const char end[] = ": failed";

	for (size_t i = 0; i < trace->n; i++) {
		size_t len = strlen(trace->items[i]);

		if (len < sizeof(end) - 1 ||
		    strcmp(trace->items[i] + len - (sizeof(end) - 1), end) != 0)
			findings_ok(findings, "tried %s", trace->items[i]);
	}
}

static void
say_credentials(struct check *check)
{
	struct findings *findings = &check->findings;
	struct token_source *source = &check->source;
	struct buf who = { 0 };
	struct err err = { 0 };
	int rc;

	findings_begin(findings, "credentials");
	rc = token_source_find_credentials(source, &err);
	say_trace(findings, &source->aws.trace);
	if (rc < 0) {
		findings_fail_by(findings, &err,
		    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a "
		    "--profile, or on EKS give the pod's ServiceAccount a role "
		    "(IRSA or Pod Identity) and make the pod anew; for the "
		    "role of an EC2 node raise its metadata hop limit to 2");
		return;
	}
	check->has_creds = true;
	creds_add_identity(&source->creds, &who);
	findings_ok(findings, "found: %s", who.data);
	buf_free(&who);
}

/* ECR does not need it: where only this is refused, it is no failure. */
static void
say_identity(struct check *check, struct aws_call *call, struct err *err)
{
	struct findings *findings = &check->findings;
	struct sts_identity *identity = &check->identity;

	findings_begin(findings, "identity");
	if (call == NULL || sts_finish_identity(call, identity, err) < 0)
		findings_note_by(findings, err,
		    "only needed to see who we are; the token below says "
		    "whether the credentials are good");
	else
		findings_ok(findings, "account %s, %s", identity->account,
		    identity->arn);
}

static void
say_clock(struct check *check)
{
	struct findings *findings = &check->findings;
	long long offset = (long long)http_clock_offset(check->http);

	findings_begin(findings, "clock");
	if (offset == 0)
		findings_ok(findings,
		    "not off by more than AWS forgives, as far as it answered");
	else
		findings_tell(findings, FINDING_WARNING,
		    "set the clock of this machine or node (NTP)",
		    "%lld s %s AWS's", offset > 0 ? offset : -offset,
		    offset > 0 ? "behind" : "ahead of");
}

static void
say_endpoint(struct check *check, const struct registry_token *token)
{
	const struct aws *aws = &check->source.aws;
	enum aws_service service = token->is_public ? AWS_ECR_PUBLIC : AWS_ECR;
	const struct setting *set = &aws->endpoints.urls[service];
	struct endpoint endpoint = { 0 };
	struct err err = { 0 };

	if (aws_resolve_endpoint(aws, service,
		&(struct endpoint_params){
		    .region = token->region, .variant = token->variant },
		&endpoint, &err) < 0)
		findings_fail_by(&check->findings, &err,
		    "name the region, or unset what contradicts it");
	else
		findings_ok(&check->findings,
		    "ECR of %s, partition %s: %s%s%s%s", token->region,
		    endpoint_partition(token->region), buf_str(&endpoint.url),
		    set->who != NULL ? " (" : "",
		    set->who != NULL ? set->who : "",
		    set->who != NULL ? ")" : "");
	buf_free(&endpoint.url);
}

static void
say_endpoints(struct check *check)
{
	struct findings *findings = &check->findings;
	const struct registries *registries = &check->source.registries;
	const struct aws *aws = &check->source.aws;

	findings_begin(findings, "endpoints");
	findings_ok(findings, "profile %s (%s)", aws->profile,
	    aws->profile_origin);
	if (aws->region != NULL)
		findings_ok(findings, "region %s (%s)", aws->region,
		    aws->region_origin);
	for (size_t i = 0; i < registries->tokens_n; i++)
		say_endpoint(check, &registries->tokens[i]);
	findings_ok(findings, "trusted: %s", tls_trust_origin(aws->trust));
}

static void
say_token(struct check *check, const struct registry *registry)
{
	const struct registries *registries = &check->source.registries;
	const struct registry_token *token =
	    &registries->tokens[registry->token];
	const struct registry_role *role = &registries->roles[token->role];
	const char *host = registry->spec.host;
	char expires[CLOCK_TEXT_MAX];

	if (token->token.auth == NULL) {
		findings_fail_by(&check->findings,
		    role->err.kind != ERR_NONE ? &role->err : &token->err,
		    "see https://docs.aws.amazon.com/AmazonECR/latest/"
		    "userguide/common-errors-docker.html");
		return;
	}
	clock_format(token->token.expires_at, expires);
	findings_ok(&check->findings, "%s: there is one, good until %s",
	    host != NULL ? host : "the caller's own registry", expires);
}

static void
say_tokens(struct check *check)
{
	const struct registries *registries = &check->source.registries;

	findings_begin(&check->findings, "token");
	for (size_t i = 0; i < registries->n; i++)
		say_token(check, &registries->items[i]);
}

/* Asks STS and, at the same time, for all tokens. */
static void
ask(struct check *check, const char *region)
{
	struct token_source *source = &check->source;
	struct aws_call *identity = NULL;
	struct err err = { 0 };

	if (region != NULL)
		identity =
		    sts_start_identity(&source->aws, region, &source->creds);
	else
		(void)err_set(&err, ERR_CONFIG, "no region to ask STS in");
	registries_fetch(&source->registries, &source->aws, &source->creds,
	    check->options->any_host);
	say_identity(check, identity, &err);
	say_clock(check);
	say_endpoints(check);
	say_tokens(check);
	check->entries = registries_make_entries(&source->registries,
	    check->options->all_hosts, &check->entries_n);
}

void
check_aws(struct check *check)
{
	struct findings *findings = &check->findings;
	struct token_source *source = &check->source;
	const char *region = NULL;
	struct err err = { 0 }, ignored;

	if (!check->has_aws)
		return;
	say_credentials(check);
	if (registries_assign(&source->registries, &source->aws, &err) < 0) {
		findings_begin(findings, "endpoints");
		findings_fail_by(findings, &err, "name the region: --region");
		return;
	}
	if (check->has_creds) {
		(void)creds_find_region(&source->aws, &region, &ignored);
		ask(check, region);
		return;
	}
	say_endpoints(check);
	findings_begin(findings, "token");
	findings_tell(findings, FINDING_NOTE, SEE_ABOVE,
	    "none, since there are no credentials");
	check->entries = registries_make_entries(&source->registries,
	    check->options->all_hosts, &check->entries_n);
}
