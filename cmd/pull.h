/*
 * Asks a registry for an image as a node that pulls it will: the manifest, the
 * one for a platform if there are several, and whether its first layer may be
 * fetched, which is not.
 */
#ifndef CMD_PULL_H
#define CMD_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/config.h"
#include "base/err.h"
#include "base/http.h"

/* What is asked, and how. Borrowed while the pull lives. */
struct pull_wish {
	const char *what;      /* begins its messages: "verify" */
	const char *text;      /* the image, checked by image_parse */
	const char *auth;      /* base64 of user:password; NULL: not yet */
	const struct aws *aws; /* for its client, trust, and known roles */
	bool is_manifest_only;
	unsigned attempts_max;
	int64_t attempt_ms; /* limit of one attempt; 0: the usual one */
};

struct pull; /* one under way */

/*
 * Without auth it is over when the registry has answered, whatever it says: the
 * way is there, and the connection. pull_go_on then asks for the image; refresh
 * is what replaces an auth that is old, for messages, or NULL.
 */
struct pull *pull_start(const struct pull_wish *wish);
void pull_go_on(struct pull *pull, const char *auth, const char *refresh);

/* Turns until all are over; NULL among them is skipped. */
void pull_wait(struct pull *const *pulls, size_t n, struct http *http);

/*
 * Frees it. 0: it can be pulled, or without auth, asked for. Errors: as
 * http_wait and probe_explain.
 */
int pull_finish(struct pull *pull, struct err *err);

#endif
