/* What a manifest names. */
#include "registry/manifest.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* How much we want the manifest of this platform; 0: not at all. */
static int
rank(const struct cJSON *descriptor)
{
	static const char *const wanted[] = { "arm64", "amd64" };
	const struct cJSON *platform = json_get(descriptor, "platform");
	const char *os = json_get_text(platform, "os");
	const char *architecture = json_get_text(platform, "architecture");

	if (os == NULL || architecture == NULL)
		return 1;
	if (strcmp(os, "unknown") == 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (strcmp(os, "linux") == 0 &&
		    strcmp(architecture, wanted[i]) == 0)
			return i + 2;
	return 1;
}

static const char *
find_child(const struct cJSON *manifests)
{
	const struct cJSON *item = json_first(manifests);
	const char *found = NULL;
	int best = 0;

	for (; item != NULL; item = json_next(item))
		if (rank(item) > best) {
			best = rank(item);
			found = json_get_text(item, "digest");
		}
	return found;
}

/* Those with URLs, as of Windows, are elsewhere. */
static const char *
find_held(const struct cJSON *layers)
{
	const struct cJSON *layer = json_first(layers);

	while (layer != NULL && json_first(json_get(layer, "urls")) != NULL)
		layer = json_next(layer);
	return json_get_text(layer, "digest");
}

static const char *
find_layer(const struct cJSON *manifest)
{
	const struct cJSON *fs_layers = json_get(manifest, "fsLayers");
	const char *digest = find_held(json_get(manifest, "layers"));

	if (digest == NULL)
		digest = json_get_text(json_first(fs_layers), "blobSum");
	if (digest == NULL)
		digest = json_get_text(json_get(manifest, "config"), "digest");
	return digest;
}

/* Letters and digits, and what may separate them; registry/image.c is strict. */
static bool
can_be_in_url(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+.:_=-";
	size_t len = strlen(text);

	return len > 7 && len < 200 && strchr(text, ':') != NULL &&
	    strspn(text, allowed) == len;
}

bool
manifest_find_next(const struct buf *text, struct manifest_next *next)
{
	struct cJSON *manifest = json_parse(buf_str(text), text->len);
	const struct cJSON *manifests = json_get(manifest, "manifests");
	const char *digest = json_is_array(manifests) ? find_child(manifests) :
							find_layer(manifest);

	*next = (struct manifest_next){ .is_layer = !json_is_array(manifests) };
	if (digest != NULL && can_be_in_url(digest))
		next->digest = xstrdup(digest);
	json_free(manifest);
	return next->digest != NULL;
}

void
manifest_next_free(struct manifest_next *next)
{
	mem_free(next->digest);
	*next = (struct manifest_next){ 0 };
}
