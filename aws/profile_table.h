/* Private to aws/profile*.c: the sections of the files, in a hash table. */
#ifndef AWS_PROFILE_TABLE_H
#define AWS_PROFILE_TABLE_H

#include "aws/profile.h"
#include "base/buf.h"

/*
 * Where the properties of a section, which may be new, are added: a key, a NUL,
 * a value, a NUL. What is nested follows its property; "=" is before its keys.
 * Borrowed until the next section is added.
 */
struct buf *profile_table_add(struct profiles *profiles, int section,
    const char *name);

/* All that was added is the config file's, what follows is not. */
void profile_table_end_config(struct profiles *profiles);

#endif
