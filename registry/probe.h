/*
 * What a registry's answer to a request for a manifest or a layer means, pure:
 * GET /v2/REPOSITORY/manifests/REFERENCE and .../blobs/DIGEST of the OCI
 * Distribution Specification, as Amazon ECR answers them.
 */
#ifndef REGISTRY_PROBE_H
#define REGISTRY_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "registry/image.h"

enum {
	PROBE_BODY_MAX = 4 * 1024 * 1024, /* a manifest's, by that document */
};

/* The header of the request: all kinds of manifest that clients know. */
extern const char probe_accept[];

/* Who goes by an ARN, as policies name them. */
struct probe_principal {
	struct buf arn; /* a user's or role's; a role's may lack its path */
	struct buf
	    named; /* what policies of others name: that, or its account */
	struct buf note; /* what to name if it has a path; or empty */
};

/* An answer, and what is known around it. Borrowed. */
struct probe_answer {
	const char *what; /* begins the message: "verify" */
	const struct image *image;
	const char *text;    /* the image as it was given, for messages */
	const char *auth;    /* that was shown; masked in what is printed */
	const char *refresh; /* replaces an old auth; NULL: it is new */
	long status;
	const char *content_type; /* NULL: none */
	const struct buf *body;
	const char *partition; /* of the host's region: "aws-cn" */
	/* Finds who goes by arn[0..len). */
	void (*find_principal)(const void *arg, const char *arn, size_t len,
	    struct probe_principal *principal);
	const void *arg; /* its own */
};

/* Adds https://HOST/v2/REPOSITORY/manifests/REFERENCE. */
void probe_add_url(struct buf *out, const struct image *image);

/* The same for a layer: https://HOST/v2/REPOSITORY/blobs/DIGEST. */
void probe_add_blob_url(struct buf *out, const struct image *image,
    const char *digest);

/*
 * 0: the manifest is there and may be pulled. Errors, each with what mends it:
 * ERR_DENIED (the token, or a policy, whose missing statement is shown),
 * ERR_REFUSED (no such repository, tag or digest), ERR_RETRY (429, 5xx), and
 * ERR_DATA for what no registry answers.
 */
int probe_explain(const struct probe_answer *answer, struct err *err);

/* The same for a layer: it may come at once, in part, or from storage. */
int probe_explain_blob(const struct probe_answer *answer, struct err *err);

#endif
