/*
 * How replication is set up, as far as it can be seen: one document, that is
 * printed as it is or in words.
 */
#include <stdio.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/policy.h"
#include "aws/replication_policy.h"
#include "base/mem.h"
#include "cmd/replicate/run.h"

/* What a destination's "access" and a registry's "creationTemplate" may be. */
#define OWN "its own account"
#define ALLOWED "allowed"
#define MISSING "missing"
#define NOT_SEEN "not seen"
#define NONE "none"
#define SOME "there"

/* --- The document ---------------------------------------------------------- */

static void
add_fault(struct cJSON *state, const char *name, const struct err *err)
{
	json_add_text(state, name, NOT_SEEN);
	json_add_text(state, "fault", err->text);
}

/* Are there templates for what replication creates? Not all may look. */
static void
add_template(struct side *side, const char *region, struct cJSON *state)
{
	struct cJSON *answer = NULL;
	const struct cJSON *template;
	const char *found = NONE;
	struct err err = { 0 };

	if (side_ask(side,
		&(struct ecr_question){
		    .action = "DescribeRepositoryCreationTemplates",
		    .body = "{}",
		    .region = region },
		&answer, &err) < 0) {
		json_add_text(state, "creationTemplate", NOT_SEEN);
		return;
	}
	template = json_first(json_get(answer, "repositoryCreationTemplates"));
	for (; template != NULL; template = json_next(template)) {
		struct list uses = { 0 };

		policy_add_texts(&uses, json_get(template, "appliedFor"));
		if (list_has(&uses, "REPLICATION"))
			found = SOME;
		list_free(&uses);
	}
	json_add_text(state, "creationTemplate", found);
	json_free(answer);
}

/* Does the policy there let in all that our rules copy? */
static void
look_there(struct run *run, const struct replication_destination *registry,
    const struct list *prefixes, struct cJSON *state)
{
	struct side *side = &run->destination;
	struct cJSON *configuration = NULL, *policy = NULL;
	struct replication_grant grant;
	struct err err = { 0 };
	char *account = NULL;

	if (side_read_configuration(side, registry->region, &account,
		&configuration, &err) == 0 &&
	    strcmp(account, registry->account) != 0)
		(void)err_set(&err, ERR_CONFIG,
		    "the credentials are those of "
		    "account %s",
		    account);
	if (err.kind != ERR_NONE ||
	    side_read_policy(side, registry->region, &policy, &err) < 0) {
		add_fault(state, "access", &err);
	} else {
		replication_make_grant(run->account, registry,
		    endpoint_partition(registry->region), prefixes, &grant);
		json_add_text(state, "access",
		    replication_is_granted(policy, run->account, &grant) ?
			ALLOWED :
			MISSING);
		add_template(side, registry->region, state);
		replication_free_grant(&grant);
	}
	mem_free(account);
	json_free(configuration);
	json_free(policy);
}

static struct cJSON *
describe_destination(struct run *run, const char *text)
{
	struct cJSON *state = json_new_object();
	size_t len = strcspn(text, "/");
	char *account = xstrndup(text, len);
	const struct replication_destination registry = { account,
		text + len + 1 };
	struct list prefixes = { 0 };
	struct buf command = { 0 };

	if (!replication_find_prefixes(run->configuration, &registry,
		&prefixes))
		list_free(&prefixes);
	json_add_text(state, "registryId", registry.account);
	json_add_text(state, "region", registry.region);
	if (strcmp(registry.account, run->account) == 0)
		json_add_text(state, "access", OWN);
	else if (run_has_destination(run))
		look_there(run, &registry, &prefixes, state);
	else
		json_add_text(state, "access", NOT_SEEN);
	run_add_command(run, &registry, &prefixes, &command);
	if (strcmp(registry.account, run->account) != 0)
		json_add_text(state, "command", command.data);
	list_free(&prefixes);
	buf_free(&command);
	mem_free(account);
	return state;
}

static void
add_destinations(struct run *run, struct cJSON *state)
{
	struct list targets = { 0 };
	struct cJSON *destinations = json_new_array();

	replication_find_all_targets(run->configuration, &targets);
	for (size_t i = 0; i < targets.n; i++)
		json_append(destinations,
		    describe_destination(run, targets.items[i]));
	json_add(state, "destinations", destinations);
	list_free(&targets);
}

