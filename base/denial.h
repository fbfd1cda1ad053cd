/*
 * What AWS denies by besides the policies of who asks and of what is asked for,
 * by its own words, pure. By the IAM User Guide, "Troubleshoot access denied
 * error messages".
 */
#ifndef BASE_DENIAL_H
#define BASE_DENIAL_H

struct denial {
	const char *word; /* that tells it, in small letters */
	const char *hint; /* what mends it: a sentence */
	/* Stands before the action in the statement that it lacks: "", or
	 * "\"Principal\":\"*\","; NULL: a statement is not enough. */
	const char *principal;
};

/* By a message in small letters; NULL: it is one of those two policies. */
const struct denial *denial_find(const char *message);

#endif
