/* What a registry's answer to a request for a manifest means. */
#include "registry/probe.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "registry/host.h"

/* What a pull asks of ECR, as a policy lists it. */
#define PULL                                                                \
	"\"Action\":[\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\"," \
	"\"ecr:BatchCheckLayerAvailability\"]"

const char probe_accept[] = "application/vnd.oci.image.index.v1+json, "
			    "application/vnd.oci.image.manifest.v1+json, "
			    "application/vnd.docker.distribution.manifest.list."
			    "v2+json, "
			    "application/vnd.docker.distribution.manifest."
			    "v2+json, "
			    "application/vnd.docker.distribution.manifest."
			    "v1+prettyjws;q=0.1";

/* An answer's first error, in its own words, fit to be shown. */
struct complaint {
	struct buf code;
	struct buf message;
	struct buf lower; /* the message in small letters */
};

/* A part of a message. */
struct part {
	const char *text;
	size_t len;
};

void
probe_add_url(struct buf *out, const struct image *image)
{
	buf_addf(out, "https://%s/v2/%s/manifests/%s", image->host,
	    image->repository, image_reference(image));
}

/* {"errors":[{"code":...,"message":...}]}, else the text as it stands. */
static void
read_complaint(const struct probe_answer *answer, struct complaint *complaint)
{
	const struct buf *body = answer->body;
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *first = json_first(json_get(json, "errors"));
	const char *code = json_get_text(first, "code");
	const char *message = json_get_text(first, "message");

	if (json == NULL)
		message = buf_str(body);
	if (code != NULL)
		buf_add_message(&complaint->code, code, &answer->auth, 1);
	if (message != NULL)
		buf_add_message(&complaint->message, message, &answer->auth, 1);
	buf_add_lower(&complaint->lower, buf_str(&complaint->message),
	    complaint->message.len);
	json_free(json);
}

static void
free_complaint(struct complaint *complaint)
{
	buf_free(&complaint->code);
	buf_free(&complaint->message);
	buf_free(&complaint->lower);
}

/*
 * The ARN behind a word of ECR's sentence; empty if there is none, or if part
 * of it is masked: in a policy "*" means all.
 */
static struct part
find_arn(const struct complaint *complaint, const char *word)
{
	const char *at = strstr(buf_str(&complaint->message), word);
	struct part arn = { "", 0 };

	if (at == NULL || strncmp(at + strlen(word), "arn:", 4) != 0)
		return arn;
	arn.text = at + strlen(word);
	arn.len = strcspn(arn.text, " *\"\\");
	return arn.text[arn.len] == '*' ? (struct part){ "", 0 } : arn;
}

/* The account of arn:PARTITION:SERVICE:REGION:ACCOUNT:...; or empty. */
static struct part
find_account(struct part arn)
{
	struct part account = arn;

	for (int colons = 0; colons < 4; colons++) {
		const char *colon = memchr(account.text, ':', account.len);

		if (colon == NULL)
			return (struct part){ "", 0 };
		account.len -= (size_t)(colon + 1 - account.text);
		account.text = colon + 1;
	}
	account.len = strcspn(account.text, ":");
	return account;
}

/* Whose policy is missing? Within an account, that of who asked will do. */
static bool
needs_repository_policy(const struct complaint *complaint, struct part user,
    struct part resource)
{
	const char *lower = buf_str(&complaint->lower);
	struct part asks = find_account(user), owns = find_account(resource);

	if (strstr(lower, "no identity-based policy allows") != NULL)
		return false;
	return strstr(lower, "no resource-based policy allows") != NULL ||
	    asks.len != owns.len || memcmp(asks.text, owns.text, asks.len) != 0;
}

static void
hint_repository_policy(const struct probe_answer *answer, struct part user,
    struct err *err)
{
	struct buf principal = { 0 };

	if (user.len > 0)
		answer->add_principal(&principal, user.text, user.len);
	else
		buf_add_str(&principal, "ARN of who pulls");
	err_hint(err,
	    "if the repository exists, its policy lacks "
	    "{\"Sid\":\"EcrSecretPull\",\"Effect\":\"Allow\","
	    "\"Principal\":{\"AWS\":\"%s\"}," PULL "}",
	    principal.data);
	buf_free(&principal);
}

static void
hint_identity_policy(const struct probe_answer *answer, struct part user,
    struct part resource, struct err *err)
{
	const struct image *image = answer->image;
	struct registry_host host;
	struct buf arn = { 0 }, principal = { 0 };

