/* What mends a refusal by AWS: the table, and what its sentences need. */
#include "aws/remedy.h"

#include <string.h>

#include "aws/answer.h"
#include "aws/endpoint.h"
#include "aws/principal.h"
#include "base/arn.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/denial.h"
#include "base/digest.h"
#include "base/json.h"

#define ALLOW(actions, resource)                    \
	"{\"Effect\":\"Allow\",\"Action\":" actions \
	",\"Resource\":\"" resource "\"}"

static const char allow_ecr_public[] = "allow it: " ALLOW(
    "[\"ecr-public:GetAuthorizationToken\",\"sts:GetServiceBearerToken\"]",
    "*");

static const char allow_replication[] =
    "an account's first one makes the service-linked role of replication, "
    "which needs " ALLOW("\"iam:CreateServiceLinkedRole\"", "*") ", too";

/* "User: ARN is not authorized to perform: ..." says who we are. */
static size_t
find_caller(const struct refusal *refusal, const char **arn)
{
	static const char before[] = "User: ";
	const char *found = strstr(refusal->message, before);

	*arn = refusal->creds == NULL ? NULL : refusal->creds->arn;
	if (found != NULL) {
		*arn = found + sizeof(before) - 1;
		return strcspn(*arn, " ");
	}
	return *arn == NULL ? 0 : strlen(*arn);
}

static void
hint_trust(const struct refusal *refusal, struct err *err)
{
	const char *role = refusal->asked.role_arn, *arn;
	struct principal principal = { 0 };
	size_t len = find_caller(refusal, &arn);

	/* Then the sentence says it all, and no policy is to blame. */
	if (strstr(refusal->message, "MultiFactorAuthentication failed") !=
	    NULL)
		return;
	if (len == 0) {
		arn = "ARN of who asks";
		len = strlen(arn);
	}
	principal_find(arn, len, refusal->roles, &principal);
	err_hint(err,
	    "both sides must allow it: %s needs " ALLOW("\"sts:AssumeRole\"",
		"%s") ", and the trust policy of %s "
		      "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"%s\"},"
		      "\"Action\":\"sts:AssumeRole\"}",
	    principal.arn.data, role, role, principal.named.data);
	if (principal.note.len > 0)
		err_hint(err, "%s", principal.note.data);
	if (refusal->asked.has_external_id)
		err_hint(err,
		    "an external id was given: it must be the trust policy's "
		    "sts:ExternalId");
	else
		err_hint(err,
		    "no external id was given: where the trust policy has "
		    "sts:ExternalId, give --external-id, or external_id in "
		    "the profile");
	principal_free(&principal);
}

/* What an OIDC token claims, unverified, and no secret. */
struct claims {
	struct cJSON *json;
	const char *issuer, *audience, *subject;
	char expires[CLOCK_TEXT_MAX];
	bool is_over;
};

static bool
read_claims(const struct refusal *refusal, struct claims *claims)
{
	const char *token = refusal->asked.token;
	const char *start = token == NULL ? NULL : strchr(token, '.');
	struct buf payload = { 0 };
	time_t expires_at;

	if (start != NULL &&
	    digest_add_decoded(&payload, start + 1, strcspn(start + 1, ".")) ==
		0)
		claims->json = json_parse(buf_str(&payload), payload.len);
	buf_free(&payload);
	claims->issuer = json_get_text(claims->json, "iss");
	claims->subject = json_get_text(claims->json, "sub");
	claims->audience = json_get_text(claims->json, "aud");
	if (claims->audience == NULL)
		claims->audience =
		    json_text(json_first(json_get(claims->json, "aud")));
	if (claims->issuer == NULL ||
	    !json_get_time(claims->json, "exp", &expires_at))
		return false;
	clock_format(expires_at, claims->expires);
	claims->is_over = expires_at <= refusal->now;
	return true;
}

static void
hint_claims(const struct refusal *refusal, struct err *err)
{
	struct claims claims = { 0 };

	if (read_claims(refusal, &claims))
		err_hint(err,
		    "the token is of %.300s for audience %.100s, subject "
		    "%.200s, and %s %s",
		    claims.issuer,
		    claims.audience != NULL ? claims.audience : "none",
		    claims.subject != NULL ? claims.subject : "none",
		    claims.is_over ? "has expired" : "expires", claims.expires);
	json_free(claims.json);
}

