/* AWS's error answers: the code in them, another try or not, the exit code. */
#include "aws/answer.h"

#include "test/unit/unit.h"

#define URI ":http://internal.amazon.com/coral/com.amazon.coral.validate/"

/*
 * Smithy's "Operation error serialization" for AWS JSON 1.1 and its protocol
 * tests; the Query protocol's XML; and what STS says when asked for JSON.
 */
static const struct code_case {
	const char *name, *error_type, *body, *want;
} code_cases[] = {
	{ "the header has the code", "FooError", "{}", "FooError" },
	{ "the header's URI goes", "FooError" URI, "{}", "FooError" },
	{ "the header's namespace goes", "aws.protocoltests#FooError", "{}",
	    "FooError" },
	{ "both of the header's go", "aws.protocoltests#FooError" URI, "{}",
	    "FooError" },
	{ "a \"#\" in the URI is the URI's", "FooError" URI "#a", "{}",
	    "FooError" },
	{ "code has it", NULL, "{\"code\":\"FooError\"}", "FooError" },
	{ "code's namespace goes", NULL,
	    "{\"code\":\"aws.protocoltests#FooError\"}", "FooError" },
	{ "both of code's go", NULL,
	    "{\"code\":\"aws.protocoltests#FooError" URI "\"}", "FooError" },
	{ "__type has it", NULL, "{\"__type\":\"FooError\"}", "FooError" },
	{ "__type's namespace goes", NULL,
	    "{\"__type\":\"aws.protocoltests#FooError\"}", "FooError" },
	{ "both of __type's go", NULL,
	    "{\"__type\":\"aws.protocoltests#FooError" URI "\"}", "FooError" },
	{ "the header beats the body", "FooError", "{\"__type\":\"BarError\"}",
	    "FooError" },
	{ "XML's Code has it", NULL,
	    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied"
	    "</Code><Message>no</Message></Error></ErrorResponse>",
	    "AccessDenied" },
	{ "STS's JSON has it", NULL,
	    "{\"Error\":{\"Code\":\"InvalidIdentityToken\",\"Message\":"
	    "\"no\",\"Type\":\"Sender\"},\"RequestId\":\"1\"}",
	    "InvalidIdentityToken" },
	{ "a code that is no text is none", NULL, "{\"code\":400}", "" },
	{ "HTML has none", NULL, "<html><title>502</title></html>", "" },
	{ "plain text has none", NULL, "Not Authorized\n", "" },
	{ "nothing has none", NULL, "", "" },
	{ "an array has none", NULL, "[\"code\"]", "" },
	{ "JSON that is cut has none", NULL, "{\"code\":\"FooErr", "" },
};

/* A response that borrows its texts but owns its body. */
static void
make_response(struct http_response *response, long status,
    const char *error_type, const char *body)
{
	*response = (struct http_response){ .status = status };
	if (error_type != NULL)
		response->error_type = xstrdup(error_type);
	buf_add_str(&response->body, body);
}

static void
code_is_found(void **state)
{
	const struct code_case *row = *state;
	struct http_response response;
	struct answer_error got = { 0 };

	make_response(&response, 400, row->error_type, row->body);
	answer_read_error(&response, &got);
	unit_check_text(&got.code, row->want);
	buf_free(&got.message);
	http_response_free(&response);
}

/*
 * Verdicts by the SDKs' "standard" retry mode, kinds by the design's table.
 * The verdict is of an answer that shows no clock that is off.
 */
