/*
 * What a manifest names, pure: by the OCI Image Specification and Docker's
 * manifests, schema 2 and 1.
 */
#ifndef REGISTRY_MANIFEST_H
#define REGISTRY_MANIFEST_H

#include <stdbool.h>

#include "base/buf.h"

/* What a pull asks for next. */
struct manifest_next {
	char *digest;  /* NULL: nothing */
	bool is_layer; /* else the manifest of one platform */
};

/*
 * Of an index or a list the manifest for linux/amd64, else that for linux/arm64,
 * else the first that is not an attestation; of an image the first layer
 * that the registry itself holds, else its config. False if it names none. The caller frees *next with
 * manifest_next_free.
 */
bool manifest_find_next(const struct buf *text, struct manifest_next *next);

void manifest_next_free(struct manifest_next *next);

#endif
