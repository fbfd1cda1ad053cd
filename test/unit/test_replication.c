/*
 * The replication configuration: what a wish adds and takes away, what is left
 * alone, and what is refused. Documents are those of the ECR API Reference; the
 * shapes, and deleteReplication, which is newer than most models, too.
 */
#include "aws/replication.h"

#include <cjson/cJSON.h>

#include "base/json.h"
#include "test/unit/unit.h"

#define A "111111111111"
#define B "222222222222"
#define C "333333333333"
#define DEST(account) \
	"{\"region\":\"eu-west-1\",\"registryId\":\"" account "\"}"
#define FILTER(prefix) \
	"{\"filter\":\"" prefix "\",\"filterType\":\"PREFIX_MATCH\"}"
#define ALL(dests) "{\"destinations\":[" dests "]}"
#define SOME(dests, filters) \
	"{\"destinations\":[" dests "],\"repositoryFilters\":[" filters "]}"
#define DELETES(dests)              \
	"{\"destinations\":[" dests \
	"],\"deleteReplication\":{\"enabled\":true}}"
#define KEEPS(dests)                \
	"{\"destinations\":[" dests \
	"],\"deleteReplication\":{\"enabled\":false}}"
#define RULES(rules) "{\"rules\":[" rules "]}"

/* The wish: "eu-west-1" of these accounts, with these prefixes. */
struct wish_text {
	const char *accounts, *prefixes; /* each with spaces between */
};

static const struct change {
	const char *name;
	struct wish_text wish;
	const char *before;
	const char *merged, *removed; /* NULL: as before */
} changes[] = {
	{ "a first rule is added", { A, "" }, RULES(""), RULES(ALL(DEST(A))) },
	{ "a first rule with prefixes", { A, "team/ base" }, RULES(""),
	    RULES(SOME(DEST(A), FILTER("team/") "," FILTER("base"))) },
	{ "a prefix that was said twice is one", { A, "team/ team/" },
	    RULES(""), RULES(SOME(DEST(A), FILTER("team/"))) },
	{ "an equal rule gets the destination", { B, "" }, RULES(ALL(DEST(A))),
	    RULES(ALL(DEST(A) "," DEST(B))) },
	{ "two destinations at once", { A " " B, "" }, RULES(""),
	    RULES(ALL(DEST(A) "," DEST(B))) },
	{ "a destination that was said twice is one", { A " " A, "" },
	    RULES(""), RULES(ALL(DEST(A))) },
	{ "prefixes are equal in any order", { B, "base team/" },
	    RULES(SOME(DEST(A), FILTER("team/") "," FILTER("base"))),
	    RULES(SOME(DEST(A) "," DEST(B),
		FILTER("team/") "," FILTER("base"))) },
	{ "what is there is not added", { A, "" }, RULES(ALL(DEST(A))), NULL,
	    RULES("") },
	{ "only what is missing is added", { A " " B, "" }, RULES(ALL(DEST(A))),
	    RULES(ALL(DEST(A) "," DEST(B))), RULES("") },
	{ "fewer prefixes are another rule", { A, "team/" },
	    RULES(SOME(DEST(A), FILTER("team/") "," FILTER("base"))),
	    RULES(SOME(DEST(A),
		FILTER("team/") "," FILTER("base")) "," SOME(DEST(A),
		FILTER("team/"))) },
	{ "a wider rule is another one", { A, "team/" }, RULES(ALL(DEST(A))),
	    RULES(ALL(DEST(A)) "," SOME(DEST(A), FILTER("team/"))) },
	{ "another region is another destination", { A, "" },
	    RULES(ALL("{\"region\":\"eu-west-2\",\"registryId\":\"" A "\"}")),
	    RULES(ALL("{\"region\":\"eu-west-2\",\"registryId\":\"" A
		      "\"}," DEST(A))) },
	{ "a rule that copies deletions is not widened", { B, "" },
	    RULES(DELETES(DEST(A))), RULES(DELETES(DEST(A)) "," ALL(DEST(B))) },
	{ "a rule that copies deletions has the destination", { A, "" },
	    RULES(DELETES(DEST(A) "," DEST(B))), NULL,
	    RULES(DELETES(DEST(B))) },
	{ "a rule that says it does not copy deletions is widened", { B, "" },
	    RULES(KEEPS(DEST(A))), RULES(KEEPS(DEST(A) "," DEST(B))) },
	{ "a filter of another type is another rule", { B, "team/" },
	    RULES(SOME(DEST(A),
		"{\"filter\":\"team/\",\"filterType\":\"WILDCARD\"}")),
	    RULES(SOME(DEST(A),
		"{\"filter\":\"team/\",\"filterType\":\"WILDCARD\"}") "," SOME(DEST(B),
		FILTER("team/"))) },
	{ "a filter that says more is another rule", { B, "team/" },
	    RULES(SOME(DEST(A),
		"{\"filter\":\"team/\",\"filterType\":\"PREFIX_MATCH\","
		"\"x\":1}")),
	    RULES(SOME(DEST(A),
		"{\"filter\":\"team/\",\"filterType\":\"PREFIX_MATCH\","
		"\"x\":1}") "," SOME(DEST(B), FILTER("team/"))) },
	{ "no filters may be written as an empty list", { B, "" },
	    RULES(SOME(DEST(A), "")), RULES(ALL(DEST(A) "," DEST(B))), NULL },
	{ "unknown members of all levels stay", { B, "" },
	    "{\"x\":{\"y\":[1,null]},\"rules\":[" DELETES(
		DEST(C)) ",{\"destinations\":[{\"region\":\"eu-west-1\","
			 "\"registryId\":\"" A "\",\"z\":0.5}]}]}",
	    "{\"x\":{\"y\":[1,null]},\"rules\":[" DELETES(
		DEST(C)) ",{\"destinations\":[{\"region\":\"eu-west-1\","
			 "\"registryId\":\"" A "\",\"z\":0.5}," DEST(B) "]}]}",
	    NULL },
	{ "each of several equal rules loses it", { A, "" },
	    RULES(ALL(DEST(A)) "," SOME(DEST(A),
		FILTER("x-")) "," ALL(DEST(A) "," DEST(B))),
	    NULL, RULES(SOME(DEST(A), FILTER("x-")) "," ALL(DEST(B))) },
};