static const struct verdict_case {
	const char *name; /* the code */
	long status;
	enum http_verdict verdict;
	enum err_kind kind;
} verdict_cases[] = {
	{ "Throttling", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "ThrottlingException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "ThrottledException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "RequestThrottledException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "RequestThrottled", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "TooManyRequestsException", 429, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "TooManyRequestsException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "ProvisionedThroughputExceededException", 400, HTTP_SLOW_DOWN,
	    ERR_RETRY },
	{ "TransactionInProgressException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "RequestLimitExceeded", 503, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "BandwidthLimitExceeded", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "LimitExceededException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "SlowDown", 503, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "PriorRequestNotComplete", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "EC2ThrottledException", 400, HTTP_SLOW_DOWN, ERR_RETRY },
	{ "RequestTimeout", 400, HTTP_RETRY, ERR_RETRY },
	{ "RequestTimeoutException", 400, HTTP_RETRY, ERR_RETRY },
	{ "ServerException", 500, HTTP_RETRY, ERR_RETRY },
	{ "InternalFailure", 500, HTTP_RETRY, ERR_RETRY },
	{ "ServiceUnavailable", 503, HTTP_RETRY, ERR_RETRY },
	{ "SomethingNew", 504, HTTP_RETRY, ERR_RETRY },
	{ "IDPCommunicationError", 400, HTTP_RETRY, ERR_RETRY },
	{ "AccessDenied", 403, HTTP_ACCEPT, ERR_DENIED },
	{ "AccessDeniedException", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "InvalidClientTokenId", 403, HTTP_ACCEPT, ERR_DENIED },
	{ "UnrecognizedClientException", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "SignatureDoesNotMatch", 403, HTTP_ACCEPT, ERR_DENIED },
	{ "InvalidSignatureException", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "ExpiredToken", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "ExpiredTokenException", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "InvalidIdentityToken", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "IDPRejectedClaim", 403, HTTP_ACCEPT, ERR_DENIED },
	{ "MissingAuthenticationTokenException", 400, HTTP_ACCEPT, ERR_DENIED },
	{ "SomethingNew", 403, HTTP_ACCEPT, ERR_DENIED },
	{ "SomethingNew", 401, HTTP_ACCEPT, ERR_DENIED },
	{ "RegionDisabledException", 403, HTTP_ACCEPT, ERR_REFUSED },
	{ "RepositoryNotFoundException", 400, HTTP_ACCEPT, ERR_REFUSED },
	{ "InvalidParameterException", 400, HTTP_ACCEPT, ERR_REFUSED },
	{ "SlowDownward", 400, HTTP_ACCEPT, ERR_REFUSED },
	{ "NotThrottling", 400, HTTP_ACCEPT, ERR_REFUSED },
};

static void
code_decides(void **state)
{
	const struct verdict_case *row = *state;
	struct http_response response;
	struct buf body = { 0 };
	struct err err = { 0 };

	buf_addf(&body, "{\"__type\":\"%s\",\"message\":\"a sentence\"}",
	    row->name);
	make_response(&response, row->status, NULL, body.data);
	assert_int_equal(answer_judge(&response), row->verdict);
	assert_int_equal(answer_set_error(&response, "ecr: call", NULL, 0,
			     &err),
	    -1);
	assert_int_equal(err.kind, row->kind);
	assert_memory_equal(err.text, "ecr: call: ", 11);
	assert_non_null(strstr(err.text, row->name));
	assert_non_null(strstr(err.text, "a sentence"));
	http_response_free(&response);
	buf_free(&body);
}

/* Answers without a code: the status is all there is. */
static const struct bare_case {
	const char *name;
	long status;
	const char *body;
	enum http_verdict verdict;
	enum err_kind kind;
} bare_cases[] = {
	{ "429 as text is too fast", 429, "slow down", HTTP_SLOW_DOWN,
	    ERR_RETRY },
	{ "500 without a body is tried again", 500, "", HTTP_RETRY, ERR_RETRY },
	{ "502 as HTML is tried again", 502, "<html></html>", HTTP_RETRY,
	    ERR_RETRY },
	{ "503 is tried again", 503, "", HTTP_RETRY, ERR_RETRY },
	{ "504 is tried again", 504, "", HTTP_RETRY, ERR_RETRY },
	{ "403 as HTML is not AWS's", 403, "<html>blocked</html>", HTTP_ACCEPT,
	    ERR_DATA },
	{ "404 as HTML is not AWS's", 404, "<html></html>", HTTP_ACCEPT,
	    ERR_DATA },
	{ "400 without a body is not AWS's", 400, "", HTTP_ACCEPT, ERR_DATA },
	{ "a redirection is not AWS's", 302, "", HTTP_ACCEPT, ERR_DATA },
};

static void
status_decides(void **state)
{
	const struct bare_case *row = *state;
	struct http_response response;
	struct err err = { 0 };

	make_response(&response, row->status, NULL, row->body);
	assert_int_equal(answer_judge(&response), row->verdict);
	(void)answer_set_error(&response, "ecr: call", NULL, 0, &err);
	assert_int_equal(err.kind, row->kind);
	assert_null(strstr(err.text, "html"));
	http_response_free(&response);
}

