/*
 * Members of a document, of the type that they must have, as Kubernetes' tools
 * hold them to. A member that is not there, or null, is no error. Texts and
 * objects are borrowed from the document.
 */
#ifndef CLUSTER_FIELD_H
#define CLUSTER_FIELD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

struct cJSON;

/* *text is NULL where there is none, or an empty one. Errors: ERR_CONFIG. */
int field_text(const struct cJSON *object, const char *name, const char **text,
    struct err *err);

/* The same as a copy, which replaces *text if there is one. */
int field_copy(const struct cJSON *object, const char *name, char **text,
    struct err *err);

int field_flag(const struct cJSON *object, const char *name, bool *flag,
    struct err *err);

/* Adds each text of a list. */
int field_list(const struct cJSON *object, const char *name, struct list *list,
    struct err *err);

/* Adds the bytes that a text is base64 of. */
int field_bytes(const struct cJSON *object, const char *name, struct buf *bytes,
    struct err *err);

#endif
