/* check: AWS. Who we are there, and what we get. */
#include <string.h>

#include "base/clock.h"
#include "cmd/check/steps.h"

/* The one that was found, and what a failure names, is said after it. */
static void
say_trace(struct findings *findings, const struct list *trace,
    const struct err *err)
{
	static const char *const ends[] = { ": failed", ": found" };

	for (size_t i = 0; i < trace->n; i++) {
		const char *text = trace->items[i];
		bool is_said = strstr(err->text, text) != NULL;

		for (size_t j = 0; j < sizeof(ends) / sizeof(ends[0]); j++)
			is_said = is_said ||
			    (strlen(text) > strlen(ends[j]) &&
				strcmp(text + strlen(text) - strlen(ends[j]),
				    ends[j]) == 0);
		if (!is_said)
			findings_ok(findings, "tried %s", text);
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
	say_trace(findings, &source->aws.trace, &err);
	if (rc < 0) {
		findings_fail_by(findings, &err,
		    "mend that source, or unset what names it");
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
	long long wrong_s = (long long)http_clock_offset(check->http);
	long long off_s = wrong_s != 0 ? wrong_s : (long long)check->clock_s;
	struct buf text = { 0 };

	buf_addf(&text, "%lld s %s AWS's", off_s < 0 ? -off_s : off_s,
	    off_s < 0 ? "ahead of" : "behind");
	findings_begin(findings, "clock");
	if (wrong_s != 0)
		findings_tell(findings, FINDING_WARNING,
		    "set the clock of this machine or node (NTP)", "%s",
		    text.data);
	else if (off_s != 0)
		findings_ok(findings, "%s, which AWS forgives", text.data);
	else if (check->has_clock)
		findings_ok(findings, "the same as AWS's, as far as it told");
	else
		findings_tell(findings, FINDING_NOTE, CHECK_ABOVE,
		    "not compared with AWS's, which did not tell");
	buf_free(&text);
}

/* For what names no remedy itself. */
static const char *
token_remedy(const struct err *err)
{
	if (err->kind == ERR_DATA)
		return "what answers there is not ECR: is a proxy or a portal "
		       "in the way, or an endpoint set that is another server?";
	if (err->kind == ERR_RETRY)
		return "wait, and run it again: ECR is busy or in trouble, "
		       "which https://health.aws.amazon.com tells";
	return "see https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
	       "common-errors-docker.html";
}

static void
say_token(struct check *check, const struct registry *registry)
{
	const struct registries *registries = &check->source.registries;
	const struct registry_token *token =
	    &registries->tokens[registry->token];
	const struct registry_role *role = &registries->roles[token->role];
	const struct err *err =
	    role->err.kind != ERR_NONE ? &role->err : &token->err;
	const char *host = registry->spec.host != NULL ?
	    registry->spec.host :
	    "the caller's own registry";
	char expires[CLOCK_TEXT_MAX];

	if (!check->has_creds) {
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "%s: none, since there are no credentials", host);
	} else if (role->err.kind == ERR_NONE &&
	    check_endpoint_is_dead(check, registry->token)) {
		findings_tell(&check->findings, FINDING_NOTE, CHECK_ABOVE,
		    "%s: none, since ECR does not answer", host);
	} else if (token->token.auth == NULL) {
		findings_fail_by(&check->findings, err, token_remedy(err));
	} else {
		clock_format(token->token.expires_at, expires);
		findings_ok(&check->findings, "%s: there is one, good until %s",
		    host, expires);
	}
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
ask(struct check *check)
{
	struct token_source *source = &check->source;
	struct aws_call *identity = NULL;
	const char *region = NULL;
	struct err err = { 0 };

	if (creds_find_region(&source->aws, &region, &err) == 0)
		identity =
		    sts_start_identity(&source->aws, region, &source->creds);
	registries_fetch(&source->registries, &source->aws, &source->creds,
	    check->options->any_host);
	say_identity(check, identity, &err);
}

void
check_aws(struct check *check)
{
	struct registries *registries = &check->source.registries;

	if (!check->has_aws)
		return;
	say_credentials(check);
	if (check->endpoints != NULL && check->has_creds)
		ask(check);
	check_endpoints_wait(check);
	say_clock(check);
	check_endpoints(check);
	if (check->endpoints == NULL)
		return;
	say_tokens(check);
	check->entries = registries_make_entries(registries,
	    check->options->all_hosts, &check->entries_n);
}
