/* Options on the command line, by getopt_long. */
#include <getopt.h>
#include <string.h>

#include "cmd/options/table.h"

enum {
	GETOPT_BASE = 256, /* our values for getopt, clear of letters */
};

bool
option_is_for(const struct option_definition *def,
    const struct command *command)
{
	return ((def->commands != 0 ? def->commands : COMMAND_REFRESH) &
		   command->id) != 0;
}

static void
make_getopt_table(const struct command *command, struct option *table,
    char *letters)
{
	size_t n = 0;

	for (size_t i = 0; i < OPTIONS_N; i++) {
		const struct option_definition *def = &option_table[i];

		if (!option_is_for(def, command))
			continue;
		table[n++] = (struct option){
			.name = def->name,
			.has_arg = def->argument == NULL ? optional_argument :
							   required_argument,
			.val = GETOPT_BASE + (int)i,
		};
		if (def->letter != 0)
			*letters++ = def->letter;
	}
	table[n] = (struct option){ 0 };
	*letters = '\0';
}

/* The index of what getopt found, OPTIONS_N if it is none of ours. */
static size_t
find_option(int value)
{
	size_t i = 0;

	if (value >= GETOPT_BASE)
		return (size_t)(value - GETOPT_BASE);
	while (i < OPTIONS_N && option_table[i].letter != value)
		i++;
	return i;
}

/* name[0..len): an option of this command? If not, of another one? */
static int
check_name(const struct command *command, const char *name, size_t len,
    struct err *err)
{
	bool is_known = false;

	for (size_t i = 0; i < OPTIONS_N; i++) {
		const struct option_definition *def = &option_table[i];

		if (strlen(def->name) != len ||
		    strncmp(def->name, name, len) != 0)
			continue;
		if (option_is_for(def, command))
			return 0;
		is_known = true;
	}
	if (is_known)
		return err_set(err, ERR_USAGE,
		    "--%.*s: not an option of %s; see %s --help", (int)len,
		    name, command->name, command->name);
	return err_set(err, ERR_USAGE, "--%.*s: unknown option; see --help",
	    (int)len, name);
}

/* getopt takes abbreviations, which a later option would make ambiguous. */
static int
check_spelling(const struct command *command, char **argv, struct err *err)
{
	for (int arg = 1; argv[arg] != NULL && strcmp(argv[arg], "--") != 0;
	    arg++)
		if (strncmp(argv[arg], "--", 2) == 0 &&
		    check_name(command, argv[arg] + 2,
			strcspn(argv[arg] + 2, "="), err) < 0)
			return -1;
	return 0;
}

static int
take_option(int value, char **argv, struct options *options, int *origins,
    struct err *err)
{
	size_t i = find_option(value);

	if (value == ':')
		return err_set(err, ERR_USAGE, "%s: needs a value; see --help",
		    argv[optind - 1]);
	if (i >= OPTIONS_N)
		return err_set(err, ERR_USAGE,
		    "-%c: unknown option; see --help", optopt);
	origins[i] = ORIGIN_OPTION;
	return option_set(&option_table[i], ORIGIN_OPTION,
	    optarg != NULL ? optarg : "true", options, err);
}

static int
count(char **argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

int
option_read_arguments(const struct command *command, char **argv,
    struct options *options, int *origins, struct err *err)
{
	struct option table[OPTIONS_N + 1];
	/* The colon makes getopt tell a missing value from a wrong option. */
	char letters[OPTIONS_N + 2] = ":";
	int value, rc = check_spelling(command, argv, err), argc = count(argv);

	make_getopt_table(command, table, letters + 1);
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		struct err later;

		if (take_option(value, argv, options, origins,
			rc == 0 ? err : &later) < 0)
			rc = -1;
	}
	if (rc == 0 && optind < argc && command->argument == NULL)
		rc = err_set(err, ERR_USAGE,
		    "unexpected argument \"%s\"; see --help", argv[optind]);
	for (int i = optind; rc == 0 && i < argc; i++)
		list_add(&options->arguments, argv[i]);
	return rc;
}
