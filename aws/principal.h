/*
 * By what a policy names who goes by an ARN. A session is named by its role,
 * whose path its own ARN does not tell, and ECR and IAM take no policy that
 * names a role which does not exist. Pure. By the IAM User Guide, "IAM
 * identifiers" and "AWS JSON policy elements: Principal".
 */
#ifndef AWS_PRINCIPAL_H
#define AWS_PRINCIPAL_H

#include <stddef.h>

#include "base/buf.h"
#include "base/list.h"

/* All zeroes is nobody. */
struct principal {
	struct buf arn; /* a user's or role's; a role's may lack its path */
	struct buf
	    named; /* what policies of others name: that, or its account */
	struct buf
	    note; /* what to name if it has a path; empty if all is known */
};

/*
 * Who goes by arn[0..len). roles has ARNs of roles that are known, with their
 * paths. Of a role of AWS SSO, which has a path that nobody guesses, the account
 * is named. Free *principal with principal_free.
 */
void principal_find(const char *arn, size_t len, const struct list *roles,
    struct principal *principal);

void principal_free(struct principal *principal);

#endif
