/*
 * What resource policies say. The documents are in the forms that the IAM User Guide
 * allows: one statement or a list, one text or a list, in any order.
 */
#include "aws/policy.h"

#include "test/unit/policies.h"

static const struct equal_case {
	const char *name, *a, *b;
	bool is_equal;
} equals[] = {
	{ "a single statement equals a list of it", POLICY(THEIRS),
	    POLICY("[" THEIRS "]"), true },
	{ "a text equals a list of it", POLICY(OURS("\"" A "\"")),
	    POLICY(OURS("[\"" A "\"]")), true },
	{ "an account equals its root", POLICY(OURS("\"" A "\"")),
	    POLICY(OURS("\"111111111111\"")), true },
	{ "everybody equals all of AWS",
	    POLICY("[{\"Effect\":\"Deny\",\"Principal\":\"*\"}]"),
	    POLICY("[{\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"*\"}}]"),
	    true },
	{ "everybody is not somebody",
	    POLICY("[{\"Effect\":\"Deny\",\"Principal\":\"*\"}]"),
	    POLICY("[{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"*\"}}]"),
	    false },
	{ "an account is not another's root", POLICY(OURS("\"" A "\"")),
	    POLICY(OURS("\"222222222222\"")), false },
	{ "an account is not one of its roles",
	    POLICY(OURS("\"111111111111\"")),
	    POLICY(OURS("\"arn:aws:iam::111111111111:role/r\"")), false },
	{ "order does not matter", POLICY(OURS("[\"" A "\",\"" B "\"]")),
	    POLICY(OURS("[\"" B "\",\"" A "\"]")), true },
	{ "nor that of statements", POLICY("[" THEIRS "," ORG("\"o\"") "]"),
	    POLICY("[" ORG("\"o\"") "," THEIRS "]"), true },
	{ "one more makes a difference", POLICY(OURS("[\"" A "\",\"" B "\"]")),
	    POLICY(OURS("\"" A "\"")), false },
	{ "one less does", POLICY(OURS("\"" A "\"")),
	    POLICY(OURS("[\"" A "\",\"" B "\"]")), false },
	{ "an unknown member makes one", POLICY("[" THEIRS "]"),
	    "{\"Version\":\"2012-10-17\",\"Id\":\"x\",\"Statement\":" THEIRS
	    "}",
	    false },
	{ "another version makes one", POLICY(THEIRS),
	    "{\"Version\":\"2008-10-17\",\"Statement\":" THEIRS "}", false },
	{ "but not without a statement", POLICY("[]"),
	    "{\"Version\":\"2008-10-17\",\"Id\":\"x\",\"Statement\":[]}",
	    true },
	{ "nothing is not something", POLICY("[]"), POLICY("[" THEIRS "]"),
	    false },
	{ "false is not true", POLICY("[{\"Effect\":\"Deny\",\"x\":false}]"),
	    POLICY("[{\"Effect\":\"Deny\",\"x\":true}]"), false },
	{ "null is not absent", POLICY("[{\"Effect\":\"Deny\",\"x\":null}]"),
	    POLICY("[{\"Effect\":\"Deny\"}]"), false },
};

static void
policies_are_compared(void **state)
{
	const struct equal_case *row = *state;
	struct cJSON *a = parse_policy(row->a), *b = parse_policy(row->b);

	assert_int_equal(policy_is_equal(a, b), row->is_equal);
	assert_int_equal(policy_is_equal(b, a), row->is_equal);
	assert_true(policy_is_equal(a, a));
	json_free(a);
	json_free(b);
}

#define DENY(rest) POLICY("{\"Effect\":\"Deny\"," rest "}")

