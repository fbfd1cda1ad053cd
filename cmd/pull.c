/* Asks a registry for an image as a node that pulls it will. */
#include "cmd/pull.h"

#include <string.h>

#include "aws/endpoint.h"
#include "aws/principal.h"
#include "base/buf.h"
#include "base/mem.h"
#include "registry/host.h"
#include "registry/image.h"
#include "registry/manifest.h"
#include "registry/probe.h"

enum {
	PAUSE_MS = 3000,        /* a registry that wants more has answered */
	LAYER_MAX = 256 * 1024, /* of an answer that ignores the range */
};

struct pull {
	struct pull_wish wish;
	struct image image;
	struct buf what, registry; /* for messages */
	enum {
		PING, /* without a password, while there is none yet */
		MANIFEST,
		CHILD, /* the manifest of one platform */
		LAYER,
		STORAGE, /* where the registry keeps it */
	} stage;
	const char *refresh; /* see pull_go_on */
	char *digest;        /* of the layer */
	char *location;
	struct http_transfer *transfer;
	bool is_over;
	struct err err;
};

/* As docker and kubelet authenticate to ECR; its token is made for that. */
static int
add_password(const struct pull *pull, struct list *headers, struct err *err)
{
	struct buf basic = { 0 };
	int rc;

	buf_addf(&basic, "Basic %s", pull->wish.auth);
	rc = http_add_header(headers, "Authorization", basic.data, err);
	buf_free(&basic);
	return rc;
}

/* Of storage the URL is the right to read; it is shown nothing else. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	const struct pull *pull = arg;

	(void)now;
	if (pull->stage == PING)
		return 0;
	if (pull->stage != STORAGE && add_password(pull, headers, err) < 0)
		return -1;
	if (pull->stage >= LAYER)
		list_add(headers, "Range: bytes=0-0");
	else
		list_addf(headers, "Accept: %s", probe_accept);
	return 0;
}

/* A long wait would be at the cost of the rest. */
static enum http_verdict
judge(const struct http_response *response)
{
	if (response->retry_after_ms > PAUSE_MS)
		return HTTP_ACCEPT;
	if (response->status == 429)
		return HTTP_SLOW_DOWN;
	return response->status >= 500 ? HTTP_RETRY : HTTP_ACCEPT;
}

static void
add_url(struct buf *out, const struct pull *pull)
{
	if (pull->stage == PING)
		buf_addf(out, "https://%s/v2/", pull->image.host);
	else if (pull->stage == STORAGE)
		buf_add_str(out, pull->location);
	else if (pull->stage == LAYER)
		probe_add_blob_url(out, &pull->image, pull->digest);
	else
		probe_add_url(out, &pull->image);
}

static void
ask(struct pull *pull)
{
	static const size_t body_max[] = {
		[PING] = LAYER_MAX,
		[MANIFEST] = PROBE_BODY_MAX,
		[CHILD] = PROBE_BODY_MAX,
		[LAYER] = LAYER_MAX,
		[STORAGE] = LAYER_MAX,
	};
	const struct pull_wish *wish = &pull->wish;
	struct buf url = { 0 };

	add_url(&url, pull);
	pull->transfer = http_start(wish->aws->http,
	    &(struct http_request){
		.what =
		    pull->stage == PING ? pull->registry.data : pull->what.data,
		.method = "GET",
		.url = url.data,
		.trust = wish->aws->trust,
		.prepare = add_headers,
		.judge = judge,
		.arg = pull,
		.body_max = body_max[pull->stage],
		.attempts_max = wish->attempts_max,
		.attempt_ms = wish->attempt_ms,
	    });
	buf_free(&url);
}

struct pull *
pull_start(const struct pull_wish *wish)
{
	struct pull *pull = xcalloc(1, sizeof(*pull));

	pull->wish = *wish;
	pull->stage = wish->auth != NULL ? MANIFEST : PING;
	buf_addf(&pull->what, "%s: %.500s", wish->what, wish->text);
	buf_addf(&pull->registry, "registry of %.500s", wish->text);
	BUG_IF(image_parse(wish->text, &pull->image) != NULL);
	ask(pull);
	return pull;
}

