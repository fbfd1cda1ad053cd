/* check: which of the Secret's keys kubelet uses for an image. */
#include <string.h>

#include "cmd/check/image.h"
#include "registry/keyring.h"

/* Is it the better one to try, by a password, its life, or kubelet's order? */
static bool
is_better(const struct docker_held_entry *item,
    const struct docker_held_entry *best, const char *first_key)
{
	if (best == NULL || (item->auth != NULL) != (best->auth != NULL))
		return best == NULL || item->auth != NULL;
	if (item->expires_at != best->expires_at)
		return item->expires_at > best->expires_at;
	return strcmp(item->key, first_key) == 0;
}

void
image_find_keys(struct check_image *image, const struct docker_entries *held)
{
	const struct docker_held_entry *best = NULL;
	struct list keys = { 0 };
	struct buf name = { 0 };

	buf_addf(&name, "%s/%s", image->parts.host, image->parts.repository);
	for (size_t i = 0; i < held->n; i++)
		list_add(&keys, held->items[i].key);
	keyring_find(&keys, name.data, &image->keys);
	for (size_t i = 0; i < held->n; i++)
		if (list_has(&image->keys, held->items[i].key) &&
		    is_better(&held->items[i], best, image->keys.items[0]))
			best = &held->items[i];
	if (best != NULL) {
		image->key = best->key;
		image->auth = best->auth;
	}
	list_free(&keys);
	buf_free(&name);
}

const struct docker_held_entry *
image_find_spoiler(const struct docker_entries *held)
{
	for (size_t i = 0; i < held->n; i++)
		if (held->items[i].spoils_all)
			return &held->items[i];
	return NULL;
}

const char *
image_find_working_key(const struct check *check,
    const struct check_image *image)
{
	const struct docker_entries *held = &check->held;

	for (size_t i = 0; i < held->n; i++) {
		const struct docker_held_entry *item = &held->items[i];
		struct err ignored;

		if (list_has(&image->keys, item->key) && item->auth != NULL &&
		    strcmp(item->auth, image->auth) != 0 &&
		    pull_finish(image_start_pull(check, image->text, IMAGE_OLD,
				    item->auth),
			&ignored) == 0)
			return item->key;
	}
	return NULL;
}