static void
add_policy(struct run *run, struct cJSON *state)
{
	struct side *side = &run->source;
	struct cJSON *policy = NULL;
	struct list sources = { 0 };
	struct err err = { 0 };

	if (side_read_policy(side, side->region, &policy, &err) < 0) {
		add_fault(state, "policy", &err);
		return;
	}
	replication_find_sources(policy, &sources);
	if (sources.n > 0)
		add_template(side, side->region, state);
	json_add(state, "policy", policy);
	list_free(&sources);
}

/* --- In words --------------------------------------------------------------- */

static void
print_lines(const char *title, struct list *lines, const char *none)
{
	(void)printf("%s\n", title);
	for (size_t i = 0; i < lines->n; i++)
		(void)printf("  %s\n", lines->items[i]);
	if (lines->n == 0)
		(void)printf("  %s\n", none);
	list_free(lines);
}

static void
print_destination(const struct cJSON *state)
{
	static const struct {
		const char *access, *text;
		bool has_command;
	} words[] = {
		{ OWN, "needs no policy", false },
		{ ALLOWED, "lets it in", false },
		{ MISSING, "does NOT let it in; as that account", true },
		{ NOT_SEEN,
		    "not looked at (--destination-profile, "
		    "--destination-role-arn); what lets it in, as that account",
		    true },
	};
	const char *access = json_get_text(state, "access");
	const char *fault = json_get_text(state, "fault");
	const char *template = json_get_text(state, "creationTemplate");

	(void)printf("  %s/%s: ", json_get_text(state, "registryId"),
	    json_get_text(state, "region"));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].access, access) != 0)
			continue;
		(void)printf("%s%s%s", words[i].text,
		    words[i].has_command ? ": " : "",
		    words[i].has_command ? json_get_text(state, "command") :
					   "");
	}
	if (fault != NULL)
		(void)printf(" (%s)", fault);
	if (template != NULL && strcmp(template, NONE) == 0)
		(void)printf("; no creation template is for replication");
	(void)printf("\n");
}

/* What people don't expect, where it applies. */
static void
print_notes(const struct run *run, const struct cJSON *state, bool has_rules)
{
	const char *template = json_get_text(state, "creationTemplate");
	struct buf excess = { 0 };

	if (has_rules)
		(void)printf(
		    "notes\n"
		    "  only what is pushed after a rule was made is copied: "
		    "--list-unreplicated\n"
		    "  a copy is not copied on, and deletions are not copied "
		    "unless the rule says so\n"
		    "  tags are overwritten in the destination, or where they "
		    "are immutable there, the copy fails\n"
		    "  settings, policies and lifecycle rules of repositories "
		    "are not copied: a creation template there for replication "
		    "sets them\n");
	replication_add_excess(run->configuration, &excess);
	if (excess.len > 0)
		(void)printf("  %s\n", excess.data);
	if (template != NULL && strcmp(template, NONE) == 0)
		(void)printf("no creation template is for what is copied in: "
			     "its repositories get the default settings\n");
	buf_free(&excess);
}

static void
print_state(const struct run *run, const struct cJSON *state)
{
	const struct cJSON *one = json_first(json_get(state, "destinations"));
	const struct cJSON *policy = json_get(state, "policy");
	struct list rules = { 0 }, sources = { 0 };
	bool has_rules;

	replication_describe(run->configuration, &rules);
	has_rules = rules.n > 0;
	(void)printf("%s/%s\n", run->account, run->source.region);
	print_lines("copies what is pushed", &rules, "nothing");
	if (one != NULL)
		(void)printf("destinations\n");
	for (; one != NULL; one = json_next(one))
		print_destination(one);
	if (json_is_object(policy))
		replication_describe_policy(policy, &sources);
	print_lines("lets copy in", &sources,
	    json_is_object(policy) ? "nobody" : json_get_text(state, "fault"));
	print_notes(run, state, has_rules);
}

int
run_show(struct run *run, struct err *err)
{
	const struct options *options = run->options;
	struct side *side = &run->source;
	struct cJSON *state;
	struct buf text = { 0 };

	if (run_open_sides(run, err) < 0)
		return -1;
	state = json_new_object();
	json_add_text(state, "registryId", run->account);
	json_add_text(state, "region", side->region);
	json_add(state, "replicationConfiguration",
	    json_copy(run->configuration));
	add_policy(run, state);
	add_destinations(run, state);
	if (options->is_json_output) {
		json_add_to(&text, state);
		(void)printf("%s\n", text.data);
	} else {
		print_state(run, state);
	}
	buf_free(&text);
	json_free(state);
	return 0;
}