static void
success_is_accepted(void **state)
{
	struct http_response response;

	(void)state;
	make_response(&response, 200, NULL, "{\"__type\":\"Throttling\"}");
	assert_int_equal(answer_judge(&response), HTTP_ACCEPT);
	http_response_free(&response);
}

/* Made by a clock that has been corrected since: the SDKs' list of codes. */
static const struct clock_case {
	const char *name;
	enum http_verdict want;
} clock_cases[] = {
	{ "InvalidSignatureException", HTTP_RETRY_ONCE },
	{ "SignatureDoesNotMatch", HTTP_RETRY_ONCE },
	{ "RequestExpired", HTTP_RETRY_ONCE },
	{ "RequestInTheFuture", HTTP_RETRY_ONCE },
	{ "RequestTimeTooSkewed", HTTP_RETRY_ONCE },
	{ "AuthFailure", HTTP_RETRY_ONCE },
	{ "ExpiredTokenException", HTTP_ACCEPT },
	{ "UnrecognizedClientException", HTTP_ACCEPT },
	{ "ThrottlingException", HTTP_SLOW_DOWN },
};

static void
wrong_clock_decides(void **state)
{
	const struct clock_case *row = *state;
	struct http_response response;

	make_response(&response, 400, row->name, "{}");
	response.was_clock_off = true;
	assert_int_equal(answer_judge(&response), row->want);
	http_response_free(&response);
}

static const struct text_case {
	const char *name, *body, *want;
} text_cases[] = {
	{ "the sentence is shown",
	    "{\"__type\":\"FooError\",\"message\":\"It is so.\"}",
	    "what: AWS answered 400 FooError: It is so." },
	{ "Message is a message too",
	    "{\"__type\":\"FooError\",\"Message\":\"It is so.\"}",
	    "what: AWS answered 400 FooError: It is so." },
	{ "a code alone is enough", "{\"__type\":\"FooError\"}",
	    "what: AWS answered 400 FooError" },
	{ "a secret in the sentence is masked",
	    "{\"__type\":\"FooError\",\"message\":\"bad S3cret key\"}",
	    "what: AWS answered 400 FooError: bad *** key" },
	{ "a secret in the code is masked", "{\"__type\":\"AS3cretB\"}",
	    "what: AWS answered 400 A***B" },
	{ "only the first line is shown",
	    "{\"__type\":\"FooError\",\"message\":\"one\\ntwo\"}",
	    "what: AWS answered 400 FooError: one" },
	{ "XML's sentence is shown",
	    "<Error><Code>FooError</Code><Message>a &lt; b</Message></Error>",
	    "what: AWS answered 400 FooError: a < b" },
};

static void
text_is_safe(void **state)
{
	const struct text_case *row = *state;
	const char *const secrets[] = { "S3cret" };
	struct http_response response;
	struct err err = { 0 };

	make_response(&response, 400, NULL, row->body);
	(void)answer_set_error(&response, "what", secrets, 1, &err);
	assert_string_equal(err.text, row->want);
	http_response_free(&response);
}

/* A truncated 200 answer printed in full into a log was somebody's token. */
static void
foreign_body_is_not_shown(void **state)
{
	struct http_response response;
	struct err err = { 0 };

	(void)state;
	make_response(&response, 400, NULL, "{\"authorizationToken\":\"QVdT");
	(void)answer_set_error(&response, "what", NULL, 0, &err);
	assert_int_equal(err.kind, ERR_DATA);
	assert_null(strstr(err.text, "QVdT"));
	http_response_free(&response);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, code_cases, code_is_found);
	UNIT_ADD_ROWS(&unit, verdict_cases, code_decides);
	UNIT_ADD_ROWS(&unit, bare_cases, status_decides);
	unit_add(&unit, "success is accepted, whatever it holds",
	    success_is_accepted, NULL);
	UNIT_ADD_ROWS(&unit, clock_cases, wrong_clock_decides);
	UNIT_ADD_ROWS(&unit, text_cases, text_is_safe);
	unit_add(&unit, "a body that is not AWS's is not shown",
	    foreign_body_is_not_shown, NULL);
	return unit_run(&unit, "answer");
}
