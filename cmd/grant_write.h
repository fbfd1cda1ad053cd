/*
 * One repository's policy is changed as grant wants it. ECR has no conditional
 * write, so that it is read once more right before it is written, and read back
 * after that; where it then is not as wanted, it is mended from what was read.
 */
#ifndef CMD_GRANT_WRITE_H
#define CMD_GRANT_WRITE_H

#include <stdbool.h>

#include "aws/ecr_repository.h"
#include "base/err.h"
#include "cmd/grant_wish.h"
#include "cmd/report.h"

/* Borrowed. */
struct grant_job {
	struct aws *aws;
	const struct ecr_registry *registry;
	const struct grant_wish *wish;
	const char *repository;
	bool is_dry_run; /* the difference is printed instead */
};

/*
 * Makes of the policy that was read what is wanted, and reports it. *stored is
 * replaced by what is read later. Errors, with the repository's name:
 * ERR_REFUSED for a policy that can't be changed, would be too long, or would
 * lock its owner out; ERR_RETRY if somebody else keeps changing it; as
 * ecr_fetch_policy and ecr_write_policy.
 */
int grant_write(const struct grant_job *job, struct ecr_policy *stored,
    struct report *report, struct err *err);

#endif
