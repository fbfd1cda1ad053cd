/*
 * References to images, pure: HOST/REPOSITORY[:TAG][@DIGEST], by the grammar of
 * github.com/distribution/reference, but always with a host, since nobody who
 * means ECR leaves it out.
 */
#ifndef REGISTRY_IMAGE_H
#define REGISTRY_IMAGE_H

/* The parts of a reference; all zeroes is none. */
struct image {
	char *host;       /* in lower case, with its port if it has one */
	char *repository; /* its whole path: "team/app" */
	char *tag;    /* NULL: only a digest; "latest" when neither is said */
	char *digest; /* "sha256:..."; NULL: none */
};

/*
 * Returns NULL, or what text should be: "an image whose tag is ...". The caller
 * frees *image with image_free in any case.
 */
const char *image_parse(const char *text, struct image *image);

/* What a manifest is asked by: the digest, which beats the tag. Borrowed. */
const char *image_reference(const struct image *image);

void image_free(struct image *image);

#endif
