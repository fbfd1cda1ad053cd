/*
 * What a registry's answer to a request for a manifest means, pure: GET
 * /v2/REPOSITORY/manifests/REFERENCE of the OCI Distribution Specification, as
 * Amazon ECR answers it.
 */
#ifndef REGISTRY_PROBE_H
#define REGISTRY_PROBE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "registry/image.h"

enum {
	PROBE_BODY_MAX = 4 * 1024 * 1024, /* a manifest's, by that document */
};

/* The header of the request: all kinds of manifest that clients know. */
extern const char probe_accept[];

/* An answer, and what is known around it. Borrowed. */
struct probe_answer {
	const struct image *image;
	const char *text; /* the image as it was given, for messages */
	const char *auth; /* that was shown; masked in what is printed */
	long status;
	const char *content_type; /* NULL: none */
	const struct buf *body;
	const char *partition; /* of the host's region: "aws-cn" */
	/* Adds the ARN by which policies name who goes by arn[0..len). */
	void (*add_principal)(struct buf *out, const char *arn, size_t len);
};

/* Adds https://HOST/v2/REPOSITORY/manifests/REFERENCE. */
void probe_add_url(struct buf *out, const struct image *image);

/*
 * 0: the manifest is there and may be pulled. Errors, each with what mends it:
 * ERR_DENIED (the token, or a policy, whose missing statement is shown),
 * ERR_REFUSED (no such repository, tag or digest), ERR_RETRY (429, 5xx), and
 * ERR_DATA for what no registry answers.
 */
int probe_explain(const struct probe_answer *answer, struct err *err);

#endif
