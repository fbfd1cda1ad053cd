/* check: where AWS is asked, and whether it answers there at all. */
#include <string.h>

#include "aws/endpoint.h"
#include "base/mem.h"
#include "base/tls.h"
#include "cmd/check/steps.h"

enum {
	ANSWER_MAX = 64 * 1024, /* it says no, and why does not matter */
};

/* Where a token is asked for. */
struct check_endpoint {
	const struct registry_token *token;
	enum aws_service service;
	struct buf what;
	struct endpoint place;
	struct http_transfer *knock; /* NULL: there is no place */
	struct err err;              /* why not, or why none answers there */
};

/*
 * A request that nobody signed, which ECR declines. That it answers shows the
 * way, whatever the credentials are, and the token's call has its connection.
 */
static void
knock(struct check *check, struct check_endpoint *endpoint)
{
	const struct aws *aws = &check->source.aws;
	const struct registry_token *token = endpoint->token;
	struct buf url = { 0 };

	endpoint->service = token->is_public ? AWS_ECR_PUBLIC : AWS_ECR;
	buf_addf(&endpoint->what, "ECR of %s", token->region);
	if (aws_resolve_endpoint(aws, endpoint->service,
		&(struct endpoint_params){
		    .region = token->region, .variant = token->variant },
		&endpoint->place, &endpoint->err) < 0)
		return;
	buf_addf(&url, "%s/", endpoint->place.url.data);
	endpoint->knock = http_start(check->http,
	    &(struct http_request){
		.what = endpoint->what.data,
		.method = "GET",
		.url = url.data,
		.trust = aws->trust,
		.body_max = ANSWER_MAX,
		.attempts_max = CHECK_ATTEMPTS,
		.has_true_date = true,
	    });
	buf_free(&url);
}

void
check_endpoints_ask(struct check *check)
{
	struct registries *registries = &check->source.registries;

	if (!check->has_aws ||
	    registries_assign(registries, &check->source.aws,
		&check->region_err) < 0)
		return;
	check->endpoints =
	    xcalloc(registries->tokens_n, sizeof(*check->endpoints));
	for (size_t i = 0; i < registries->tokens_n; i++) {
		check->endpoints[i].token = &registries->tokens[i];
		knock(check, &check->endpoints[i]);
	}
}

/* What mends it where nobody answers. */
static void
hint(const struct endpoint *place, const struct http_response *response,
    struct err *err)
{
	aws_hint_region(place, response, err);
	if (place->params.url == NULL && response->is_unreached)
		err_hint(err,
		    "is the proxy up, if one is set? In a VPC without a way "
		    "out, ECR needs the interface endpoints "
		    "com.amazonaws.%s.ecr.api and .ecr.dkr, and the gateway "
		    "endpoint of S3",
		    place->params.region);
}

void
check_endpoints_wait(struct check *check)
{
	size_t n =
	    check->endpoints != NULL ? check->source.registries.tokens_n : 0;

	for (size_t i = 0; i < n; i++) {
		struct check_endpoint *endpoint = &check->endpoints[i];
		struct http_response response = { 0 };

		if (endpoint->knock == NULL)
			continue;
		if (http_wait(check->http, endpoint->knock, &response,
			&endpoint->err) < 0) {
			hint(&endpoint->place, &response, &endpoint->err);
		} else {
			check->clock_s = response.clock_offset_s;
			check->has_clock = true;
		}
		http_response_free(&response);
	}
}

/* A token that came all the same was not stopped by it. */
bool
check_endpoint_is_dead(const struct check *check, size_t token)
{
	const struct check_endpoint *endpoint = &check->endpoints[token];

	return endpoint->err.kind != ERR_NONE &&
	    endpoint->token->token.auth == NULL;
}

/* One for each role is asked at the same place. */
static bool
is_said(const struct check *check, size_t token)
{
	const char *url = buf_str(&check->endpoints[token].place.url);

	for (size_t i = 0; i < token; i++)
		if (strcmp(buf_str(&check->endpoints[i].place.url), url) == 0 &&
		    strcmp(buf_str(&check->endpoints[i].what),
			buf_str(&check->endpoints[token].what)) == 0 &&
		    check_endpoint_is_dead(check, i) ==
			check_endpoint_is_dead(check, token))
			return true;
	return false;
}

static void
say_endpoint(struct check *check, size_t token)
{
	const struct check_endpoint *endpoint = &check->endpoints[token];
	const char *region = endpoint->token->region;
	const char *who =
	    check->source.aws.endpoints.urls[endpoint->service].who;

	if (check_endpoint_is_dead(check, token))
		findings_fail_by(&check->findings, &endpoint->err,
		    endpoint->knock != NULL ?
			"is it ECR that is asked, and reached from here?" :
			"name the region, or unset what contradicts it");
	else
		findings_ok(&check->findings,
		    "%s, partition %s: %s%s%s%s answers", endpoint->what.data,
		    endpoint_partition(region), buf_str(&endpoint->place.url),
		    who != NULL ? " (" : "", who != NULL ? who : "",
		    who != NULL ? ")" : "");
}

void
check_endpoints(struct check *check)
{
	struct findings *findings = &check->findings;
	const struct aws *aws = &check->source.aws;

	findings_begin(findings, "endpoints");
	if (check->endpoints == NULL) {
		findings_fail_by(findings, &check->region_err,
		    "name the region: --region");
		return;
	}
	findings_ok(findings, "profile %s (%s)", aws->profile,
	    aws->profile_origin);
	if (aws->region != NULL)
		findings_ok(findings, "region %s (%s)", aws->region,
		    aws->region_origin);
	for (size_t i = 0; i < check->source.registries.tokens_n; i++)
		if (!is_said(check, i))
			say_endpoint(check, i);
	findings_ok(findings, "trusted: %s", tls_trust_origin(aws->trust));
}

void
check_endpoints_free(struct check *check)
{
	for (size_t i = 0;
	    check->endpoints != NULL && i < check->source.registries.tokens_n;
	    i++) {
		buf_free(&check->endpoints[i].what);
		buf_free(&check->endpoints[i].place.url);
	}
	mem_free(check->endpoints);
}
