/*
 * Resource policies. The documents are in the forms that the IAM User Guide
 * allows: one statement or a list, one text or a list, in any order.
 */
#include "aws/policy.h"

#include "test/unit/unit.h"

#define ROOT(account) "arn:aws:iam::" account ":root"
#define A ROOT("111111111111")
#define B ROOT("222222222222")
#define OURS(principals)                                                            \
	"{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":" principals \
	"},\"Action\":[\"ecr:BatchGetImage\",\"ecr:PutImage\"]}"
#define ORG(ids)                                                           \
	"{\"Sid\":\"Org\",\"Effect\":\"Allow\",\"Principal\":\"*\","       \
	"\"Action\":\"ecr:BatchGetImage\",\"Condition\":{\"StringEquals\"" \
	":{\"aws:PrincipalOrgID\":" ids "}}}"
#define THEIRS                                                           \
	"{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"ecr:*\"," \
	"\"New\":[1,{\"x\":null}],\"Condition\":{\"Bool\":{\"k\":false}}}"
#define POLICY(statement) \
	"{\"Version\":\"2012-10-17\",\"Statement\":" statement "}"

static const char *const actions[] = { "ecr:BatchGetImage", "ecr:PutImage",
	NULL };
static const char *const one_action[] = { "ecr:BatchGetImage", NULL };

static struct cJSON *
parse(const char *text)
{
	struct cJSON *policy = NULL;
	struct err err = { 0 };

	assert_int_equal(policy_parse(text, strlen(text), &policy, &err), 0);
	return policy;
}

static const struct bad_case {
	const char *name, *in, *says;
} bad[] = {
	{ "no text is no policy", "", "is not JSON, at line 1, column 1" },
	{ "half a policy is none", "{\"Statement\":[\n oops",
	    "is not JSON, at line 2, column 2" },
	{ "a list is no policy", "[]", "is not a JSON object" },
	{ "a policy has a Statement", "{\"Version\":\"x\"}", "Statement is" },
	{ "a Statement is no text", POLICY("\"x\""), "Statement is" },
	{ "a statement is an object", POLICY("[" ORG("\"o\"") ",\"x\"]"),
	    "statement 2 of the policy is not an object" },
	{ "a Sid is text", POLICY("{\"Sid\":1,\"Effect\":\"Deny\"}"),
	    "statement 1 of the policy has a Sid that is not text" },
	{ "an Effect is Allow or Deny", POLICY("{\"Effect\":\"allow\"}"),
	    "neither Allow nor Deny" },
	{ "an Effect is not left out", POLICY("[{}]"),
	    "neither Allow nor Deny" },
	{ "a large number is not rounded",
	    POLICY("[{\"Effect\":\"Deny\",\"n\":9007199254740993}]"),
	    "would be rounded, at line 1, column 59" },
	{ "a NUL is not lost",
	    POLICY("[{\"Effect\":\"Deny\",\"n\":\"\\u0000\"}]"),
	    "holds a NUL, at line 1, column 60" },
	{ "what is not UTF-8 is not replaced",
	    POLICY("[{\"Effect\":\"Deny\",\"n\":\"\xe9\"}]"), "is not UTF-8" },
	{ "a member does not hide another",
	    POLICY("[{\"Effect\":\"Deny\",\"Effect\":\"Allow\"}]"),
	    "two members Effect" },
};

static void
policy_is_refused(void **state)
{
	const struct bad_case *row = *state;
	struct cJSON *policy = NULL;
	struct err err = { 0 };

	assert_int_equal(policy_parse(row->in, strlen(row->in), &policy, &err),
	    -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, row->says));
	assert_null(policy);
}