static void
split_wish(const struct wish_text *text, struct list *accounts,
    struct list *prefixes, struct replication_destination *destinations,
    struct replication_wish *wish)
{
	list_split(accounts, text->accounts, " ");
	list_split(prefixes, text->prefixes, " ");
	for (size_t i = 0; i < accounts->n; i++)
		destinations[i] =
		    (struct replication_destination){ accounts->items[i],
			    "eu-west-1" };
	*wish =
	    (struct replication_wish){ destinations, accounts->n, prefixes };
}

static struct cJSON *
parse(const char *text)
{
	struct cJSON *json = json_parse_exact(text, strlen(text));
	struct err err = { 0 };

	assert_non_null(json);
	assert_int_equal(replication_check(json, &err), 0);
	return json;
}

/* What change makes of before; and that it then has no more to do. */
static void
check_change(const struct change *row,
    bool (*change)(struct cJSON *, const struct replication_wish *),
    const char *want)
{
	struct replication_destination destinations[4];
	struct list accounts = { 0 }, prefixes = { 0 };
	struct replication_wish wish;
	struct cJSON *json = parse(row->before);
	struct cJSON *wanted = parse(want != NULL ? want : row->before);
	struct buf got = { 0 };

	split_wish(&row->wish, &accounts, &prefixes, destinations, &wish);
	assert_int_equal(change(json, &wish), want != NULL);
	json_add_to(&got, json);
	if (!cJSON_Compare(json, wanted, 1))
		fail_msg("%s", got.data);
	assert_false(change(json, &wish));
	assert_true(cJSON_Compare(json, wanted, 1));
	assert_true(replication_is_equal(json, wanted));
	buf_free(&got);
	json_free(json);
	json_free(wanted);
	list_free(&accounts);
	list_free(&prefixes);
}

static void
wish_is_merged(void **state)
{
	const struct change *row = *state;

	check_change(row, replication_merge, row->merged);
}

static void
wish_is_removed(void **state)
{
	const struct change *row = *state;

	check_change(row, replication_remove, row->removed);
}

static const struct fault {
	const char *name, *text, *says;
} faults[] = {
	{ "nothing", "{}", "no list of rules" },
	{ "rules that are no list", "{\"rules\":{}}", "no list of rules" },
	{ "a rule that is text", RULES("\"x\""), "rules[0]" },
	{ "a rule without destinations", RULES(ALL("") ",{}"), "rules[1]" },
	{ "a destination without a region",
	    RULES(ALL(DEST(A) ",{\"registryId\":\"" B "\"}")),
	    "rules[0].destinations[1] has no region" },
	{ "an account that is a number",
	    RULES(ALL("{\"region\":\"x\",\"registryId\":1}")),
	    "rules[0].destinations[0] has no registryId" },
	{ "filters that are no list",
	    RULES("{\"destinations\":[],\"repositoryFilters\":\"x\"}"),
	    "rules[0].repositoryFilters" },
	{ "a filter without a type", RULES(SOME("", "{\"filter\":\"team/\"}")),
	    "repositoryFilters[0] has no filterType" },
};

