/* Statements of policies, for tests. */
#ifndef TEST_UNIT_POLICIES_H
#define TEST_UNIT_POLICIES_H

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

static inline struct cJSON *
parse_policy(const char *text)
{
	struct cJSON *policy = NULL;
	struct err err = { 0 };

	assert_int_equal(policy_parse(text, strlen(text), &policy, &err), 0);
	return policy;
}

#endif
