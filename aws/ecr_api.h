/*
 * The API of Amazon ECR: an action by its name, what it is asked as JSON, what
 * it answers as JSON. Protocol: AWS JSON 1.1; actions and members are those of
 * the Amazon ECR API Reference.
 */
#ifndef AWS_ECR_API_H
#define AWS_ECR_API_H

#include "aws/call.h"
#include "aws/config.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/json.h"

/* A question to ECR. Borrowed; all but creds is copied by the start. */
struct ecr_question {
	const char *action; /* "GetRepositoryPolicy" */
	const char *body;   /* a JSON object */
	const char *region;
	struct endpoint_variant variant;
	const struct creds *creds;
	size_t answer_max; /* 0: 4 MiB; a page of 1,000 is below 1 MiB */
	bool is_public;    /* of ECR Public, which is in us-east-1 alone */
	/*
	 * The code of a refusal that only says "there is none", such as
	 * RepositoryPolicyNotFoundException; NULL: no refusal is an answer.
	 */
	const char *none;
};

/*
 * Starts it; then ecr_api_wait, and aws_call_free. Before the latter
 * aws_call_code has the code of a refusal.
 */
struct aws_call *ecr_api_start(struct aws *aws,
    const struct ecr_question *question);

/*
 * Waits for the answer, an object, which the caller frees with json_free.
 * Errors: as aws_wait; ERR_DATA for what is no JSON object.
 */
int ecr_api_wait(struct aws_call *call, struct cJSON **answer, struct err *err);

/*
 * Both, and the end of the call: *answer is NULL where the question's none was
 * answered.
 */
int ecr_api_ask(struct aws *aws, const struct ecr_question *question,
    struct cJSON **answer, struct err *err);

/*
 * Asks for all pages: *elements is the array of what each page has in its list
 * called name. The question's body is not an empty object. Errors: as
 * ecr_api_ask; ERR_DATA for pages without such a list, or without an end.
 */
int ecr_api_list(struct aws *aws, const struct ecr_question *question,
    const char *name, struct cJSON **elements, struct err *err);

#endif
