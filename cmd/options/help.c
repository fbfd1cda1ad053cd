/* The help that is made of the table of options. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/options/table.h"

enum {
	SHORT = 16, /* a default that fits behind its help */
};

static void
print_notes(const struct command *command)
{
	(void)printf("%s\n",
	    (command->id & COMMAND_TOKENS) != 0 ?
		"\nA registry may be followed by ,role=ARN ,external-id=ID "
		",session-name=NAME.\n--registry and --role-arn may be "
		"repeated. Each --some-option is also\n" OPTION_PREFIX
		"SOME_OPTION; AWS_* variables are honoured." :
		(command->id & COMMAND_PLUGINS) != 0 ?
		"\nEach --some-option is also " OPTION_PREFIX
		"SOME_OPTION; AWS_* variables are\nhonoured." :
		"\nOptions that other commands have are also " OPTION_PREFIX
		"SOME_OPTION; AWS_*\nvariables are honoured.");
	if (command->finish != NULL)
		(void)printf("Exit codes: 0 %s, 1 not.\n", command->success);
	else
		(void)printf(
		    "Exit codes: 0 %s, 64 usage, 69 refused, 70 bug,\n71 "
		    "system, 75 try again, 76 protocol, 77 denied, 78 "
		    "configuration.\n",
		    command->success);
}

void
options_print_help(const struct command *command)
{
	(void)printf("usage: %s%s\n\n%s\n\n",
	    command->is_program ? "" : "ecr-secret ", command->usage,
	    command->purpose);
	for (size_t i = 0; i < OPTIONS_N; i++) {
		const struct option_definition *def = &option_table[i];
		struct buf left = { 0 };

		if (!option_is_for(def, command))
			continue;
		buf_addf(&left, "--%s", def->name);
		if (def->argument != NULL)
			buf_addf(&left, " %s", def->argument);
		if (def->letter != 0)
			buf_addf(&left, ", -%c", def->letter);
		(void)printf("  %-27s %s", left.data, def->help);
		if (def->fallback != NULL && strlen(def->fallback) < SHORT)
			(void)printf(" (%s)", def->fallback);
		else if (def->fallback != NULL)
			(void)printf("\n  %-27s (%s)", "", def->fallback);
		(void)printf("\n");
		buf_free(&left);
	}
	print_notes(command);
}
