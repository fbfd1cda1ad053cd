/* Shared files, from texts that are good. */
#ifndef TEST_UNIT_PROFILES_H
#define TEST_UNIT_PROFILES_H

#include "aws/profile.h"
#include "test/unit/unit.h"

static inline void
parse_profiles(struct profiles *profiles, enum profile_file file,
    const char *text)
{
	struct buf buf = { 0 };
	struct err err = { 0 };

	buf_add_str(&buf, text);
	if (profiles_parse(profiles, file, "/x/file", &buf, &err) < 0)
		fail_msg("%s", err.text);
	buf_free(&buf);
}

#endif
