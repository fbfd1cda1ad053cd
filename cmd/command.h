/* A command: what it is called, what it does, and the function that does it. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "cmd/options.h"
#include "cmd/report.h"

/* Commands, as a set: an option says with it who takes it. */
enum command_set {
	COMMAND_REFRESH = 1,
	COMMAND_PRINT = 2,
	COMMAND_ALL = COMMAND_REFRESH | COMMAND_PRINT,
};

struct command {
	enum command_set id; /* of this one alone */
	const char *name;
	const char *usage;   /* behind the program's name */
	const char *purpose; /* a sentence, or several lines */
	const char *success; /* what exit code 0 says */
	/* Reports what comes of it. */
	void (*run)(const struct options *options, struct report *report);
};

#endif
