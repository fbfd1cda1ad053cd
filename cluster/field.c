/* Members of a document, of the type that they must have. */
#include "cluster/field.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"

static bool
is_absent(const struct cJSON *value)
{
	return value == NULL || json_is_null(value);
}

int
field_text(const struct cJSON *object, const char *name, const char **text,
    struct err *err)
{
	const struct cJSON *value = json_get(object, name);
	const char *found = json_text(value);

	if (!is_absent(value) && found == NULL)
		return err_set(err, ERR_CONFIG, "%s: not text: quote it", name);
	*text = found == NULL || found[0] == '\0' ? NULL : found;
	return 0;
}

int
field_copy(const struct cJSON *object, const char *name, char **text,
    struct err *err)
{
	const char *found = NULL;

	if (field_text(object, name, &found, err) < 0)
		return -1;
	if (found != NULL) {
		mem_free(*text);
		*text = xstrdup(found);
	}
	return 0;
}

int
field_flag(const struct cJSON *object, const char *name, bool *flag,
    struct err *err)
{
	const struct cJSON *value = json_get(object, name);

	if (is_absent(value))
		return 0;
	if (!json_is_true(value) && !json_is_false(value))
		return err_set(err, ERR_CONFIG, "%s: not true or false", name);
	*flag = json_is_true(value);
	return 0;
}

int
field_list(const struct cJSON *object, const char *name, struct list *list,
    struct err *err)
{
	const struct cJSON *value = json_get(object, name);

	for (const struct cJSON *item = json_first(value); item != NULL;
	    item = json_next(item))
		if (json_text(item) != NULL && !json_is_object(value))
			list_add(list, json_text(item));
		else
			return err_set(err, ERR_CONFIG,
			    "%s: not a list of texts", name);
	if (json_text(value) != NULL)
		return err_set(err, ERR_CONFIG, "%s: not a list", name);
	return 0;
}

int
field_bytes(const struct cJSON *object, const char *name, struct buf *bytes,
    struct err *err)
{
	struct buf joined = { 0 };
	const char *text = NULL;
	int rc = 0;

	if (field_text(object, name, &text, err) < 0)
		return -1;
	/* Go's decoder, too, skips the ends of lines. */
	for (; text != NULL && *text != '\0'; text++)
		if (*text != '\r' && *text != '\n')
			buf_add(&joined, text, 1);
	if (digest_add_decoded(bytes, buf_str(&joined), joined.len) < 0)
		rc = err_set(err, ERR_CONFIG, "%s: not base64", name);
	buf_free(&joined);
	return rc;
}
