/* Private to registry/probe*.c: what mends a registry's refusal. */
#ifndef REGISTRY_PROBE_HINTS_H
#define REGISTRY_PROBE_HINTS_H

#include "registry/probe.h"

/* An answer's first error, in its own words, fit to be shown. */
struct complaint {
	struct buf code;
	struct buf message;
	struct buf lower; /* the message in small letters */
};

/* For 400, 401 and 403, and for 404. */
void probe_hint_denied(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err);
void probe_hint_missing(const struct probe_answer *answer,
    const struct complaint *complaint, struct err *err);

#endif
