/* What the texts of replicate's options name. Pure. */
#ifndef CMD_REPLICATE_TARGET_H
#define CMD_REPLICATE_TARGET_H

#include <stdbool.h>

#include "registry/host.h"
#include "registry/image.h"

/* A registry: ACCOUNT[/REGION]. */
struct target {
	char account[HOST_ACCOUNT_LEN + 1];
	const char *region; /* in the text; NULL: not said */
};

/* False if text is no such thing. */
bool target_parse(const char *text, struct target *target);

/* REPOSITORY:TAG or REPOSITORY@DIGEST, with its registry's host or without. */
struct copied_image {
	struct image image;
	bool has_registry; /* by a host of ECR, which is this */
	struct registry_host registry;
};

/*
 * Returns NULL, or what text should be: "an image ...". The caller frees *image
 * with copied_image_free in any case.
 */
const char *copied_image_parse(const char *text, struct copied_image *image);

void copied_image_free(struct copied_image *image);

#endif
