/* One repository's policy is changed as grant wants it. */
#ifndef CMD_GRANT_WRITE_H
#define CMD_GRANT_WRITE_H

#include <stdbool.h>

#include "aws/ecr_registry.h"
#include "base/err.h"
#include "cmd/grant/wish.h"
#include "cmd/report.h"

/* Borrowed. */
struct grant_job {
	const struct ecr_resource *repository;
	const struct grant_wish *wish;
	bool is_dry_run; /* the difference is printed instead */
};

/*
 * Makes of the repository's policy what is wanted, and reports it. Errors, with
 * the repository's name: as edit_document and grant_wish_apply.
 */
int grant_write(const struct grant_job *job, struct report *report,
    struct err *err);

#endif
