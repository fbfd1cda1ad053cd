/*
 * One YAML document, and JSON is one, as the value that base/json reads.
 * Scalars mean what they mean to Kubernetes' own tools, which is YAML 1.1 by
 * go-yaml: "yes" is true, and 1.0 is a number.
 *
 * What a kubeconfig has no use for is refused, by its line: anchors and aliases,
 * of which bombs are made; merge keys; tags; a second document; keys that are
 * there twice or are no text; nesting beyond what base/json takes.
 */
#ifndef CLUSTER_YAML_H
#define CLUSTER_YAML_H

#include <stddef.h>

#include "base/err.h"

struct cJSON;

/*
 * Free *value with json_free; it is JSON's null where text holds nothing.
 * Errors: ERR_CONFIG, "line 3: ..."; ERR_SYSTEM.
 */
int yaml_parse(const char *text, size_t len, struct cJSON **value,
    struct err *err);

#endif
