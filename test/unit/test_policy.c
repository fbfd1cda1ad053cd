/*
 * Resource policies. The documents are in the forms that the IAM User Guide
 * allows: one statement or a list, one text or a list, in any order.
 */
#include "aws/policy.h"

#include "test/unit/policies.h"

static const char *const actions[] = { "ecr:BatchGetImage", "ecr:PutImage",
	NULL };
static const char *const one_action[] = { "ecr:BatchGetImage", NULL };

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
	{ "an organisation's is for everybody in it",
	    POLICY("{\"Sid\":\"Org\",\"Effect\":\"Allow\",\"Principal\":{"
		   "\"AWS\":\"" A "\"},\"Action\":\"x\",\"Condition\":{"
		   "\"StringEquals\":{\"aws:PrincipalOrgID\":\"o\"}}}"),
	    "o-1", NULL, "its Principal is not *", false, true },
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
		.test = row->is_org ? "StringEquals" : NULL,
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
	struct cJSON *policy = parse_policy(row->before);
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
	buf_add_str(&filler, "x");
	json_add_text(policy, "Id", filler.data);
	buf_clear(&out);
	assert_int_equal(policy_add_to(&out, policy, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "10241 bytes, 1 more than the 10240"));
	assert_int_equal(out.len, 0);
	json_free(policy);
	buf_free(&filler);
	buf_free(&out);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, bad, policy_is_refused);
	UNIT_ADD_ROWS(&unit, changes, policy_is_changed);
	unit_add(&unit, "long policies are refused", long_policies_are_refused,
	    NULL);
	return unit_run(&unit, "policy");
}