	if (resource.len > 0)
		buf_add(&arn, resource.text, resource.len);
	else if (registry_host_parse(image->host, &host))
		buf_addf(&arn, "arn:%s:ecr:%s:%s:repository/%s",
		    answer->partition, host.region, host.account,
		    image->repository);
	else
		buf_add_str(&arn, "ARN of the repository");
	if (user.len > 0)
		answer->add_principal(&principal, user.text, user.len);
	else
		buf_add_str(&principal, "who fetched the token");
	err_hint(err,
	    "%s needs {\"Effect\":\"Allow\"," PULL ",\"Resource\":\"%s\"}",
	    principal.data, arn.data);
	buf_free(&arn);
	buf_free(&principal);
}

static void
hint_denied(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err)
{
	const char *lower = buf_str(&complaint->lower);
	struct part user = find_arn(complaint, "User: ");
	struct part resource = find_arn(complaint, "on resource: ");

	if (answer->status == 401)
		err_hint(err,
		    "the registry does not accept the token, which is good "
		    "for one region and its partition: is %s the right host?",
		    answer->image->host);
	else if (strstr(lower, "authorization token has expired") != NULL)
		err_hint(err,
		    "the token is new: was it kept by a proxy, or is the "
		    "registry's clock off?");
	else if (strstr(lower, "explicit deny") != NULL)
		err_hint(err,
		    "a policy denies it explicitly, and no statement that "
		    "allows it outweighs that");
	else if (strstr(lower, "is not authorized to perform") == NULL)
		err_hint(err,
		    "the policy of who fetched the token, or that of the "
		    "repository, does not allow the pull");
	else if (needs_repository_policy(complaint, user, resource))
		hint_repository_policy(answer, user, err);
	else
		hint_identity_policy(answer, user, resource, err);
}

static void
hint_missing(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err)
{
	const struct image *image = answer->image;
	const char *code = buf_str(&complaint->code);
	struct registry_host host;

	if (strcmp(code, "MANIFEST_UNKNOWN") == 0)
		err_hint(err, "the repository %s has no %s %s",
		    image->repository, image->digest != NULL ? "digest" : "tag",
		    image_reference(image));
	else if (strcmp(code, "NAME_UNKNOWN") != 0)
		err_hint(err,
		    "is it the host of a registry, and the name of "
		    "one of its images?");
	else if (registry_host_parse(image->host, &host))
		err_hint(err,
		    "there is no repository %s in account %s and region %s: "
		    "are these the right ones in the image's host?",
		    image->repository, host.account, host.region);
	else
		err_hint(err,
		    "there is no repository %s in that registry: is the host "
		    "the right one?",
		    image->repository);
}

static bool
is_html(const char *content_type)
{
	return content_type != NULL &&
	    strncasecmp(content_type, "text/html", 9) == 0;
}

static enum err_kind
find_kind(const struct probe_answer *answer)
{
	if (answer->status == 429 || answer->status >= 500)
		return ERR_RETRY;
	if (is_html(answer->content_type))
		return ERR_DATA;
	if (answer->status == 401 || answer->status == 403)
		return ERR_DENIED;
	return answer->status == 404 ? ERR_REFUSED : ERR_DATA;
}

static bool
is_manifest(const struct buf *body)
{
	struct cJSON *json = json_parse(buf_str(body), body->len);
	bool is_object = json_is_object(json);

	json_free(json);
	return is_object;
}

/* A body that makes no sense is described, not shown. */
static int
set_senseless(const struct probe_answer *answer, struct err *err)
{
	(void)err_set(err, ERR_DATA,
	    "verify: %s: the registry answered %ld with what is no manifest "
	    "(%.100s, %zu bytes)",
	    answer->text, answer->status,
	    answer->content_type != NULL ? answer->content_type :
					   "no content type",
	    answer->body->len);
	if (answer->status >= 300 && answer->status < 400)
		err_hint(err, "a redirect, which the token does not follow");
	return -1;
}

int
probe_explain(const struct probe_answer *answer, struct err *err)
{
	struct complaint complaint = { 0 };
	enum err_kind kind = find_kind(answer);
	const struct buf *said;

	if (answer->status == 200 && is_manifest(answer->body))
		return 0;
	if (kind == ERR_DATA)
		return set_senseless(answer, err);
	/* Nor is a page of a load balancer in trouble. */
	if (!is_html(answer->content_type))
		read_complaint(answer, &complaint);
	said = complaint.message.len > 0 ? &complaint.message : &complaint.code;
	(void)err_set(err, kind, "verify: %s: the registry answered %ld%s%s",
	    answer->text, answer->status, said->len > 0 ? ": " : "",
	    buf_str(said));
	if (kind == ERR_DENIED)
		hint_denied(answer, &complaint, err);
	else if (kind == ERR_REFUSED)
		hint_missing(answer, &complaint, err);
	free_complaint(&complaint);
	return -1;
}