/* IAM knows an issuer only after it was told, in the role's own account. */
static void
hint_provider(const struct refusal *refusal, struct err *err)
{
	struct claims claims = { 0 };

	if (read_claims(refusal, &claims))
		err_hint(err,
		    "IAM needs an OIDC provider for it in the role's account: "
		    "aws iam create-open-id-connect-provider --url %.300s "
		    "--client-id-list %.100s",
		    claims.issuer,
		    claims.audience != NULL ? claims.audience :
					      "sts.amazonaws.com");
	json_free(claims.json);
	hint_claims(refusal, err);
}

/* Each partition has its own accounts; some regions know a key only later. */
static void
hint_unknown_key(const struct refusal *refusal, struct err *err)
{
	const char *region = refusal->region;

	err_hint(err,
	    "the key is deleted or inactive, or it is not of partition %s, "
	    "whose region %s was asked",
	    endpoint_partition(region), region);
	if (endpoint_is_opt_in(region))
		err_hint(err,
		    "%s is a region that an account must opt in to (aws "
		    "account enable-region --region-name %s), and that takes "
		    "no session of STS's global endpoint "
		    "(AWS_STS_REGIONAL_ENDPOINTS=legacy)",
		    region, region);
}

/* A partition's STS knows no roles but its own. */
static void
hint_partition(const struct refusal *refusal, struct err *err)
{
	const char *role = refusal->asked.role_arn;
	const char *partition = endpoint_partition(refusal->region);
	size_t len = role == NULL || strncmp(role, "arn:", 4) != 0 ?
	    0 :
	    strcspn(role + 4, ":");

	if (len > 0 &&
	    (strlen(partition) != len ||
		strncmp(role + 4, partition, len) != 0))
		err_hint(err,
		    "the role is of partition %.*s, and %s is a region of %s: "
		    "give a --region of the role's",
		    (int)len, role + 4, refusal->region, partition);
}

static void
hint_region(const struct refusal *refusal, struct err *err)
{
	err_hint(err,
	    "the account has not opted in to %s: aws account enable-region "
	    "--region-name %s, or choose another --region",
	    refusal->region, refusal->region);
}

static void
hint_signature(const struct refusal *refusal, struct err *err)
{
	long long offset_s = (long long)refusal->clock_offset_s;

	if (offset_s != 0)
		err_hint(err, "this machine's clock is %lld s %s of AWS's",
		    offset_s < 0 ? -offset_s : offset_s,
		    offset_s < 0 ? "ahead" : "behind");
	err_hint(err, "%s the secret access key is not that of the access key",
	    offset_s != 0 ? "set it right; if that does not help," :
			    "the clock agrees with AWS's, so");
}

/* The resource of "... is not authorized to perform: A on resource: ARN". */
static const char *
find_resource(const struct refusal *refusal)
{
	static const char before[] = " on resource: ";
	const char *found = strstr(refusal->message, before);

	return found == NULL ? "*" : found + sizeof(before) - 1;
}

static void
hint_allow(const struct refusal *refusal, struct err *err)
{
	const char *arn = find_resource(refusal);

	err_hint(err, "allow it: " ALLOW("\"%s\"", "%.*s"),
	    refusal->asked.action, (int)strcspn(arn, " "), arn);
}

/* Of another account's repository no policy of ours gives the policy away. */
static void
hint_ecr(const struct refusal *refusal, struct err *err)
{
	const char *caller, *asks = NULL, *owns;

	if (find_caller(refusal, &caller) > 0)
		asks = arn_account(caller);
	owns = arn_account(find_resource(refusal));
	if (asks == NULL || owns == NULL ||
	    strncmp(asks, owns, ARN_ACCOUNT_LEN) == 0)
		hint_allow(refusal, err);
	else
		err_hint(err,
		    "account %.*s owns it: ask as one of its identities, by "
		    "--profile or --role-arn",
		    ARN_ACCOUNT_LEN, owns);
}

static void
hint_no_cluster(const struct refusal *refusal, struct err *err)
{
	err_hint(err,
	    "%s and the account of who asks have no such cluster: "
	    "--eks-cluster REGION/NAME asks in another region, "
	    "--eks-role-arn in another account",
	    refusal->region);
}

static void
hint_expired(const struct refusal *refusal, struct err *err)
{
	if (refusal->creds != NULL)
		err_hint(err,
		    "the session of %s is over: renew what gave these "
		    "credentials",
		    refusal->creds->source);
	hint_claims(refusal, err);
}

