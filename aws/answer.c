/* What AWS's answers mean. */
#include "aws/answer.h"

#include <string.h>

#include "aws/xml.h"
#include "base/json.h"

enum meaning {
	MEANS_DENIED,
	MEANS_CLOCK, /* denied, but maybe only for the date */
	MEANS_REFUSED,
	MEANS_RETRY,
	MEANS_SLOW_DOWN,
};

/*
 * By the whole code, or where it ends in "*" by its beginning. Sources: the
 * SDKs' "standard" retry mode, and the Common Errors of each service.
 */
static const struct {
	const char *code;
	enum meaning meaning;
} codes[] = {
	{ "AccessDenied*", MEANS_DENIED },
	{ "AuthFailure", MEANS_CLOCK },
	{ "BandwidthLimitExceeded", MEANS_SLOW_DOWN },
	{ "EC2ThrottledException", MEANS_SLOW_DOWN },
	{ "ExpiredToken*", MEANS_DENIED },
	{ "IDPCommunicationError*", MEANS_RETRY },
	{ "IDPRejectedClaim*", MEANS_DENIED },
	{ "IncompleteSignature*", MEANS_DENIED },
	{ "InternalError*", MEANS_RETRY },
	{ "InternalFailure*", MEANS_RETRY },
	{ "InternalServer*", MEANS_RETRY },
	{ "InvalidClientTokenId*", MEANS_DENIED },
	{ "InvalidIdentityToken*", MEANS_DENIED },
	{ "InvalidSignature*", MEANS_CLOCK },
	{ "LimitExceededException", MEANS_SLOW_DOWN },
	{ "MissingAuthenticationToken*", MEANS_DENIED },
	{ "NotAuthorized*", MEANS_DENIED },
	{ "OptInRequired*", MEANS_DENIED },
	{ "PriorRequestNotComplete", MEANS_SLOW_DOWN },
	{ "ProvisionedThroughputExceededException", MEANS_SLOW_DOWN },
	{ "RegionDisabled*", MEANS_REFUSED },
	{ "RequestExpired*", MEANS_CLOCK },
	{ "RequestInTheFuture*", MEANS_CLOCK },
	{ "RequestLimitExceeded*", MEANS_SLOW_DOWN },
	{ "RequestThrottled*", MEANS_SLOW_DOWN },
	{ "RequestTimeTooSkewed*", MEANS_CLOCK },
	{ "RequestTimeout*", MEANS_RETRY },
	{ "ServerException", MEANS_RETRY },
	{ "ServiceUnavailable*", MEANS_RETRY },
	{ "SignatureDoesNotMatch*", MEANS_CLOCK },
	{ "SlowDown", MEANS_SLOW_DOWN },
	{ "ThrottledException", MEANS_SLOW_DOWN },
	{ "Throttling*", MEANS_SLOW_DOWN },
	{ "TooManyRequests*", MEANS_SLOW_DOWN },
	{ "TransactionInProgressException", MEANS_SLOW_DOWN },
	{ "UnrecognizedClient*", MEANS_DENIED },
};

bool
answer_has_code(const char *pattern, const char *code)
{
	size_t len = strcspn(pattern, "*");

	if (pattern[len] == '*')
		return strncmp(pattern, code, len) == 0;
	return strcmp(pattern, code) == 0;
}

static enum meaning
read_meaning(long status, const char *code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (answer_has_code(codes[i].code, code))
			return codes[i].meaning;
	if (status == 429)
		return MEANS_SLOW_DOWN;
	if (status >= 500)
		return MEANS_RETRY;
	return status == 401 || status == 403 ? MEANS_DENIED : MEANS_REFUSED;
}

/* "com.amazonaws.ecr#ThrottlingException:http://..." has more than the code. */
static void
add_bare_code(struct buf *out, const char *text)
{
	size_t len = strcspn(text, ":");
	const char *hash = memchr(text, '#', len);

	if (hash != NULL) {
		len -= (size_t)(hash + 1 - text);
		text = hash + 1;
	}
	buf_add(out, text, len);
}

void
answer_read_error(const struct http_response *response,
    struct answer_error *error)
{
	static const char *const code_names[] = { "__type", "code", "Code" };
	static const char *const text_names[] = { "message", "Message" };
	const struct buf *body = &response->body;
	struct cJSON *json = json_parse(buf_str(body), body->len);
	const struct cJSON *object = json_get(json, "Error");
	struct buf *code = &error->code, *message = &error->message;
	const char *text;

	if (response->error_type != NULL)
		add_bare_code(code, response->error_type);
	if (object == NULL)
		object = json;
	for (size_t i = 0; i < 3 && code->len == 0; i++)
		if ((text = json_get_text(object, code_names[i])) != NULL)
			add_bare_code(code, text);
	for (size_t i = 0; i < 2 && message->len == 0; i++)
		if ((text = json_get_text(object, text_names[i])) != NULL)
			buf_add_str(message, text);
	if (json == NULL && code->len == 0)
		(void)xml_find(buf_str(body), "Code", code);
	if (json == NULL)
		(void)xml_find(buf_str(body), "Message", message);
	json_free(json);
}

void
answer_error_free(struct answer_error *error)
{
	buf_free(&error->code);
	buf_free(&error->message);
}

enum http_verdict
answer_judge(const struct http_response *response)
{
	struct answer_error error = { 0 };
	enum meaning meaning;

	if (response->status < 400)
		return HTTP_ACCEPT;
	answer_read_error(response, &error);
	meaning = read_meaning(response->status, buf_str(&error.code));
	answer_error_free(&error);
	if (meaning == MEANS_RETRY)
		return HTTP_RETRY;
	if (meaning == MEANS_SLOW_DOWN)
		return HTTP_SLOW_DOWN;
	if (meaning == MEANS_CLOCK && response->was_clock_off)
		return HTTP_RETRY_ONCE;
	return HTTP_ACCEPT;
}

int
answer_set_error(const struct http_response *response, const char *what,
    const char *const *secrets, size_t secrets_n, struct err *err)
{
	static const enum err_kind kinds[] = {
		[MEANS_DENIED] = ERR_DENIED,
		[MEANS_CLOCK] = ERR_DENIED,
		[MEANS_REFUSED] = ERR_REFUSED,
		[MEANS_RETRY] = ERR_RETRY,
		[MEANS_SLOW_DOWN] = ERR_RETRY,
	};
	struct answer_error error = { 0 };
	struct buf shown = { 0 };
	enum meaning meaning;

	answer_read_error(response, &error);
	meaning = read_meaning(response->status, buf_str(&error.code));
	buf_add_message(&shown, buf_str(&error.code), secrets, secrets_n);
	if (error.message.len > 0)
		buf_add_str(&shown, ": ");
	buf_add_message(&shown, buf_str(&error.message), secrets, secrets_n);
	if (error.code.len > 0 || response->status >= 500 ||
	    response->status == 429)
		(void)err_set(err, kinds[meaning], "%s: AWS answered %ld%s%s",
		    what, response->status, shown.len > 0 ? " " : "",
		    buf_str(&shown));
	else
		(void)err_set(err, ERR_DATA,
		    "%s: status %ld with an answer that is not AWS's (%s, %zu "
		    "bytes)",
		    what, response->status,
		    response->content_type != NULL ? response->content_type :
						     "no content type",
		    response->body.len);
	answer_error_free(&error);
	buf_free(&shown);
	return -1;
}