/* What is asked of a policy, and what it is then; NULL: it is refused. */
static const struct change_case {
	const char *name, *before, *named, *after, *says;
	bool is_removal, is_org;
} changes[] = {
	{ "a statement is added", POLICY("[]"), A,
	    POLICY("[" OURS("\"" A "\"") "]"), NULL, false, false },
	{ "one principal more makes a list", POLICY("[" OURS("\"" A "\"") "]"),
	    B, POLICY("[" OURS("[\"" A "\",\"" B "\"]") "]"), NULL, false,
	    false },
	{ "a principal that is there changes nothing",
	    POLICY("[" OURS("[\"" A "\",\"" B "\"]") "]"), B,
	    POLICY("[" OURS("[\"" A "\",\"" B "\"]") "]"), NULL, false, false },
	{ "an account's number is its root",
	    POLICY("[" OURS("[\"222222222222\"]") "]"), B,
	    POLICY("[" OURS("[\"222222222222\"]") "]"), NULL, false, false },
	{ "an action that was taken out comes back",
	    POLICY("[{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"Principal\":{"
		   "\"AWS\":\"" A "\"},\"Action\":\"ecr:BatchGetImage\"}]"),
	    A, POLICY("[" OURS("\"" A "\"") "]"), NULL, false, false },
	{ "a single statement that is another's stays", POLICY(THEIRS), A,
	    POLICY("[" THEIRS "," OURS("\"" A "\"") "]"), NULL, false, false },
	{ "an organisation has a condition", POLICY("[" THEIRS "]"), "o-1",
	    POLICY("[" THEIRS "," ORG("\"o-1\"") "]"), NULL, false, true },
	{ "two organisations are a list", POLICY(ORG("\"o-1\"")), "o-2",
	    POLICY("[" ORG("[\"o-1\",\"o-2\"]") "]"), NULL, false, true },
	{ "a principal is taken away",
	    POLICY("[" OURS("[\"" A "\",\"" B "\"]") "]"), A,
	    POLICY("[" OURS("\"" B "\"") "]"), NULL, true, false },
	{ "the last principal takes the statement with it",
	    POLICY("[" OURS("\"111111111111\"") "," THEIRS "]"), A,
	    POLICY("[" THEIRS "]"), NULL, true, false },
	{ "without a name the whole statement goes",
	    POLICY("[" THEIRS "," OURS("[\"" A "\",\"" B "\"]") "]"), NULL,
	    POLICY("[" THEIRS "]"), NULL, true, false },
	{ "a Sid that is there twice is taken out twice",
	    POLICY("[" OURS("\"" A "\"") "," OURS("[\"" A "\",\"" B "\"]") "]"),
	    A, POLICY("[" OURS("\"" B "\"") "]"), NULL, true, false },
	{ "what is not there is not taken away", POLICY("[" THEIRS "]"), A,
	    POLICY("[" THEIRS "]"), NULL, true, false },
	{ "an organisation is taken away", POLICY(ORG("[\"o-1\",\"o-2\"]")),
	    "o-1", POLICY("[" ORG("\"o-2\"") "]"), NULL, true, true },
	{ "a statement that denies is not ours",
	    POLICY("{\"Sid\":\"Ours\",\"Effect\":\"Deny\",\"Principal\":{"
		   "\"AWS\":\"" A "\"},\"Action\":\"ecr:*\"}"),
	    B, NULL,
	    "Ours has been changed by somebody else: it does not "
	    "allow",
	    false, false },
	{ "nor is one with a condition",
	    POLICY("{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"Principal\":{"
		   "\"AWS\":\"" A "\"},\"Action\":\"x\",\"Condition\":{}}"),
	    B, NULL, "it has a Condition", false, false },
	{ "nor one for a service",
	    POLICY("{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"Principal\":{"
		   "\"Service\":\"x\"},\"Action\":\"x\"}"),
	    B, NULL, "its Principal", true, false },
	{ "nor one for all but some",
	    POLICY("{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"NotPrincipal\":{"
		   "\"AWS\":\"x\"},\"Action\":\"x\"}"),
	    B, NULL, "its Principal", false, false },
	{ "nor one for all actions but some",
	    POLICY("{\"Sid\":\"Ours\",\"Effect\":\"Allow\",\"Principal\":{"
		   "\"AWS\":\"x\"},\"NotAction\":\"x\"}"),
	    B, NULL, "no list of actions", false, false },
	{ "an organisation's without its condition is open to all",
	    POLICY("{\"Sid\":\"Org\",\"Effect\":\"Allow\",\"Principal\":\"*\","
		   "\"Action\":\"x\"}"),
	    "o-1", NULL, "its Condition is another one", false, true },
	{ "an organisation's with one more condition is another's",
	    POLICY("{\"Sid\":\"Org\",\"Effect\":\"Allow\",\"Principal\":\"*\","
		   "\"Action\":\"x\",\"Condition\":{\"StringEquals\":{"
		   "\"aws:PrincipalOrgID\":\"o\",\"aws:SourceVpc\":\"v\"}}}"),
	    "o-1", NULL, "its Condition is another one", true, true },
};

