/* What mends a registry's refusal, by its own words. */
#include "registry/probe_hints.h"

#include <stdbool.h>
#include <string.h>

#include "base/arn.h"
#include "base/denial.h"
#include "registry/host.h"
#include "registry/pull_rights.h"

/* What a pull asks of ECR, as a policy lists it. */
#define PULL                                                                \
	"\"Action\":[\"" PULL_MANIFEST "\",\"" PULL_LAYER "\",\"" PULL_LOOK \
	"\"]"

/* What the first pull of an image by a pull-through cache asks besides. */
#define IMPORT                                          \
	"\"Action\":[\"ecr:BatchImportUpstreamImage\"," \
	"\"ecr:CreateRepository\"]"

/* A part of a message. */
struct part {
	const char *text;
	size_t len;
};

/*
 * The ARN behind a word of ECR's sentence, which becomes a part of a policy and
 * of a command; empty if there is none, or if it has what no ARN of IAM's has:
 * "*" means all there, and may be what was masked.
 */
static struct part
find_arn(const struct complaint *complaint, const char *word)
{
	const char *at = strstr(buf_str(&complaint->message), word);
	struct part arn = { "", 0 };

	if (at == NULL || strncmp(at + strlen(word), "arn:", 4) != 0)
		return arn;
	arn.text = at + strlen(word);
	arn.len = strspn(arn.text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789:/_+=,.@-");
	return arn.text[arn.len] == ' ' || arn.text[arn.len] == '\0' ?
	    arn :
	    (struct part){ "", 0 };
}

/* Whose policy is missing? Within an account, that of who asked will do. */
static bool
needs_repository_policy(const struct complaint *complaint, struct part user,
    struct part resource)
{
	const char *lower = buf_str(&complaint->lower);
	const char *asks = arn_account(user.text);
	const char *owns = arn_account(resource.text);
	bool is_same = asks == NULL || owns == NULL ?
	    asks == owns :
	    strncmp(asks, owns, ARN_ACCOUNT_LEN) == 0;

	if (strstr(lower, "no identity-based policy allows") != NULL)
		return false;
	return strstr(lower, "no resource-based policy allows") != NULL ||
	    !is_same;
}

static void
free_principal(struct probe_principal *principal)
{
	buf_free(&principal->arn);
	buf_free(&principal->named);
	buf_free(&principal->note);
}

static void
hint_repository_policy(const struct probe_answer *answer, struct part user,
    struct err *err)
{
	const struct image *image = answer->image;
	struct probe_principal principal = { 0 };
	struct registry_host host;

	if (user.len > 0)
		answer->find_principal(answer->arg, user.text, user.len,
		    &principal);
	else
		buf_add_str(&principal.named, "ARN of who pulls");
	err_hint(err,
	    "if the repository exists, its policy lacks "
	    "{\"Sid\":\"" PULL_SID "\",\"Effect\":\"Allow\","
	    "\"Principal\":{\"AWS\":\"%s\"}," PULL "}",
	    principal.named.data);
	if (registry_host_parse(image->host, &host))
		err_hint(err,
		    "its owner adds it by: ecr-secret grant %s --to \"%s\" "
		    "--registry %s.%s",
		    image->repository, principal.named.data, host.account,
		    host.region);
	if (principal.note.len > 0)
		err_hint(err, "%s", principal.note.data);
	free_principal(&principal);
}

static void
hint_identity_policy(const struct probe_answer *answer, struct part user,
    struct part resource, const char *actions, struct err *err)
{
	const struct image *image = answer->image;
	struct registry_host host;
	struct probe_principal principal = { 0 };
	struct buf arn = { 0 };

	if (resource.len > 0)
		buf_add(&arn, resource.text, resource.len);
	else if (registry_host_parse(image->host, &host))
		buf_addf(&arn, "arn:%s:ecr:%s:%s:repository/%s",
		    answer->partition, host.region, host.account,
		    image->repository);
	else
		buf_add_str(&arn, "ARN of the repository");
	if (user.len > 0)
		answer->find_principal(answer->arg, user.text, user.len,
		    &principal);
	else
		buf_add_str(&principal.arn, "who fetched the token");
	err_hint(err, "%s needs {\"Effect\":\"Allow\",%s,\"Resource\":\"%s\"}",
	    principal.arn.data, actions, arn.data);
	buf_free(&arn);
	free_principal(&principal);
}

static void
hint_token(const struct probe_answer *answer, struct err *err)
{
	bool is_unknown = answer->status != 403; /* and not just too old */

	if (answer->refresh != NULL)
		err_hint(err, "%s, which writes a new password%s",
		    answer->refresh,
		    is_unknown ? ": this one is not of that registry, its "
				 "region and its partition" :
				 "");
	else if (is_unknown)
		err_hint(err,
		    "the registry does not accept the token, which is good "
		    "for one region and its partition: is %s the right host?",
		    answer->image->host);
	else
		err_hint(err,
		    "the token is new: was it kept by a proxy, or is the "
		    "registry's clock off?");
}

/* By what is not allowed: an import, or a pull, and by whose policy. */
static void
hint_policy(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err)
{
	const char *lower = buf_str(&complaint->lower);
	struct part user = find_arn(complaint, "User: ");
	struct part resource = find_arn(complaint, "on resource: ");

	if (strstr(lower, "ecr:batchimportupstreamimage") != NULL ||
	    strstr(lower, "ecr:createrepository") != NULL) {
		hint_identity_policy(answer, user, resource, IMPORT, err);
		err_hint(err,
		    "a pull-through cache imports the image at its first pull; "
		    "who pulls from another account needs it in the registry's "
		    "policy as well");
	} else if (needs_repository_policy(complaint, user, resource)) {
		hint_repository_policy(answer, user, err);
	} else {
		hint_identity_policy(answer, user, resource, PULL, err);
	}
}

/* What a refusal is known by: the first counts, for names may hold the others. */
static const struct {
	const char *word; /* in small letters */
	const char *hint; /* NULL: a policy lacks a statement */
} words[] = {
	{ "is not authorized to perform: ecr:", NULL },
	{ "kms",
	    "the KMS key of the repository can't be used: it is disabled, "
	    "to be deleted, or its policy or grant for ECR is gone" },
	{ "is not authorized to perform", NULL },
	{ "",
	    "the policy of who fetched the token, or that of the "
	    "repository, does not allow the pull" },
};

/* By a policy of neither side: no statement in one of those mends it. */
static void
hint_denial(const struct denial *denial, struct err *err)
{
	if (denial->principal == NULL)
		err_hint(err, "%s", denial->hint);
	else
		err_hint(err,
		    "%s: {\"Effect\":\"Allow\",%s" PULL ",\"Resource\":\"*\"}",
		    denial->hint, denial->principal);
}

void
probe_hint_denied(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err)
{
	const char *lower = buf_str(&complaint->lower);
	const struct denial *denial = denial_find(lower);
	size_t i = 0;

	if (answer->status != 403 ||
	    strstr(lower, "authorization token has expired") != NULL) {
		hint_token(answer, err);
		return;
	}
	if (denial != NULL) {
		hint_denial(denial, err);
		return;
	}
	while (strstr(lower, words[i].word) == NULL)
		i++;
	if (words[i].hint != NULL)
		err_hint(err, "%s", words[i].hint);
	else
		hint_policy(answer, complaint, err);
}

/* No words tell an archived image, or a cache that was never filled. */
void
probe_hint_missing(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err)
{
	const struct image *image = answer->image;
	const char *code = buf_str(&complaint->code);
	struct registry_host host;

	if (strcmp(code, "BLOB_UNKNOWN") == 0)
		err_hint(err, "a layer is gone: push the image again");
	else if (strcmp(code, "MANIFEST_UNKNOWN") == 0)
		err_hint(err,
		    "the repository %s has no %s %s, or it is archived (aws "
		    "ecr describe-images tells) and has to be restored",
		    image->repository, image->digest != NULL ? "digest" : "tag",
		    image_reference(image));
	else if (strcmp(code, "NAME_UNKNOWN") != 0)
		err_hint(err,
		    "is it the host of a registry, and the name of "
		    "one of its images?");
	else if (registry_host_parse(image->host, &host))
		err_hint(err,
		    "there is no repository %s in account %s and region %s: "
		    "are these the right ones in the image's host? A "
		    "pull-through cache makes it for who has " IMPORT,
		    image->repository, host.account, host.region);
	else
		err_hint(err,
		    "there is no repository %s in that registry: is the host "
		    "the right one?",
		    image->repository);
}
