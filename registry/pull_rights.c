/* What a pull asks of ECR. */
#include "registry/pull_rights.h"

#include <stddef.h>

const char *const pull_rights[] = { PULL_MANIFEST, PULL_LAYER, PULL_LOOK,
	NULL };