static void
fault_is_named(void **state)
{
	const struct fault *row = *state;
	struct cJSON *json = json_parse(row->text, strlen(row->text));
	struct err err = { 0 };

	assert_non_null(json);
	assert_int_equal(replication_check(json, &err), -1);
	assert_int_equal(err.kind, ERR_DATA);
	if (strstr(err.text, row->says) == NULL)
		fail_msg("%s", err.text);
	json_free(json);
}

/* Against the pattern of the API's model, by another matcher than ours. */
static const struct prefix_case {
	const char *name, *text;
	bool is_good;
} prefix_cases[] = {
	{ "a word is a prefix", "team", true },
	{ "a word and a slash", "team/", true },
	{ "a path", "team/app", true },
	{ "part of a name", "team/a.b_c-", true },
	{ "a last part that begins with a hyphen", "team/-a", true },
	{ "two characters", "ab", true },
	{ "one character is too short", "a", false },
	{ "nothing is too short", "", false },
	{ "capitals", "Team", false },
	{ "a glob", "team*", false },
	{ "a slash in front", "/team", false },
	{ "two slashes", "team//app", false },
	{ "a whole part that begins with a dot", ".team/app", false },
	{ "a colon", "team:1", false },
};

static void
prefix_is_judged(void **state)
{
	const struct prefix_case *row = *state;

	assert_int_equal(replication_is_prefix(row->text), row->is_good);
}

static void
prefix_has_a_longest(void **state)
{
	char text[258];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[256] = '\0';
	assert_true(replication_is_prefix(text));
	text[256] = 'a';
	text[257] = '\0';
	assert_false(replication_is_prefix(text));
}

static const struct equality {
	const char *name, *a, *b;
	bool is_equal;
} equalities[] = {
	{ "rules and their parts may stand in any order",
	    RULES(SOME(DEST(A) "," DEST(B),
		FILTER("x-") "," FILTER("y-")) "," ALL(DEST(C))),
	    RULES(ALL(DEST(C)) "," SOME(DEST(B) "," DEST(A),
		FILTER("y-") "," FILTER("x-"))),
	    true },
	{ "no filters and an empty list are one", RULES(SOME(DEST(A), "")),
	    RULES(ALL(DEST(A))), true },
	{ "to say that deletions are not copied says nothing",
	    RULES(KEEPS(DEST(A))), RULES(ALL(DEST(A))), true },
	{ "a rule that is there twice counts twice",
	    RULES(ALL(DEST(A)) "," ALL(DEST(A))), RULES(ALL(DEST(A))), false },
	{ "another destination", RULES(ALL(DEST(A))), RULES(ALL(DEST(B))),
	    false },
	{ "a destination more", RULES(ALL(DEST(A))),
	    RULES(ALL(DEST(A) "," DEST(B))), false },
	{ "a filter more", RULES(ALL(DEST(A))),
	    RULES(SOME(DEST(A), FILTER("x-"))), false },
	{ "a member of a rule more", RULES(ALL(DEST(A))),
	    RULES(DELETES(DEST(A))), false },
	{ "a member more", RULES(""), "{\"rules\":[],\"x\":1}", false },
};

static void
documents_are_compared(void **state)
{
	const struct equality *row = *state;
	struct cJSON *a = parse(row->a), *b = parse(row->b);

	assert_int_equal(replication_is_equal(a, b), row->is_equal);
	assert_int_equal(replication_is_equal(b, a), row->is_equal);
	json_free(a);
	json_free(b);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	UNIT_ADD_ROWS(&unit, changes, wish_is_merged);
	UNIT_ADD_ROWS(&unit, changes, wish_is_removed);
	UNIT_ADD_ROWS(&unit, faults, fault_is_named);
	UNIT_ADD_ROWS(&unit, prefix_cases, prefix_is_judged);
	unit_add(&unit, "a prefix has 256 characters at most",
	    prefix_has_a_longest, NULL);
	UNIT_ADD_ROWS(&unit, equalities, documents_are_compared);
	return unit_run(&unit, "replication");
}
