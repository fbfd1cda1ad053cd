/*
 * The settings of AWS's tools: a variable says them, else the profile that is
 * meant, by a key that is the variable in lower case and without "AWS_". By
 * the AWS SDKs and Tools Reference Guide, "Settings reference". What a profile
 * says is cleaned as base/env.h cleans variables, and empty is unset there too.
 *
 * All of these fail with ERR_CONFIG, and begin their message with who said it.
 */
#ifndef AWS_SETTINGS_H
#define AWS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct aws; /* of which the profile counts, and the shared files */

/* Free it in any case. */
struct setting {
	char *value; /* NULL while nobody has said it */
	char *who;   /* "AWS_REGION", or "profile \"team\": region" */
};

/*
 * Asks one who may say it: a variable; a key of the profile; a key, such as
 * "ecr.endpoint_url", of the section that the profile's "services" names. A
 * setting that has a value is left alone, so that the first one wins.
 */
int settings_ask_variable(const char *variable, struct setting *setting,
    struct err *err);
int settings_ask_profile(const struct aws *aws, const char *key,
    struct setting *setting, struct err *err);
int settings_ask_services(const struct aws *aws, const char *key,
    struct setting *setting, struct err *err);

/* Asks the variable, then the profile. */
int settings_get(const struct aws *aws, const char *variable,
    struct setting *setting, struct err *err);

/* The same for a boolean. Unset: *value stays. */
int settings_get_bool(const struct aws *aws, const char *variable, bool *value,
    struct err *err);

/* For one of several words, in any case; NULL ends them. Unset: *at stays. */
int settings_get_word(const struct aws *aws, const char *variable,
    const char *const *words, size_t *at, struct err *err);

void setting_free(struct setting *setting);

#endif
