/* Private to cmd/option*.c: what each option is. */
#ifndef CMD_OPTION_TABLE_H
#define CMD_OPTION_TABLE_H

#include "cmd/options.h"

#define OPTION_PREFIX "ECR_SECRET_"

enum {
	OPTION_ALIASES_MAX = 2,
	OPTIONS_N = 15,
};

struct option_definition {
	const char *name;
	char letter; /* 0: none */
	enum option_kind {
		OPTION_TEXT,     /* char * */
		OPTION_LIST,     /* struct list */
		OPTION_FLAG,     /* bool */
		OPTION_DURATION, /* int64_t, milliseconds */
		OPTION_FORMAT,   /* bool: json, not text */
	} kind;
	size_t offset;        /* in struct options */
	const char *argument; /* in help; NULL for flags */
	const char *help;
	const char *expects;  /* "X is not ..." */
	const char *fallback; /* NULL: empty, or false */
	const char *split;    /* between the values of an option, a list */
	const char *aliases[OPTION_ALIASES_MAX]; /* variables */
	/* Checks a text, or each of a list, when all options are known. */
	bool (*is_good)(const struct options *options, const char *text);
};

/* The log options come first: they say how the rest is told. */
extern const struct option_definition option_table[OPTIONS_N];

#endif
