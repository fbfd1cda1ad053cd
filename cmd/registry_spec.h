/*
 * What --registry says: a registry by its host, account, or account and region,
 * and the role to ask for its token. Pure.
 */
#ifndef CMD_REGISTRY_SPEC_H
#define CMD_REGISTRY_SPEC_H

#include <stdbool.h>

#include "aws/endpoint.h"

/* A registry; all zeroes is the caller's own. */
struct registry_spec {
	char *host;    /* bare, in lower case; NULL: by account, or our own */
	char *account; /* where there is no host, else NULL */
	char *region;  /* NULL: the region for what names none */
	struct endpoint_variant variant; /* that the host asks for */
	bool is_public;                  /* ECR Public */
	char *role_arn;                  /* NULL: the caller asks */
	char *external_id;               /* or NULL */
	char *session_name;              /* or NULL */
};

/*
 * HOST, ACCOUNT, ACCOUNT.REGION or public.ecr.aws, then ",role=", ",external-id="
 * and ",session-name=" in any order, each up to the next of these words, since
 * roles and ids may hold commas. Hosts outside ECR's grammar only if any_host.
 * Returns NULL, or what text should be: "an ECR registry's host, ...". The
 * caller frees *spec with registry_spec_free in any case.
 */
const char *registry_spec_parse(const char *text, bool any_host,
    struct registry_spec *spec);

void registry_spec_free(struct registry_spec *spec);

/* The grammars of IAM and STS, for options that say the same. */
bool registry_spec_is_role(const char *text);
bool registry_spec_is_external_id(const char *text);
bool registry_spec_is_session_name(const char *text);

#endif
