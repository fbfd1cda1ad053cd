/* Private to cmd/check/: an image that is asked for, and both ways to do so. */
#ifndef CMD_CHECK_IMAGE_H
#define CMD_CHECK_IMAGE_H

#include "cmd/check/steps.h"
#include "cmd/pull.h"

/* As messages begin. */
#define IMAGE_NEW "with the new token"
#define IMAGE_OLD "with the Secret's password"

struct check_image {
	const char *text;
	struct image parts;
	struct list keys;         /* that kubelet finds in the Secret */
	const char *key;          /* the one of them that works longest */
	const char *auth;         /* its password; NULL: it has none */
	struct pull *new_pull;    /* with the new token */
	struct pull *secret_pull; /* with auth; NULL: there is no cluster */
	struct err err;           /* what was said of it last */
};

/* Starts to ask; without auth, for the way there at first. */
struct pull *image_start_pull(const struct check *check, const char *text,
    const char *what, const char *auth);

/* Finds the keys that kubelet uses: it tries each of them until one works. */
void image_find_keys(struct check_image *image,
    const struct docker_entries *held);

/* What kubelet comes to when the best one is refused; NULL: to none. */
const char *image_find_working_key(const struct check *check,
    const struct check_image *image);

/* The entry that can't be read: for its sake kubelet uses no other. */
const struct docker_held_entry *image_find_spoiler(const struct docker_entries
	*held);

#endif