static const struct {
	const char *code;   /* as for answer_has_code */
	const char *action; /* the same; NULL: any */
	void (*add)(const struct refusal *refusal, struct err *err);
	const char *text; /* what add would say, where it is always the same */
} remedies[] = {
	{ "AccessDenied*", "ecr:*", hint_ecr },
	{ "AccessDenied*", "ecr:PutReplicationConfiguration",
	    .text = allow_replication },
	{ "AccessDenied*", "ecr-public:GetAuthorizationToken",
	    .text = allow_ecr_public },
	{ "AccessDenied*", "sts:AssumeRole", hint_trust },
	{ "AccessDenied*", "sts:AssumeRoleWithWebIdentity",
	    .text =
		"the role's trust policy must allow sts:AssumeRoleWithWebIdentity "
		"to the issuer's OIDC provider, and its conditions must match" },
	{ "AccessDenied*", "sts:AssumeRoleWithWebIdentity", hint_claims },
	{ "AccessDenied*", "sts:GetCallerIdentity",
	    .text =
		"no policy of an identity can deny that: the policy of the VPC "
		"endpoint for STS must allow sts:GetCallerIdentity" },
	{ "AccessDenied*", "eks:DescribeCluster", hint_allow },
	{ "ResourceNotFound*", "eks:DescribeCluster", hint_no_cluster },
	{ "RepositoryNotFound*", NULL,
	    .text = "is it in another account, or another region?" },
	{ "InvalidParameter*", "ecr:SetRepositoryPolicy",
	    .text = "AWS also says so when an account, role or user in the "
		    "policy does not exist: one of --to, where a role's path "
		    "is a part of its ARN, or a deleted one, which shows as an "
		    "id such as AROA..." },
	{ "InvalidIdentityToken*", NULL, hint_provider },
	{ "IDPRejectedClaim*", NULL, hint_claims },
	{ "ExpiredToken*", NULL, hint_expired },
	{ "InvalidClientTokenId*", NULL, hint_unknown_key },
	{ "UnrecognizedClient*", NULL, hint_unknown_key },
	{ "SignatureDoesNotMatch*", NULL, hint_signature },
	{ "InvalidSignature*", NULL, hint_signature },
	{ "RequestExpired*", NULL, hint_signature },
	{ "RequestInTheFuture*", NULL, hint_signature },
	{ "RequestTimeTooSkewed*", NULL, hint_signature },
	{ "RegionDisabled*", NULL, hint_region },
	{ "OptInRequired*", NULL,
	    .text =
		"the account is not signed up for the service, or not complete" },
	{ "PackedPolicyTooLarge*", NULL,
	    .text = "the session's tags and policies are too large together" },
};

/* By a policy of neither side: no statement in one of those mends it. */
static bool
hint_denial(const struct refusal *refusal, struct err *err)
{
	const struct denial *denial;
	struct buf lower = { 0 };

	buf_add_lower(&lower, refusal->message, strlen(refusal->message));
	denial = denial_find(buf_str(&lower));
	buf_free(&lower);
	if (denial == NULL || !answer_has_code("AccessDenied*", refusal->code))
		return false;
	if (denial->principal == NULL)
		err_hint(err, "%s", denial->hint);
	else
		err_hint(err,
		    "%s: {\"Effect\":\"Allow\",%s\"Action\":\"%s\",\"Resource\":"
		    "\"*\"}",
		    denial->hint, denial->principal, refusal->asked.action);
	return true;
}

static void
hint_by_code(const struct refusal *refusal, struct err *err)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (!answer_has_code(remedies[i].code, refusal->code) ||
		    (remedies[i].action != NULL &&
			!answer_has_code(remedies[i].action,
			    refusal->asked.action)))
			continue;
		if (remedies[i].text != NULL)
			err_hint(err, "%s", remedies[i].text);
		else
			remedies[i].add(refusal, err);
	}
}

void
remedy_add(const struct refusal *refusal, struct err *err)
{
	if (!hint_denial(refusal, err))
		hint_by_code(refusal, err);
	hint_partition(refusal, err);
	if (err->kind == ERR_DENIED && refusal->creds != NULL) {
		struct buf identity = { 0 };

		creds_add_identity(refusal->creds, &identity);
		err_hint(err, "asked with %s", identity.data);
		buf_free(&identity);
	}
}
