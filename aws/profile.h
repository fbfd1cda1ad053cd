/*
 * The profiles of AWS's shared config and credentials files, parsed and merged
 * as "Shared config and credentials files" of the AWS SDKs and Tools Reference
 * Guide and the SDKs' common test cases say. Pure: what is read comes in as
 * text; aws/profile_file.h reads it.
 *
 * The config file has [default], [profile NAME], [sso-session NAME] and
 * [services NAME], the credentials file [NAME]. Sections of any other kind or
 * name are skipped, with all that is in them; properties with a name that can't
 * be one are too. [profile default] hides [default] of the same file. What is
 * defined twice merges, and its last value counts.
 */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum profile_file {
	PROFILE_CONFIG,
	PROFILE_CREDENTIALS,
};

enum profile_section {
	PROFILE_PROFILE,
	PROFILE_SSO_SESSION, /* in the config file alone, as are services */
	PROFILE_SERVICES,
};

struct profile_entry;

/* The merged files; all zeroes is none. */
struct profiles {
	struct profile_entry *entries;
	size_t n;
	size_t cap;
};

/*
 * Adds what a file says; path is for messages. What comes later wins, property
 * by property: the credentials file comes last. Errors: ERR_CONFIG, with path,
 * line and the SDKs' sentence; what came before the line was added.
 */
int profiles_parse(struct profiles *profiles, enum profile_file file,
    const char *path, const struct buf *text, struct err *err);

bool profiles_has(const struct profiles *profiles, enum profile_section section,
    const char *name);

/*
 * A property's value, borrowed until the next change; NULL if there is none.
 * The key is in lower case. The lines of a continued value are joined by
 * newlines. "s3.k" is "k" of what is nested below "s3 =".
 */
const char *profiles_get(const struct profiles *profiles,
    enum profile_section section, const char *name, const char *key);

/*
 * The same for a profile, by what that file alone says: keys that belong
 * together are not merged from two files.
 */
const char *profiles_get_from(const struct profiles *profiles,
    enum profile_file file, const char *name, const char *key);

void profiles_free(struct profiles *profiles);

#endif
