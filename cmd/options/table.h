/* Private to cmd/options/: what each option is, and how it is set. */
#ifndef CMD_OPTIONS_TABLE_H
#define CMD_OPTIONS_TABLE_H

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/options/options.h"

#define OPTION_PREFIX "ECR_SECRET_"

/* Between values wherever several separators will do. */
#define OPTION_SPLIT ",; \t\r\n"

/* Between values that may hold commas. */
#define OPTION_SPLIT_WORDS "; \t\r\n"

enum {
	OPTION_ALIASES_MAX = 2,
	OPTIONS_N = 56,
	OPTION_NUMBER_MAX = 256,
};

/* Who said an option's value; an alias by its index from ORIGIN_ALIAS on. */
enum {
	ORIGIN_FALLBACK,
	ORIGIN_OPTION,
	ORIGIN_VARIABLE,
	ORIGIN_ALIAS,
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
	struct value_check check; /* of a text, or each of a list */
	/* In its place, where it depends on --any-host. */
	const char *(*find_host_fault)(const char *text, bool any_host);
	bool has_no_variable;      /* command line only */
	enum command_set commands; /* that take it; 0: refresh alone */
};

/* The log options come first: they say how the rest is told. */
extern const struct option_definition option_table[OPTIONS_N];

/* Adds who said it: "--name", "ECR_SECRET_NAME". */
void option_add_origin(struct buf *out, const struct option_definition *def,
    int origin);

/* Notes in options->settings each option that was given, and where. */
void option_note_settings(const struct command *command,
    struct options *options, const int *origins);

bool option_is_for(const struct option_definition *def,
    const struct command *command);

/* Sets what text says, by its kind. Errors: ERR_USAGE, with who said it. */
int option_set(const struct option_definition *def, int origin,
    const char *text, struct options *options, struct err *err);

/*
 * Reads argv, behind the program's name, and marks whose values it gave in
 * origins, which is as long as the table. After a mistake it goes on, for the
 * log options' sake. Errors: ERR_USAGE.
 */
int option_read_arguments(const struct command *command, char **argv,
    struct options *options, int *origins, struct err *err);

#endif