static const struct denial_case {
	const char *name, *policy;
	bool is_denied; /* ecr:SetRepositoryPolicy, to 111111111111 */
} denials[] = {
	{ "nobody denies by allowing", POLICY(OURS("\"*\"")), false },
	{ "a denial of all to all is one",
	    DENY("\"Principal\":\"*\",\"Action\":\"*\""), true },
	{ "in AWS's long form as well",
	    DENY("\"Principal\":{\"AWS\":[\"*\"]},\"Action\":[\"ecr:*\"]"),
	    true },
	{ "to the account's root as well",
	    DENY("\"Principal\":{\"AWS\":\"" A "\"},\"Action\":\"ecr:Set*\""),
	    true },
	{ "to its number, and in any case of letters",
	    DENY("\"Principal\":{\"AWS\":\"111111111111\"},"
		 "\"Action\":\"ECR:setrepository?olicy\""),
	    true },
	{ "to another account it is none",
	    DENY("\"Principal\":{\"AWS\":\"" B "\"},\"Action\":\"*\""), false },
	{ "to one role it is none",
	    DENY("\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/r\"}"
		 ",\"Action\":\"*\""),
	    false },
	{ "to a service it is none",
	    DENY("\"Principal\":{\"Service\":\"*\"},\"Action\":\"*\""), false },
	{ "of another action it is none",
	    DENY("\"Principal\":\"*\",\"Action\":\"ecr:Batch*\""), false },
	{ "of all actions but others it is one",
	    DENY("\"Principal\":\"*\",\"NotAction\":\"ecr:Batch*\""), true },
	{ "of all actions but this it is none",
	    DENY("\"Principal\":\"*\",\"NotAction\":\"ecr:Set*\""), false },
	{ "to all but others it is one",
	    DENY("\"NotPrincipal\":{\"AWS\":\"" B "\"},\"Action\":\"*\""),
	    true },
	{ "to all but the account it is none",
	    DENY("\"NotPrincipal\":{\"AWS\":[\"" B "\",\"" A "\"]},"
		 "\"Action\":\"*\""),
	    false },
	{ "to all but a role of the account it is none",
	    DENY(
		"\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::111111111111:role/r\""
		"},\"Action\":\"*\""),
	    false },
	{ "with a condition it is none",
	    DENY("\"Principal\":\"*\",\"Action\":\"*\",\"Condition\":{}"),
	    false },
};

static void
denial_is_found(void **state)
{
	const struct denial_case *row = *state;
	struct cJSON *policy = parse_policy(row->policy);

	assert_int_equal(policy_find_denial(policy, "111111111111",
			     "ecr:SetRepositoryPolicy") != NULL,
	    row->is_denied);
	json_free(policy);
}

static void
statements_have_names(void **state)
{
	struct cJSON *policy =
	    parse_policy(POLICY("[" ORG("\"o\"") "," THEIRS "]"));
	const struct cJSON *first = policy_first(policy);
	struct buf out = { 0 };

	(void)state;
	policy_add_name(&out, policy, first);
	buf_add_str(&out, ", ");
	policy_add_name(&out, policy, json_next(first));
	json_free(policy);
	unit_check_text(&out, "statement \"Org\", statement 2");
}

static void
accounts_are_found(void **state)
{
	(void)state;
	assert_non_null(policy_find_account("111111111111"));
	assert_memory_equal(policy_find_account(B), "222222222222:root", 17);
	assert_non_null(
	    policy_find_account("arn:aws-cn:iam::333333333333:role/path/name"));
	assert_null(policy_find_account("*"));
	assert_null(policy_find_account("11111111111"));
	assert_null(policy_find_account("1111111111111"));
	assert_null(policy_find_account("arn:aws:iam::"));
	assert_null(policy_find_account("arn:aws:iam::11111111111:root"));
	assert_null(policy_find_account("AROAEXAMPLEID"));
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, equals, policies_are_compared);
	UNIT_ADD_ROWS(&unit, denials, denial_is_found);
	unit_add(&unit, "statements have names", statements_have_names, NULL);
	unit_add(&unit, "accounts are found", accounts_are_found, NULL);
	return unit_run(&unit, "policy_read");
}
