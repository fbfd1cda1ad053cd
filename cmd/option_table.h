/* Private to cmd/option*.c: what each option is. */
#ifndef CMD_OPTION_TABLE_H
#define CMD_OPTION_TABLE_H

#include "cmd/options.h"

#define OPTION_PREFIX "ECR_SECRET_"

/* Between values wherever several separators will do. */
#define OPTION_SPLIT ",; \t\r\n"

/* Between values that may hold commas. */
#define OPTION_SPLIT_WORDS "; \t\r\n"

enum {
	OPTION_ALIASES_MAX = 2,
	OPTIONS_N = 27,
	OPTION_NUMBER_MAX = 256,
};

struct option_definition {
	const char *name;
	char letter; /* 0: none */
	enum option_kind {
		OPTION_TEXT,     /* char * */
		OPTION_LIST,     /* struct list */
		OPTION_FLAG,     /* bool */
		OPTION_DURATION, /* int64_t, milliseconds */
		OPTION_NUMBER,   /* int64_t, 1 to OPTION_NUMBER_MAX */
	} kind;
	size_t offset;        /* in struct options */
	const char *argument; /* in help; NULL for flags */
	const char *help;
	const char *expects;        /* "X is not ..."; flags: "YES or NO" */
	const char *fallback;       /* NULL: empty, or false */
	const char *split;          /* between a list's values, in an option */
	const char *variable_split; /* the same in its variable */
	const char *alias_split;    /* and in its aliases */
	const char *aliases[OPTION_ALIASES_MAX]; /* variables */
	/*
	 * Checks a text, or each of a list, once any_host is known. Returns
	 * NULL, or what it should be, in place of what it expects.
	 */
	const char *(*find_fault)(const char *text, bool any_host);
	bool has_no_variable; /* command line only */
};

/* The log options come first: they say how the rest is told. */
extern const struct option_definition option_table[OPTIONS_N];

#endif
