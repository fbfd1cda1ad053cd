/* --verify: asks for an image's manifest with the new token. */
#include "cmd/verify.h"

#include "base/buf.h"
#include "base/http.h"
#include "cmd/pull.h"
#include "cmd/registries.h"
#include "registry/host.h"
#include "registry/image.h"

enum {
	PROBE_ATTEMPTS = 3,
	PROBE_ATTEMPT_MS = 5000,
	PROBE_SHARE = 6, /* of the time that is left, one attempt has */
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
	const struct docker_entry *found;
	struct image image = { 0 };
	struct buf hosts = { 0 };
	bool is_known = true;
	int rc = -1;

	BUG_IF(image_parse(text, &image) != NULL);
	found = registries_find_entry(entries, n, image.host);
	for (size_t i = 0; i < n; i++) {
		is_known = is_known && entries[i].host != NULL;
		if (entries[i].host != NULL)
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

/* Limits one attempt, so that a silent registry leaves time to write. */
static int64_t
choose_attempt_ms(const struct http *http)
{
	int64_t share_ms = http_remaining_ms(http) / PROBE_SHARE;

	if (share_ms > PROBE_ATTEMPT_MS)
		return PROBE_ATTEMPT_MS;
	return share_ms > 0 ? share_ms : 1;
}

int
verify_image(const char *text, const struct docker_entry *entry,
    const struct aws *aws, struct err *err)
{
	return pull_finish(pull_start(&(struct pull_wish){
			       .what = "verify",
			       .text = text,
			       .auth = entry->auth,
			       .aws = aws,
			       .is_manifest_only = true,
			       .attempts_max = PROBE_ATTEMPTS,
			       .attempt_ms = choose_attempt_ms(aws->http),
			   }),
	    err);
}
