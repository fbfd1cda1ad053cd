/* What a registry's policy says of replication, by statements as the ECR user
 * guide has them. */
#include "aws/replication_policy.h"

#include "test/unit/unit.h"

#define SOURCE "111111111111"
#define ROOT "arn:aws:iam::" SOURCE ":root"
#define HERE "arn:aws:ecr:eu-west-1:222222222222:repository/"
#define BOTH "[\"ecr:CreateRepository\",\"ecr:ReplicateImage\"]"
#define SAYS(effect, who, action, resource, rest)                             \
	"{\"Effect\":\"" effect "\",\"Principal\":" who ",\"Action\":" action \
	",\"Resource\":" resource rest "}"
#define LETS(resource) \
	SAYS("Allow", "{\"AWS\":\"" ROOT "\"}", BOTH, resource, "")

static struct cJSON *
parse(const char *statements)
{
	struct buf text = { 0 };
	struct cJSON *policy = NULL;
	struct err err = { 0 };

	buf_addf(&text, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
	    statements);
	assert_int_equal(policy_parse(text.data, text.len, &policy, &err), 0);
	buf_free(&text);
	return policy;
}

static void
make(const char *prefixes, struct replication_grant *grant)
{
	static const struct replication_destination registry = { "222222222222",
		"eu-west-1" };
	struct list list = { 0 };

	list_split(&list, prefixes, " ");
	replication_make_grant(SOURCE, &registry, "aws", &list, grant);
	list_free(&list);
}

static const struct granted {
	const char *name, *prefixes, *statements;
	bool is_granted;
} granted[] = {
	{ "no statement grants nothing", "", "", false },
	{ "the user guide's statement does", "", LETS("\"" HERE "*\""), true },
	{ "all repositories hold those of a prefix", "team/",
	    LETS("\"" HERE "*\""), true },
	{ "a prefix does not hold all", "", LETS("\"" HERE "team/*\""), false },
	{ "the same prefix does", "team/", LETS("\"" HERE "team/*\""), true },
	{ "a longer prefix does not", "team/", LETS("\"" HERE "team/a*\""),
	    false },
	{ "each prefix has to be held", "team/ base",
	    LETS("\"" HERE "team/*\""), false },
	{ "by whichever statement", "team/ base",
	    LETS("\"" HERE "team/*\"") "," LETS("\"" HERE "base*\""), true },
	{ "or by one resource of a list", "team/",
	    LETS("[\"x\",\"" HERE "team/*\"]"), true },
	{ "the account's number is its root", "",
	    SAYS("Allow", "{\"AWS\":[\"" SOURCE "\"]}", BOTH, "\"*\"", ""),
	    true },
	{ "everybody is anybody", "",
	    SAYS("Allow", "\"*\"", "\"ecr:*\"", "\"*\"", ""), true },
	{ "another account is not", "",
	    SAYS("Allow", "{\"AWS\":\"333333333333\"}", BOTH, "\"*\"", ""),
	    false },
	{ "a role of the account is not its root", "",
	    SAYS("Allow", "{\"AWS\":\"arn:aws:iam::" SOURCE ":role/x\"}", BOTH,
		"\"*\"", ""),
	    false },
	{ "another region's repositories are not", "",
	    LETS("\"arn:aws:ecr:us-east-1:222222222222:repository/*\""),
	    false },
	{ "one action of the two is not enough", "",
	    SAYS("Allow", "{\"AWS\":\"" ROOT "\"}", "\"ecr:ReplicateImage\"",
		"\"*\"", ""),
	    false },
	{ "a denial beats it", "",
	    LETS("\"" HERE "*\"") "," SAYS("Deny", "\"*\"", "\"ecr:*\"",
		"\"*\"", ""),
	    false },
	{ "a condition may be met", "",
	    SAYS("Allow", "{\"AWS\":\"" ROOT "\"}", BOTH, "\"*\"",
		",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":"
		"\"o-1\"}}"),
	    true },
};

static void
grant_is_found(void **state)
{
	const struct granted *row = *state;
	struct cJSON *policy = parse(row->statements);
	struct replication_grant grant;

	make(row->prefixes, &grant);
	assert_int_equal(replication_is_granted(policy, SOURCE, &grant),
	    row->is_granted);
	replication_free_grant(&grant);
	json_free(policy);
}

/* Merged into a policy, it grants what it is to; taken out, no more. */
static void
grant_does_what_it_says(void **state)
{
	static const char *const prefixes[] = { "", "team/", "team/ base" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct cJSON *policy =
		    parse(SAYS("Allow", "\"*\"", "\"ecr:Get*\"", "\"*\"", ""));
		struct replication_grant grant;
		struct err err = { 0 };

		make(prefixes[i], &grant);
		assert_false(replication_is_granted(policy, SOURCE, &grant));
		assert_int_equal(policy_merge(policy, &grant.statement, &err),
		    0);
		assert_true(replication_is_granted(policy, SOURCE, &grant));
		assert_int_equal(policy_remove(policy, &grant.statement, &err),
		    0);
		assert_false(replication_is_granted(policy, SOURCE, &grant));
		replication_free_grant(&grant);
		json_free(policy);
	}
}

static void
policy_is_put_into_words(void **state)
{
	struct cJSON *policy = parse(
	    "{\"Sid\":\"Guide\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
	    "[\"" ROOT "\",\"333333333333\"]},\"Action\":" BOTH
	    ",\"Resource\":[\"" HERE
	    "team/*\",\"*\"]}," SAYS("Allow", "\"*\"", "\"ecr:BatchGetImage\"",
		"\"*\"", "") "," SAYS("Deny", "{\"AWS\":\"" SOURCE "\"}",
		"\"ecr:*\"", "\"*\"", ",\"Condition\":{}"));
	struct list lines = { 0 }, accounts = { 0 };

	(void)state;
	replication_describe_policy(policy, &lines);
	assert_int_equal(lines.n, 2);
	assert_string_equal(lines.items[0],
	    ROOT ", 333333333333 -> team/*, * (statement \"Guide\")");
	assert_string_equal(lines.items[1],
	    "denied: " SOURCE " -> * (statement 3, on a condition)");
	replication_find_sources(policy, &accounts);
	assert_int_equal(accounts.n, 2);
	assert_string_equal(accounts.items[0], SOURCE);
	assert_string_equal(accounts.items[1], "333333333333");
	list_free(&lines);
	list_free(&accounts);
	json_free(policy);
}

int
main(void)
{
	static struct unit unit;

	mem_init();
	UNIT_ADD_ROWS(&unit, granted, grant_is_found);
	unit_add(&unit, "our statement grants what it is to, until removed",
	    grant_does_what_it_says, NULL);
	unit_add(&unit, "a policy is put into words", policy_is_put_into_words,
	    NULL);
	return unit_run(&unit, "replication_policy");
}
