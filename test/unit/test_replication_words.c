/* The replication configuration in words, and why an image is missing. */
#include "aws/replication.h"
#include "aws/replication_missing.h"

#include "base/json.h"
#include "test/unit/unit.h"

#define DEST(account, region) \
	"{\"region\":\"" region "\",\"registryId\":\"" account "\"}"
#define TEAM "{\"filter\":\"team/\",\"filterType\":\"PREFIX_MATCH\"}"
#define BASE "{\"filter\":\"base\",\"filterType\":\"PREFIX_MATCH\"}"
#define ODD "{\"filter\":\"t*m\",\"filterType\":\"WILDCARD\"}"
#define FAR DEST("222222222222", "eu-west-1")
#define HERE DEST("111111111111", "us-east-1")
#define ALL "{\"destinations\":[" FAR "," HERE "]}"
#define SOME(filters) \
	"{\"destinations\":[" FAR "],\"repositoryFilters\":[" filters "]}"

static struct cJSON *
parse(const char *rules)
{
	struct buf text = { 0 };
	struct cJSON *json;

	buf_addf(&text, "{\"rules\":[%s]}", rules);
	json = json_parse(text.data, text.len);
	assert_non_null(json);
	buf_free(&text);
	return json;
}

static void
check_list(struct list *got, const char *want)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < got->n; i++)
		buf_addf(&text, "%s\n", got->items[i]);
	list_free(got);
	unit_check_text(&text, want);
}

static const struct words {
	const char *name, *rules, *want;
} words[] = {
	{ "no rules have no words", "", "" },
	{ "a rule for all", ALL,
	    "every repository -> 222222222222/eu-west-1, "
	    "111111111111/us-east-1\n" },
	{ "a rule with prefixes", SOME(TEAM "," BASE),
	    "team/*, base* -> 222222222222/eu-west-1\n" },
	{ "an empty list of filters", SOME(""),
	    "every repository -> 222222222222/eu-west-1\n" },
	{ "a filter that we don't know", SOME(ODD "," TEAM),
	    ODD ", team/* -> 222222222222/eu-west-1\n" },
	{ "a rule that says more",
	    "{\"deleteReplication\":{\"enabled\":true},\"destinations\":[" FAR
	    "]}",
	    "every repository -> 222222222222/eu-west-1; deleteReplication "
	    "{\"enabled\":true}\n" },
	{ "a rule that says it does no more",
	    "{\"deleteReplication\":{\"enabled\":false},\"destinations\":[" FAR
	    "]}",
	    "every repository -> 222222222222/eu-west-1\n" },
	{ "two rules are two lines", ALL "," SOME(BASE),
	    "every repository -> 222222222222/eu-west-1, "
	    "111111111111/us-east-1\n"
	    "base* -> 222222222222/eu-west-1\n" },
	{ "a rule without destinations", "{\"destinations\":[]}",
	    "every repository\n" },
};

static void
rule_is_a_line(void **state)
{
	const struct words *row = *state;
	struct cJSON *json = parse(row->rules);
	struct list lines = { 0 };

	replication_describe(json, &lines);
	check_list(&lines, row->want);
	json_free(json);
}

static const struct target {
	const char *name, *rules, *repository, *want;
} targets[] = {
	{ "a rule for all copies any", ALL, "x",
	    "222222222222/eu-west-1\n111111111111/us-east-1\n" },
	{ "a prefix copies what begins with it", SOME(TEAM "," BASE), "base-os",
	    "222222222222/eu-west-1\n" },
	{ "and nothing else", SOME(TEAM "," BASE), "os-base", "" },
	{ "a prefix is no word: its slash counts", SOME(TEAM), "team", "" },
	{ "a filter that we don't know copies nothing for certain", SOME(ODD),
	    "team", "" },
	{ "a destination of two rules is one", SOME(TEAM) "," ALL, "team/app",
	    "222222222222/eu-west-1\n111111111111/us-east-1\n" },
};

static void
targets_are_found(void **state)
{
	const struct target *row = *state;
	struct cJSON *json = parse(row->rules);
	struct list found = { 0 };

	replication_find_targets(json, row->repository, &found);
	check_list(&found, row->want);
	json_free(json);
}

static const struct prefixes {
	const char *name, *rules;
	bool is_some; /* else every repository may come */
	const char *want;
} prefixes[] = {
	{ "no rule, no prefix", "", true, "" },
	{ "each prefix once", SOME(TEAM) "," SOME(BASE "," TEAM), true,
	    "team/\nbase\n" },
	{ "a rule for all", SOME(TEAM) "," ALL, false, "team/\n" },
	{ "a filter that we don't know", SOME(ODD), false, "" },
	{ "other destinations don't count",
	    "{\"destinations\":[" HERE "],\"repositoryFilters\":[" TEAM "]}",
	    true, "" },
};

