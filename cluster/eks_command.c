/* Commands that print an EKS token. */
#include "cluster/eks_command.h"

#include <string.h>

#include "base/mem.h"

enum {
	POSITIONALS_MAX = 2,
};

/* Where an option's or a variable's value belongs. */
enum part {
	PART_NAME,
	PART_REGION,
	PART_PROFILE,
	PART_ROLE,
	PART_EXTERNAL_ID,
	PART_SESSION,
	PART_NOTHING, /* the value makes no difference to us */
	PART__N
};

struct option {
	const char *name;
	enum part part;
};

/* Options of one value each, and the words that are none. */
static const struct program {
	const char *name, *positionals[POSITIONALS_MAX];
	struct option options[9];
} programs[] = {
	{ "aws", { "eks", "get-token" },
	    { { "--region", PART_REGION }, { "--profile", PART_PROFILE },
		{ "--cluster-name", PART_NAME }, { "--cluster-id", PART_NAME },
		{ "--role-arn", PART_ROLE }, { "--role", PART_ROLE },
		{ "--output", PART_NOTHING } } },
	{ "aws-iam-authenticator", { "token" },
	    { { "-i", PART_NAME }, { "--cluster-id", PART_NAME },
		{ "-r", PART_ROLE }, { "--role", PART_ROLE },
		{ "-e", PART_EXTERNAL_ID },
		{ "--external-id", PART_EXTERNAL_ID }, { "-s", PART_SESSION },
		{ "--session-name", PART_SESSION },
		{ "--region", PART_REGION } } },
};

/* As the SDKs of both programs read them; the first that is set counts. */
static const struct option variables[] = {
	{ "AWS_PROFILE", PART_PROFILE },
	{ "AWS_REGION", PART_REGION },
	{ "AWS_DEFAULT_REGION", PART_REGION },
	{ "AWS_STS_REGIONAL_ENDPOINTS", PART_NOTHING },
};

/* The parts found so far; borrowed. */
struct found {
	const char *parts[PART__N];
	bool is_profile_explicit;
};

/* The part that a word of len characters names; PART__N for none. */
static enum part
look_up(const struct option *options, size_t n, const char *word, size_t len)
{
	for (size_t i = 0; i < n && options[i].name != NULL; i++)
		if (strlen(options[i].name) == len &&
		    strncmp(options[i].name, word, len) == 0)
			return options[i].part;
	return PART__N;
}

static const struct program *
find_program(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash == NULL ? command : slash + 1;

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(name, programs[i].name) == 0)
			return &programs[i];
	return NULL;
}

/* "--name value" or "--name=value". */
static bool
read_arguments(const struct program *program, const struct list *words,
    struct found *found)
{
	size_t positionals = 0;

	for (size_t i = 1; i < words->n; i++) {
		const char *word = words->items[i];
		size_t len = strcspn(word, "=");
		enum part part;

		if (word[0] != '-') {
			if (positionals == POSITIONALS_MAX ||
			    program->positionals[positionals] == NULL ||
			    strcmp(word, program->positionals[positionals]) !=
				0)
				return false;
			positionals++;
			continue;
		}
		part = look_up(program->options,
		    sizeof(program->options) / sizeof(program->options[0]),
		    word, len);
		if (part == PART__N || (word[len] == '\0' && ++i == words->n))
			return false;
		found->is_profile_explicit |= part == PART_PROFILE;
		found->parts[part] =
		    word[len] == '=' ? word + len + 1 : words->items[i];
	}
	return positionals == POSITIONALS_MAX ||
	    program->positionals[positionals] == NULL;
}

/* Options beat variables; a variable that we don't know may mean anything. */
static bool
read_variables(const struct list *settings, struct found *found)
{
	size_t n = sizeof(variables) / sizeof(variables[0]);

	for (size_t i = 0; i < settings->n; i++)
		if (look_up(variables, n, settings->items[i],
			strcspn(settings->items[i], "=")) == PART__N)
			return false;
	for (size_t v = 0; v < n; v++) {
		const char **part = &found->parts[variables[v].part];
		size_t len = strlen(variables[v].name);

		for (size_t i = 0; i < settings->n && *part == NULL; i++)
			if (strncmp(settings->items[i], variables[v].name,
				len) == 0 &&
			    settings->items[i][len] == '=' &&
			    settings->items[i][len + 1] != '\0')
				*part = settings->items[i] + len + 1;
	}
	return true;
}

static char *
copy(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : xstrdup(text);
}

bool
eks_command_read(const struct list *words, const struct list *settings,
    struct cluster_eks *eks)
{
	const struct program *program = find_program(words->items[0]);
	struct found found = { 0 };

	if (program == NULL || !read_arguments(program, words, &found) ||
	    !read_variables(settings, &found) ||
	    found.parts[PART_NAME] == NULL || found.parts[PART_NAME][0] == '\0')
		return false;
	*eks = (struct cluster_eks){
		.name = copy(found.parts[PART_NAME]),
		.region = copy(found.parts[PART_REGION]),
		.profile = copy(found.parts[PART_PROFILE]),
		.is_profile_explicit = found.is_profile_explicit,
		.role_arn = copy(found.parts[PART_ROLE]),
		.external_id = copy(found.parts[PART_EXTERNAL_ID]),
		.session_name = copy(found.parts[PART_SESSION]),
	};
	return true;
}
