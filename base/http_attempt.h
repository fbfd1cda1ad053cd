/* Private to base/http*.c: a transfer, and one attempt at it. */
#ifndef BASE_HTTP_ATTEMPT_H
#define BASE_HTTP_ATTEMPT_H

#include <curl/curl.h>

#include "base/err.h"
#include "base/http.h"
#include "base/url.h"

/* An option that libcurl refuses is one that we, or its build, got wrong. */
#define HTTP_SET(easy, option, value) \
	BUG_IF(curl_easy_setopt(easy, option, value) != CURLE_OK)

struct http_transfer {
	struct http_request request; /* libcurl has copies of url and body */
	struct url parts;
	struct buf host; /* with its port, for messages */
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *place; /* where to connect to, if not the URL's */
	char reason[CURL_ERROR_SIZE];
	enum {
		TRANSFER_WAITING, /* for due_ms */
		TRANSFER_ACTIVE,  /* libcurl is at it */
		TRANSFER_DONE,    /* response or err is set */
	} state;
	int64_t due_ms; /* by the monotonic clock */
	unsigned attempts;
	time_t began_at;     /* this attempt, by the machine's clock */
	time_t correction_s; /* the clock's, at this attempt */
	bool had_trouble;    /* as in the response */
	bool has_repeated;   /* HTTP_RETRY_ONCE was used */
	struct http_response response;
	struct err err;
	struct http_transfer *next;
};

/* Sets up a fresh handle with all that stays the same for each attempt. */
void http_attempt_prepare(struct http_transfer *transfer);

/* Sets this attempt's headers (borrowed strings) and time limit. */
void http_attempt_begin(struct http_transfer *transfer,
    const struct list *headers, int64_t timeout_ms);

/* Takes what libcurl knows of a finished attempt into the response. */
void http_attempt_read(struct http_transfer *transfer);

/* Tells of it, for --verbose. */
void http_attempt_log(const struct http_transfer *transfer, CURLcode result);

/*
 * What libcurl's result means: 0 for an answer; else -1 with err set, and
 * *may_retry says whether another attempt may help.
 */
int http_attempt_judge(struct http_transfer *transfer, CURLcode result,
    bool *may_retry, struct err *err);

/*
 * How long to wait before the next attempt: up to a bound that begins at
 * base_ms and doubles each time, or as long as the answer asks for.
 */
int64_t http_attempt_delay(const struct http_transfer *transfer,
    int64_t base_ms);

#endif
