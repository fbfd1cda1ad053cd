/* What a registry's answer to a request for a manifest means. */
#include "registry/probe.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "registry/host.h"
#include "registry/probe_hints.h"

const char probe_accept[] = "application/vnd.oci.image.index.v1+json, "
			    "application/vnd.oci.image.manifest.v1+json, "
			    "application/vnd.docker.distribution.manifest.list."
			    "v2+json, "
			    "application/vnd.docker.distribution.manifest."
			    "v2+json, "
			    "application/vnd.docker.distribution.manifest."
			    "v1+prettyjws;q=0.1";

void
probe_add_url(struct buf *out, const struct image *image)
{
	buf_addf(out, "https://%s/v2/%s/manifests/%s", image->host,
	    image->repository, image_reference(image));
}

void
probe_add_blob_url(struct buf *out, const struct image *image,
    const char *digest)
{
	buf_addf(out, "https://%s/v2/%s/blobs/%s", image->host,
	    image->repository, digest);
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

static bool
is_html(const char *content_type)
{
	return content_type != NULL &&
	    strncasecmp(content_type, "text/html", 9) == 0;
}

/* ECR says 400 to the password of another region. */
static enum err_kind
find_kind(const struct probe_answer *answer)
{
	struct registry_host host;

	if (answer->status == 429 || answer->status >= 500)
		return ERR_RETRY;
	if (is_html(answer->content_type))
		return ERR_DATA;
	if (answer->status == 401 || answer->status == 403 ||
	    (answer->status == 400 &&
		registry_host_parse(answer->image->host, &host)))
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
	    "%s: %s: the registry answered %ld with what is no manifest "
	    "(%.100s, %zu bytes)",
	    answer->what, answer->text, answer->status,
	    answer->content_type != NULL ? answer->content_type :
					   "no content type",
	    answer->body->len);
	if (answer->status >= 300 && answer->status < 400)
		err_hint(err, "a redirect, which the token does not follow");
	return -1;
}

/* What was refused, in the registry's words, and what mends it. */
static int
set_refusal(const struct probe_answer *answer, struct err *err)
{
	struct complaint complaint = { 0 };
	enum err_kind kind = find_kind(answer);
	const struct buf *said;

	if (kind == ERR_DATA)
		return set_senseless(answer, err);
	/* Nor is a page of a load balancer in trouble. */
	if (!is_html(answer->content_type))
		read_complaint(answer, &complaint);
	said = complaint.message.len > 0 ? &complaint.message : &complaint.code;
	(void)err_set(err, kind, "%s: %s: the registry answered %ld%s%s",
	    answer->what, answer->text, answer->status,
	    said->len > 0 ? ": " : "", buf_str(said));
	if (kind == ERR_DENIED)
		probe_hint_denied(answer, &complaint, err);
	else if (kind == ERR_REFUSED)
		probe_hint_missing(answer, &complaint, err);
	else if (answer->status == 429)
		err_hint(err,
		    "too many pulls at once for the account's quota: wait, "
		    "spread them, or ask AWS for more");
	free_complaint(&complaint);
	return -1;
}

int
probe_explain(const struct probe_answer *answer, struct err *err)
{
	if (answer->status == 200 && is_manifest(answer->body))
		return 0;
	return set_refusal(answer, err);
}

int
probe_explain_blob(const struct probe_answer *answer, struct err *err)
{
	if (answer->status == 200 || answer->status == 206 ||
	    (answer->status >= 300 && answer->status < 400))
		return 0;
	return set_refusal(answer, err);
}