void
pull_go_on(struct pull *pull, const char *auth, const char *refresh)
{
	BUG_IF(pull->wish.auth != NULL);
	pull->wish.auth = auth;
	pull->refresh = refresh;
	if (pull->is_over && pull->err.kind == ERR_NONE) {
		pull->is_over = false;
		ask(pull);
	}
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

/* ECR's own bucket, as its guide to VPC endpoints names it. */
static int
explain_storage(struct pull *pull, const struct http_response *response)
{
	struct registry_host host;

	if (response->status == 200 || response->status == 206)
		return 0;
	(void)err_set(&pull->err, http_kind_of_status(response->status),
	    "%s: the storage of its first layer answered %ld", pull->what.data,
	    response->status);
	if (response->status == 403 &&
	    registry_host_parse(pull->image.host, &host))
		err_hint(&pull->err,
		    "if the VPC has an endpoint for S3, its policy needs "
		    "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
		    "\"s3:GetObject\",\"Resource\":\"arn:%s:s3:::prod-%s-"
		    "starport-layer-bucket/*\"}",
		    find_partition(&pull->image), host.region);
	return -1;
}

/* registry/ knows nothing of aws/. */
static void
find_principal(const void *arg, const char *arn, size_t len,
    struct probe_principal *found)
{
	const struct aws *aws = arg;
	struct principal principal = { 0 };

	principal_find(arn, len, &aws->roles, &principal);
	buf_move(&found->arn, &principal.arn);
	buf_move(&found->named, &principal.named);
	buf_move(&found->note, &principal.note);
}

static int
explain(struct pull *pull, const struct http_response *response)
{
	const struct probe_answer answer = {
		.what = pull->wish.what,
		.image = &pull->image,
		.text = pull->wish.text,
		.auth = pull->wish.auth,
		.refresh = pull->refresh,
		.status = response->status,
		.content_type = response->content_type,
		.body = &response->body,
		.partition = find_partition(&pull->image),
		.find_principal = find_principal,
		.arg = pull->wish.aws,
	};
	int rc = 0; /* of a ping each answer is good */

	if (pull->stage >= LAYER)
		rc = probe_explain_blob(&answer, &pull->err);
	else if (pull->stage >= MANIFEST)
		rc = probe_explain(&answer, &pull->err);
	if (rc < 0 && pull->err.kind == ERR_RETRY && response->attempts > 1)
		err_hint(&pull->err, "tried %u times", response->attempts);
	return rc;
}

/* An index in an index is nobody's image. */
static bool
follow_manifest(struct pull *pull, const struct buf *text)
{
	struct manifest_next next = { 0 };
	bool is_named = manifest_find_next(text, &next);
	bool is_more = is_named && (next.is_layer || pull->stage == MANIFEST);

	if (!is_named) {
		(void)err_set(&pull->err, ERR_DATA,
		    "%s: its manifest names nothing that could be pulled, "
		    "neither a layer nor the image of a platform",
		    pull->what.data);
		err_hint(&pull->err, "push the image again");
	}
	if (is_more && next.is_layer) {
		pull->stage = LAYER;
		pull->digest = xstrdup(next.digest);
	} else if (is_more) {
		pull->stage = CHILD;
		mem_free(pull->image.digest);
		pull->image.digest = xstrdup(next.digest);
	}
	manifest_next_free(&next);
	return is_more;
}

/* From an answer to what it names; false when there is no more to ask. */
static bool
follow(struct pull *pull, const struct http_response *response)
{
	static const char https[] = "https://";

	if (pull->stage == PING) {
		pull->stage = MANIFEST;
		return pull->wish.auth != NULL;
	}
	if (pull->wish.is_manifest_only)
		return false;
	if (pull->stage < LAYER)
		return follow_manifest(pull, &response->body);
	if (pull->stage == STORAGE || response->location == NULL ||
	    strncmp(response->location, https, sizeof(https) - 1) != 0)
		return false;
	pull->stage = STORAGE;
	pull->location = xstrdup(response->location);
	return true;
}

/* Many a network lets one part of ECR through, and not the others. */
static void
hint_way(struct pull *pull, const struct http_response *response)
{
	struct registry_host host;

	if (!response->is_unreached)
		return;
	if (pull->stage == STORAGE)
		err_hint(&pull->err,
		    "ECR keeps layers in S3: nodes need a way there, such as "
		    "the gateway endpoint of S3 in their VPC");
	else if (registry_host_parse(pull->image.host, &host))
		err_hint(&pull->err,
		    "is the proxy up, if one is set? In a VPC without a way "
		    "out, pulls need the interface endpoint "
		    "com.amazonaws.%s.ecr.dkr",
		    host.region);
}

/* One answer is there: the next question, or the end. */
static void
advance(struct pull *pull)
{
	struct http_response response = { 0 };
	int rc = http_wait(pull->wish.aws->http, pull->transfer, &response,
	    &pull->err);

	pull->is_over = true;
	if (rc < 0 && response.is_too_long && pull->stage >= LAYER)
		pull->err = (struct err){ 0 }; /* it comes whole, then */
	else if (rc < 0)
		hint_way(pull, &response);
	else if ((pull->stage == STORAGE ? explain_storage : explain)(pull,
		     &response) == 0 &&
	    follow(pull, &response)) {
		pull->is_over = false;
		ask(pull);
	}
	http_response_free(&response);
}

void
pull_wait(struct pull *const *pulls, size_t n, struct http *http)
{
	bool is_moving;

	do {
		bool is_stuck = true;

		is_moving = false;
		for (size_t i = 0; i < n; i++) {
			if (pulls[i] == NULL || pulls[i]->is_over)
				continue;
			is_moving = true;
			if (!http_is_done(pulls[i]->transfer))
				continue;
			is_stuck = false;
			advance(pulls[i]);
		}
		if (is_moving && is_stuck)
			http_turn(http);
	} while (is_moving);
}

int
pull_finish(struct pull *pull, struct err *err)
{
	int rc;

	pull_wait(&pull, 1, pull->wish.aws->http);
	rc = pull->err.kind == ERR_NONE ? 0 : -1;
	if (rc < 0)
		*err = pull->err;
	image_free(&pull->image);
	mem_free(pull->digest);
	mem_free(pull->location);
	buf_free(&pull->what);
	buf_free(&pull->registry);
	mem_free(pull);
	return rc;
}
