/* A command: what it is called, what it does, and the function that does it. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "cmd/options/options.h"
#include "cmd/report.h"

/* Commands, as a set: an option says with it who takes it. */
enum command_set {
	COMMAND_REFRESH = 1,
	COMMAND_PRINT = 2,
	COMMAND_CHECK = 4,
	COMMAND_GRANT = 8,
	COMMAND_REPLICATE = 16,
	COMMAND_PROVIDER = 32,
	COMMAND_HELPER = 64,
	/* Those for which registries are named and a Secret is made. */
	COMMAND_TOKENS = COMMAND_REFRESH | COMMAND_PRINT | COMMAND_CHECK,
	/* Those that go to a cluster. */
	COMMAND_CLUSTER = COMMAND_REFRESH | COMMAND_CHECK,
	/* Those that print what they find. */
	COMMAND_TELLING = COMMAND_CHECK | COMMAND_GRANT | COMMAND_REPLICATE,
	/* Those that set up how images cross accounts. */
	COMMAND_ACROSS = COMMAND_GRANT | COMMAND_REPLICATE,
	/* Those that people and jobs start, and those that other programs do. */
	COMMAND_DIRECT = COMMAND_TOKENS | COMMAND_ACROSS,
	COMMAND_PLUGINS = COMMAND_PROVIDER | COMMAND_HELPER,
	COMMAND_ALL = COMMAND_DIRECT | COMMAND_PLUGINS,
	COMMAND_ALL_BUT_PROVIDER = COMMAND_DIRECT | COMMAND_HELPER,
};

/* What a value given by the user may be; all zeroes: anything. */
struct value_check {
	bool (*is_good)(const char *text);
	const char *wanted; /* "X is not ..." */
	/* In place of both, where that depends on X; NULL: it is good. */
	const char *(*find_fault)(const char *text);
};

struct command {
	enum command_set id; /* of this one alone */
	const char *name;
	const char *usage;   /* behind the program's name */
	const char *purpose; /* a sentence, or several lines */
	const char *success; /* what exit code 0 says */
	/* Reports what comes of it. */
	void (*run)(const struct options *options, struct report *report);
	const char *argument;     /* what it takes besides options; or NULL */
	struct value_check check; /* of each argument */
	/* A name to be called by, too; the usage begins with it. */
	bool is_program;
	/* Ends with this exit code; NULL: report_finish's. */
	int (*finish)(struct report *report);
};

#endif