static void
prefixes_are_found(void **state)
{
	static const struct replication_destination far = { "222222222222",
		"eu-west-1" };
	const struct prefixes *row = *state;
	struct cJSON *json = parse(row->rules);
	struct list found = { 0 };

	assert_int_equal(replication_find_prefixes(json, &far, &found),
	    row->is_some);
	check_list(&found, row->want);
	json_free(json);
}

/* The rules, each with some destinations of its own and some filters. */
static const struct excess {
	const char *name;
	size_t rules, destinations, filters;
	const char *want;
} excesses[] = {
	{ "all limits are kept", 5, 5, 100, "" },
	{ "ten rules are allowed", 10, 2, 1, "" },
	{ "eleven are not", 11, 1, 1, "11 rules, and ECR's limit is 10" },
	{ "destinations count over all rules", 2, 13, 0,
	    "26 destinations, and ECR's limit is 25" },
	{ "prefixes count in each rule", 1, 1, 101,
	    "101 prefixes in one rule, and ECR's limit is 100" },
	{ "all of them are told", 11, 3, 101,
	    "11 rules, and ECR's limit is 10; 33 destinations, and ECR's limit "
	    "is 25; 101 prefixes in one rule, and ECR's limit is 100" },
};

static void
excess_is_told(void **state)
{
	const struct excess *row = *state;
	struct buf rules = { 0 }, got = { 0 };
	struct cJSON *json;

	for (size_t i = 0; i < row->rules; i++) {
		buf_addf(&rules, "%s{\"destinations\":[", i > 0 ? "," : "");
		for (size_t j = 0; j < row->destinations; j++)
			buf_addf(&rules, "%s" DEST("%012zu", "eu-west-1"),
			    j > 0 ? "," : "", i * row->destinations + j);
		buf_add_str(&rules, "],\"repositoryFilters\":[");
		for (size_t j = 0; j < row->filters; j++)
			buf_addf(&rules, "%s" TEAM, j > 0 ? "," : "");
		buf_add_str(&rules, "]}");
	}
	json = parse(rules.data);
	replication_add_excess(json, &got);
	unit_check_text(&got, row->want);
	buf_free(&rules);
	json_free(json);
}

static const struct missing_case {
	const char *name, *rules; /* NULL: the source is not known */
	const char *allowed;      /* NULL: not known */
	time_t pushed_at;
	const char *want[3]; /* parts; none: nothing is said */
} missing_cases[] = {
	{ "nothing is known", NULL, NULL, 0, { NULL } },
	{ "a rule is there, so it came too early", SOME(TEAM), NULL, 1767225600,
	    { "a rule of 111111111111 copies it to 222222222222/eu-west-1",
		"pushed at 2026-01-01T00:00:00Z, before that rule",
		"only later pushes are copied" } },
	{ "when it was pushed is not known", SOME(TEAM), "", 0,
	    { "pushed before that rule was made", "skopeo copy" } },
	{ "no rule is for the repository", SOME(BASE), "111111111111",
	    1767225600,
	    { "no rule of 111111111111 copies team/app to "
	      "222222222222/eu-west-1",
		"ecr-secret replicate --region us-east-1 --to "
		"222222222222/eu-west-1 --prefix team/app" } },
	{ "a rule is for another destination", "{\"destinations\":[" HERE "]}",
	    NULL, 0, { "no rule of" } },
	{ "nobody may copy it", NULL, "", 0, { NULL } },
	{ "some may copy it", NULL, "111111111111 333333333333", 0,
	    { "111111111111, 333333333333 may copy it here",
		"ecr-secret replicate --status team/app:TAG" } },
};

static void
missing_image_is_explained(void **state)
{
	const struct missing_case *row = *state;
	struct cJSON *configuration =
	    row->rules != NULL ? parse(row->rules) : NULL;
	struct list allowed = { 0 };
	struct replication_missing missing = {
		.registry = { "222222222222", "eu-west-1" },
		.source = { "111111111111", "us-east-1" },
		.repository = "team/app",
		.configuration = configuration,
		.pushed_at = row->pushed_at,
	};
	struct buf got = { 0 };

	if (row->allowed != NULL) {
		list_split(&allowed, row->allowed, " ");
		missing.allowed = &allowed;
	}
	replication_explain_missing(&missing, &got);
	assert_int_equal(got.len == 0, row->want[0] == NULL);
	for (size_t i = 0; i < 3 && row->want[i] != NULL; i++)
		if (strstr(got.data, row->want[i]) == NULL)
			fail_msg("%s", got.data);
	buf_free(&got);
	list_free(&allowed);
	json_free(configuration);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	UNIT_ADD_ROWS(&unit, words, rule_is_a_line);
	UNIT_ADD_ROWS(&unit, targets, targets_are_found);
	UNIT_ADD_ROWS(&unit, prefixes, prefixes_are_found);
	UNIT_ADD_ROWS(&unit, excesses, excess_is_told);
	UNIT_ADD_ROWS(&unit, missing_cases, missing_image_is_explained);
	return unit_run(&unit, "replication_words");
}