static int
change(const struct change_case *row, struct cJSON *policy, struct err *err)
{
	struct list names = { 0 };
	struct policy_statement statement = {
		.sid = row->is_org ? "Org" : "Ours",
		.actions = row->is_org ? one_action : actions,
		.principals = row->is_org ? NULL : &names,
		.operator = row->is_org ? "StringEquals" : NULL,
		.key = row->is_org ? "aws:PrincipalOrgID" : NULL,
		.values = row->is_org ? &names : NULL,
	};
	int rc;

	if (row->named != NULL)
		list_add(&names, row->named);
	rc = (row->is_removal ? policy_remove : policy_merge)(policy,
	    &statement, err);
	list_free(&names);
	return rc;
}

static void
policy_is_changed(void **state)
{
	const struct change_case *row = *state;
	struct cJSON *policy = parse(row->before);
	struct buf out = { 0 };
	struct err err = { 0 };

	if (row->after == NULL) {
		assert_int_equal(change(row, policy, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, row->says));
		json_free(policy);
		return;
	}
	assert_int_equal(change(row, policy, &err), 0);
	json_add_to(&out, policy);
	assert_string_equal(out.data, row->after);
	assert_int_equal(change(row, policy, &err), 0); /* once is enough */
	buf_clear(&out);
	json_add_to(&out, policy);
	json_free(policy);
	unit_check_text(&out, row->after);
}

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
	{ "another version makes one", POLICY("[]"),
	    "{\"Version\":\"2008-10-17\",\"Statement\":[]}", false },
	{ "false is not true", POLICY("[{\"Effect\":\"Deny\",\"x\":false}]"),
	    POLICY("[{\"Effect\":\"Deny\",\"x\":true}]"), false },
	{ "null is not absent", POLICY("[{\"Effect\":\"Deny\",\"x\":null}]"),
	    POLICY("[{\"Effect\":\"Deny\"}]"), false },
};

static void
policies_are_compared(void **state)
{
	const struct equal_case *row = *state;
	struct cJSON *a = parse(row->a), *b = parse(row->b);

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
	struct cJSON *policy = parse(row->policy);

	assert_int_equal(policy_find_denial(policy, "111111111111",
			     "ecr:SetRepositoryPolicy") != NULL,
	    row->is_denied);
	json_free(policy);
}

/* The limit is ECR's: 10,240 bytes may be sent, not one more. */
static void
long_policies_are_refused(void **state)
{
	struct cJSON *policy = policy_new();
	struct buf filler = { 0 }, out = { 0 };
	struct err err = { 0 };

	(void)state;
	json_add_to(&out, policy);
	for (size_t len = out.len + strlen(",\"Id\":\"\""); len < 10240; len++)
		buf_add_str(&filler, "x");
	buf_clear(&out);
	json_add_text(policy, "Id", filler.data);
	assert_int_equal(policy_add_to(&out, policy, &err), 0);
	assert_int_equal(out.len, 10240);
	buf_add_str(&filler, "xxx");
	json_add_text(policy, "Id", filler.data);
	buf_clear(&out);
	assert_int_equal(policy_add_to(&out, policy, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "10243 bytes, 3 more than the 10240"));
	assert_int_equal(out.len, 0);
	json_free(policy);
	buf_free(&filler);
	buf_free(&out);
}

static void
statements_have_names(void **state)
{
	struct cJSON *policy = parse(POLICY("[" ORG("\"o\"") "," THEIRS "]"));
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
	UNIT_ADD_ROWS(&unit, bad, policy_is_refused);
	UNIT_ADD_ROWS(&unit, changes, policy_is_changed);
	UNIT_ADD_ROWS(&unit, equals, policies_are_compared);
	UNIT_ADD_ROWS(&unit, denials, denial_is_found);
	unit_add(&unit, "long policies are refused", long_policies_are_refused,
	    NULL);
	unit_add(&unit, "statements have names", statements_have_names, NULL);
	unit_add(&unit, "accounts are found", accounts_are_found, NULL);
	return unit_run(&unit, "policy");
}
