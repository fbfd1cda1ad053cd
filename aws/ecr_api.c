/* The API of Amazon ECR, by the AWS JSON 1.1 protocol. */
#include "aws/ecr_api.h"

#include <string.h>

enum {
	ANSWER_MAX = 4 * 1024 * 1024,
	PAGES_MAX = 1000, /* a registry has 100,000 repositories */
};

/* The two services. */
static const struct {
	enum aws_service service;
	const char *name, *target;
} services[] = {
	{ AWS_ECR, "ecr", "AmazonEC2ContainerRegistry_V20150921" },
	{ AWS_ECR_PUBLIC, "ecr-public", "SpencerFrontendService" },
};

struct aws_call *
ecr_api_start(struct aws *aws, const struct ecr_question *question)
{
	size_t i = question->is_public ? 1 : 0;
	struct buf what = { 0 }, action = { 0 };
	struct aws_request request = {
		.service = services[i].service,
		.region = question->region,
		.variant = question->variant,
		.creds = question->creds,
		.method = "POST",
		.path = "/",
		.body = question->body,
		.body_len = strlen(question->body),
		.answer_max = question->answer_max != 0 ? question->answer_max :
							  ANSWER_MAX,
	};
	struct aws_call *call;

	buf_addf(&what, "%s: %s: %s", services[i].name,
	    question->is_public ? "us-east-1" : question->region,
	    question->action);
	buf_addf(&action, "%s:%s", services[i].name, question->action);
	request.what = what.data;
	request.asked.action = action.data;
	list_add(&request.headers, "Content-Type: application/x-amz-json-1.1");
	list_addf(&request.headers, "X-Amz-Target: %s.%s", services[i].target,
	    question->action);
	call = aws_start(aws, &request);
	list_free(&request.headers);
	buf_free(&what);
	buf_free(&action);
	return call;
}

int
ecr_api_wait(struct aws_call *call, struct cJSON **answer, struct err *err)
{
	struct buf body = { 0 };
	struct cJSON *json;
	int rc = -1;

	if (aws_wait(call, &body, err) < 0)
		return -1;
	json = json_parse(buf_str(&body), body.len);
	if (!json_is_object(json)) {
		(void)err_set(err, ERR_DATA,
		    "%s: the answer (%zu bytes) is not a JSON object",
		    aws_call_what(call), body.len);
		goto out;
	}
	*answer = json;
	json = NULL;
	rc = 0;
out:
	json_free(json);
	buf_free(&body);
	return rc;
}

int
ecr_api_ask(struct aws *aws, const struct ecr_question *question,
    struct cJSON **answer, struct err *err)
{
	struct aws_call *call = ecr_api_start(aws, question);
	struct err refusal = { 0 };
	int rc = ecr_api_wait(call, answer, &refusal);

	if (rc < 0 && question->none != NULL &&
	    strcmp(aws_call_code(call), question->none) == 0) {
		*answer = NULL;
		rc = 0;
	} else if (rc < 0) {
		*err = refusal;
	}
	aws_call_free(call);
	return rc;
}

/* The question's body with the page that is meant. */
static void
add_page(struct buf *body, const char *text, const char *next)
{
	buf_add(body, text, strlen(text) - 1);
	buf_add_json_member(body, "nextToken", next);
	buf_add_str(body, "}");
}

/* Moves a page's elements behind the others. */
static int
take_page(const struct ecr_question *question, struct cJSON *page,
    const char *name, struct cJSON *elements, struct err *err)
{
	struct cJSON *list = json_get(page, name), *first;

	if (!json_is_array(list))
		return err_set(err, ERR_DATA,
		    "ecr: %s: %s: the answer has no list %s", question->region,
		    question->action, name);
	while ((first = json_first(list)) != NULL)
		json_append(elements, json_take(list, first));
	return 0;
}

int
ecr_api_list(struct aws *aws, const struct ecr_question *question,
    const char *name, struct cJSON **elements, struct err *err)
{
	struct cJSON *all = json_new_array(), *page = NULL;
	const char *next = NULL;
	size_t pages = 0;
	int rc;

	do {
		struct ecr_question asked = *question;
		struct buf body = { 0 };

		add_page(&body, question->body, next);
		json_free(page);
		page = NULL;
		asked.body = body.data;
		rc = ecr_api_ask(aws, &asked, &page, err);
		buf_free(&body);
		if (rc == 0 && page != NULL)
			rc = take_page(question, page, name, all, err);
		next = json_get_text(page, "nextToken");
	} while (rc == 0 && next != NULL && ++pages < PAGES_MAX);
	if (rc == 0 && next != NULL)
		rc = err_set(err, ERR_DATA,
		    "ecr: %s: %s: more than %d pages have no end",
		    question->region, question->action, PAGES_MAX);
	json_free(page);
	if (rc == 0)
		*elements = all;
	else
		json_free(all);
	return rc;
}
