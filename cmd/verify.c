/* --verify: asks for an image's manifest with the new token. */
#include "cmd/verify.h"

#include <string.h>

#include "aws/endpoint.h"
#include "aws/remedy.h"
#include "base/buf.h"
#include "base/http.h"
#include "registry/host.h"
#include "registry/image.h"
#include "registry/probe.h"

enum {
	PROBE_ATTEMPTS = 3,
	PROBE_ATTEMPT_MS = 5000,
	PROBE_SHARE = 6,       /* of the time that is left, one attempt has */
	PROBE_PAUSE_MS = 3000, /* a registry that wants more has answered */
};

/* An image, in both forms, and what is shown for it. */
struct question {
	const char *text;
	const struct docker_entry *entry;
	struct image image;
};

const char *
verify_find_fault(const char *text)
{
	struct image image = { 0 };
	const char *fault = image_parse(text, &image);

	/* It wants the token handed in for another one first. */
	if (fault == NULL && registry_host_is_public(image.host))
		fault = "an image in a private registry: ECR Public is not "
			"asked";
	image_free(&image);
	return fault;
}

int
verify_find_entry(const char *text, const struct docker_entry *entries,
    size_t n, const struct docker_entry **entry, struct err *err)
{
	const struct docker_entry *found = NULL;
	struct image image = { 0 };
	struct buf hosts = { 0 };
	bool is_known = true;
	int rc = -1;

	BUG_IF(image_parse(text, &image) != NULL);
	for (size_t i = 0; i < n && found == NULL; i++) {
		if (entries[i].host == NULL) {
			is_known = false;
			continue;
		}
		if (strcmp(entries[i].host, image.host) == 0)
			found = &entries[i];
		buf_addf(&hosts, "%s%s", hosts.len > 0 ? ", " : "",
		    entries[i].host);
	}
	if (found == NULL && is_known) {
		(void)err_set(err, ERR_USAGE,
		    "--verify: %.500s: its host is none of those that are "
		    "written: %s",
		    text, buf_str(&hosts));
		goto out;
	}
	*entry = found;
	rc = 0;
out:
	image_free(&image);
	buf_free(&hosts);
	return rc;
}

/* As docker and kubelet authenticate to ECR; its token is made for that. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	const struct docker_entry *entry = arg;
	struct buf basic = { 0 };
	int rc;

	(void)now;
	buf_addf(&basic, "Basic %s", entry->auth);
	rc = http_add_header(headers, "Authorization", basic.data, err);
	if (rc == 0)
		rc = http_add_header(headers, "Accept", probe_accept, err);
	buf_free(&basic);
	return rc;
}

/* A long wait would be at the cost of the write. */
static enum http_verdict
judge(const struct http_response *response)
{
	if (response->retry_after_ms > PROBE_PAUSE_MS)
		return HTTP_ACCEPT;
	if (response->status == 429)
		return HTTP_SLOW_DOWN;
	return response->status >= 500 ? HTTP_RETRY : HTTP_ACCEPT;
}

/* What policies of the image's region begin their ARNs with. */
static const char *
find_partition(const struct image *image)
{
	struct registry_host host;

	return registry_host_parse(image->host, &host) ?
	    endpoint_partition(host.region) :
	    "aws";
}

/* Limits one attempt, so that a silent registry leaves time to write. */
static int64_t
choose_attempt_ms(const struct http *http)
{
	int64_t share_ms = http_remaining_ms(http) / PROBE_SHARE;

	if (share_ms > PROBE_ATTEMPT_MS)
		return PROBE_ATTEMPT_MS;
	return share_ms > 0 ? share_ms : 1;
}

static int
ask(const struct question *question, const struct aws *aws,
    struct http_response *response, struct err *err)
{
	struct docker_entry shown = *question->entry; /* prepare's own */
	struct buf url = { 0 }, what = { 0 };
	int rc;

	probe_add_url(&url, &question->image);
	buf_addf(&what, "verify: %.500s", question->text);
	rc = http_fetch(aws->http,
	    &(struct http_request){
		.what = what.data,
		.method = "GET",
		.url = url.data,
		.trust = aws->trust,
		.prepare = add_headers,
		.judge = judge,
		.arg = &shown,
		.body_max = PROBE_BODY_MAX,
		.attempts_max = PROBE_ATTEMPTS,
		.attempt_ms = choose_attempt_ms(aws->http),
	    },
	    response, err);
	buf_free(&url);
	buf_free(&what);
	return rc;
}

int
verify_image(const char *text, const struct docker_entry *entry,
    const struct aws *aws, struct err *err)
{
	struct question question = { .text = text, .entry = entry };
	struct http_response response = { 0 };
	int rc;

	BUG_IF(image_parse(text, &question.image) != NULL);
	rc = ask(&question, aws, &response, err);
	if (rc == 0)
		rc = probe_explain(
		    &(struct probe_answer){
			.image = &question.image,
			.text = text,
			.auth = entry->auth,
			.status = response.status,
			.content_type = response.content_type,
			.body = &response.body,
			.partition = find_partition(&question.image),
			.add_principal = remedy_add_principal,
		    },
		    err);
	if (rc < 0 && err->kind == ERR_RETRY && response.attempts > 1)
		err_hint(err, "tried %u times", response.attempts);
	http_response_free(&response);
	image_free(&question.image);
	return rc;
}
