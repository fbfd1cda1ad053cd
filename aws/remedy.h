/*
 * What mends a refusal by AWS: one table, by error code and action. Each
 * sentence says what the operator can do, and who asked for what.
 */
#ifndef AWS_REMEDY_H
#define AWS_REMEDY_H

#include <stdbool.h>
#include <time.h>

#include "aws/creds.h"
#include "base/err.h"
#include "base/list.h"

/* What was asked, as far as it matters here. */
struct remedy_asked {
	const char *action;   /* "sts:AssumeRole" */
	const char *role_arn; /* the role to assume, or NULL */
	const char *token;    /* the OIDC token that was shown, or NULL */
	bool has_external_id;
};

/* A refusal, and what is known around it. Borrowed. */
struct refusal {
	struct remedy_asked asked;
	const char *code; /* AWS's words */
	const char *message;
	const char *region;        /* that was asked */
	const struct creds *creds; /* who asked; NULL: nobody signed */
	const struct list *roles;  /* that are known, as for principal_find */
	time_t now;                /* by the corrected clock */
	time_t clock_offset_s;     /* that was measured, or 0 */
};

/* Adds the hints that the table has for it. Pure. */
void remedy_add(const struct refusal *refusal, struct err *err);

#endif
