/*
 * Where the shared config and credentials files are, which profile of them is
 * meant, and what they say. By the AWS SDKs and Tools Reference Guide,
 * "Location of the shared config and credentials files".
 */
#ifndef AWS_PROFILE_FILE_H
#define AWS_PROFILE_FILE_H

#include "aws/profile.h"
#include "base/err.h"

/*
 * The path of a file, for the caller to free with mem_free: set is what its
 * variable says, else it is in ~/.aws. "~" alone or before a slash is home.
 * NULL if home would be needed, but is NULL: then there is no file. Pure.
 */
char *profile_file_path(enum profile_file file, const char *set,
    const char *home);

/*
 * The profile to use: AWS_PROFILE, AWS_DEFAULT_PROFILE, else "default", and
 * which of these said it. The caller frees *name with mem_free. Errors:
 * ERR_CONFIG.
 */
int profile_file_choose(char **name, const char **origin, struct err *err);

/*
 * Reads a file that the AWS CLI keeps a login in; "~/" in front is HOME.
 * Errors: ERR_CONFIG.
 */
int profile_file_read_cache(const char *path, struct buf *text,
    struct err *err);

/* Adds what both files hold, as it stands. Errors: ERR_CONFIG. */
int profile_file_add_texts(struct buf *out, struct err *err);

/*
 * Reads both files, by AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE and HOME.
 * Missing ones are empty. Errors: ERR_CONFIG. Free profiles in any case.
 */
int profiles_load(struct profiles *profiles, struct err *err);

#endif
