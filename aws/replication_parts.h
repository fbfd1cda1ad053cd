/* Private to aws/replication*.c: the parts of a configuration. */
#ifndef AWS_REPLICATION_PARTS_H
#define AWS_REPLICATION_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/replication.h"
#include "base/json.h"

/* Each is an array, or NULL. */
struct cJSON *replication_rules(const struct cJSON *configuration);
struct cJSON *replication_destinations(const struct cJSON *rule);
struct cJSON *replication_filters(const struct cJSON *rule);

size_t replication_count(const struct cJSON *array);

/* Is this member of a rule one of the two lists, or says what goes for none? */
bool replication_is_known(const struct cJSON *member);

/* A filter's prefix; NULL if it is, or holds, something else. */
const char *replication_prefix(const struct cJSON *filter);

struct cJSON *replication_find_destination(const struct cJSON *rule,
    const struct replication_destination *wanted);

#endif
