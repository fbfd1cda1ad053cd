/* What the texts of replicate's options name; see target.h. */
#include "cmd/replicate/target.h"

#include <string.h>

#include "aws/endpoint.h"
#include "base/buf.h"

/* Of a reference that has none; no registry is asked by it. */
#define NO_HOST "localhost"

bool
target_parse(const char *text, struct target *target)
{
	size_t len = strcspn(text, "/");

	if (!registry_is_account(text, len))
		return false;
	memcpy(target->account, text, len);
	target->account[len] = '\0';
	target->region = text[len] == '/' ? text + len + 1 : NULL;
	return target->region == NULL || endpoint_is_region(target->region);
}

/* Does the reference say which one it means, not just "latest" by default? */
static bool
has_reference(const char *text)
{
	const char *name = strrchr(text, '/');

	return strpbrk(name != NULL ? name : text, ":@") != NULL;
}

const char *
copied_image_parse(const char *text, struct copied_image *image)
{
	size_t len = strcspn(text, "/");
	struct buf host = { 0 }, whole = { 0 };
	const char *fault;

	buf_add(&host, text, len);
	image->has_registry = text[len] == '/' &&
	    registry_host_parse(buf_str(&host), &image->registry);
	buf_addf(&whole, "%s%s", image->has_registry ? "" : NO_HOST "/", text);
	fault = image_parse(whole.data, &image->image);
	if (fault == NULL && !has_reference(text))
		fault = "REPOSITORY:TAG or REPOSITORY@DIGEST";
	buf_free(&host);
	buf_free(&whole);
	return fault;
}

void
copied_image_free(struct copied_image *image)
{
	image_free(&image->image);
	*image = (struct copied_image){ 0 };
}
