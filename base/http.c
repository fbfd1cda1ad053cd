/* Requests that overlap, and are tried again within limits. */
#include "base/http.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_attempt.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	ATTEMPTS_MAX = 8,
	ATTEMPT_MS = 20000,
	DELAY_MS = 200,       /* doubled each time, times a random part */
	SLOW_DELAY_MS = 1000, /* the same when we are too fast */
	LEAST_MS = 250,       /* in less time no attempt is worth it */
	IDLE_MAX = 16,        /* a new handle costs as much as a request */
	CONNECTIONS_MIN = 16, /* to one host, whatever is wanted */
	HOSTS_MAX = 8,        /* whose connections are kept for the next one */
	SKEW_MIN_S = 240,     /* AWS forgives 5 minutes in one direction */
};

struct http {
	CURLM *multi;
	struct http_transfer *transfers;
	int64_t deadline_ms;  /* by the monotonic clock */
	int64_t timeout_ms;   /* what it was set to, for messages */
	int64_t silence_ms;   /* what all have that name no limit; 0: none */
	CURL *idle[IDLE_MAX]; /* handles for the next requests */
	size_t idle_n;
	time_t offset_s; /* what is missing from our clock; 0: little */
	char *left_by;   /* who wants no correction, or NULL */
};

struct http *
http_new(int64_t timeout_ms, size_t connections_max)
{
	struct http *http = xcalloc(1, sizeof(*http));

	if (connections_max < CONNECTIONS_MIN)
		connections_max = CONNECTIONS_MIN;
	http->multi = curl_multi_init();
	BUG_IF(http->multi == NULL);
	BUG_IF(curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
		   (long)connections_max) != CURLM_OK);
	/* libcurl would close idle ones, by how few requests are under way. */
	BUG_IF(curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
		   HOSTS_MAX * (long)connections_max) != CURLM_OK);
	http->timeout_ms = timeout_ms;
	http->deadline_ms = clock_monotonic_ms() + timeout_ms;
	return http;
}

void
http_limit_silence(struct http *http, int64_t attempt_ms)
{
	http->silence_ms = attempt_ms;
}

static time_t
correction_s(const struct http *http)
{
	return http->left_by == NULL ? http->offset_s : 0;
}

time_t
http_now(const struct http *http)
{
	return time(NULL) + correction_s(http);
}

time_t
http_clock_offset(const struct http *http)
{
	return http->offset_s;
}

void
http_leave_clock(struct http *http, const char *who)
{
	mem_free(http->left_by);
	http->left_by = xstrdup(who);
}

int64_t
http_remaining_ms(const struct http *http)
{
	return http->deadline_ms - clock_monotonic_ms();
}

struct http_transfer *
http_start(struct http *http, const struct http_request *request)
{
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));

	BUG_IF(request->body_max == 0);
	transfer->request = *request;
	transfer->next = http->transfers;
	http->transfers = transfer;
	if (!url_parse(request->url, &transfer->parts) ||
	    (request->trust == NULL &&
		strcmp(transfer->parts.scheme, "http") != 0)) {
		url_add_shown(&transfer->host, request->url);
		(void)err_set(&transfer->err, ERR_CONFIG,
		    "%s: not a usable URL: %s", request->what,
		    buf_str(&transfer->host));
		transfer->state = TRANSFER_DONE;
		return transfer;
	}
	url_add_host(&transfer->host, &transfer->parts);
	transfer->easy =
	    http->idle_n > 0 ? http->idle[--http->idle_n] : curl_easy_init();
	http_attempt_prepare(transfer);
	transfer->due_ms = clock_monotonic_ms();
	return transfer;
}

static void
end_by_deadline(const struct http *http, struct http_transfer *transfer)
{
	transfer->state = TRANSFER_DONE;
	transfer->response.is_unreached = true;
	transfer->response.is_silent = true;
	if (transfer->err.kind == ERR_NONE)
		(void)err_set(&transfer->err, ERR_RETRY,
		    "%s: no answer from %s", transfer->request.what,
		    transfer->host.data);
	err_hint(&transfer->err, "the run's limit of %g s is over",
	    (double)http->timeout_ms / 1000);
}

static void
begin_attempt(struct http *http, struct http_transfer *transfer)
{
	const struct http_request *request = &transfer->request;
	int64_t left_ms = http_remaining_ms(http);
	int64_t limit_ms = request->attempt_ms > 0 ? request->attempt_ms :
	    http->silence_ms > 0                   ? http->silence_ms :
						     ATTEMPT_MS;
	struct list headers = { 0 };

	if (left_ms <= 0) {
		end_by_deadline(http, transfer);
		return;
	}
	if (limit_ms > left_ms)
		limit_ms = left_ms;
	transfer->err.kind = ERR_NONE;
	if (request->prepare != NULL &&
	    request->prepare(request->arg, http_now(http), &headers,
		&transfer->err) < 0) {
		transfer->state = TRANSFER_DONE;
	} else {
		http_attempt_begin(transfer, &headers, limit_ms);
		BUG_IF(curl_multi_add_handle(http->multi, transfer->easy) !=
		    CURLM_OK);
		transfer->state = TRANSFER_ACTIVE;
		transfer->correction_s = correction_s(http);
		transfer->attempts++;
	}
	list_free(&headers);
}

/*
 * Returns false when the attempts or the time are used up, which includes a
 * Retry-After past the deadline: waiting for that would only delay the bad
 * news, and lose its text.
 */
static bool
repeat_later(const struct http *http, struct http_transfer *transfer,
    int64_t base_ms)
{
	unsigned most = transfer->request.attempts_max > 0 ?
	    transfer->request.attempts_max :
	    ATTEMPTS_MAX;
	struct http_gate *gate = transfer->request.gate;
	int64_t delay_ms;

	if (transfer->attempts >= most)
		return false;
	delay_ms = http_attempt_delay(transfer, base_ms);
	if (delay_ms + LEAST_MS >= http_remaining_ms(http) ||
	    (http->silence_ms > 0 && delay_ms > http->silence_ms))
		return false;
	transfer->due_ms = clock_monotonic_ms() + delay_ms;
	transfer->state = TRANSFER_WAITING;
	if (gate != NULL && transfer->response.retry_after_ms > 0 &&
	    gate->opens_ms < transfer->due_ms)
		gate->opens_ms = transfer->due_ms;
	return true;
}

/* Until the clock is found to be off: two servers would fight over it. */
static void
measure_clock(struct http *http, const struct http_transfer *transfer)
{
	const char *left_by = http->left_by;
	time_t offset_s = transfer->response.clock_offset_s;
	long long off_s = offset_s < 0 ? -offset_s : offset_s;

	if (!transfer->request.has_true_date || http->offset_s != 0 ||
	    off_s < SKEW_MIN_S)
		return;
	http->offset_s = offset_s;
	log_event(LOG_WARNING, LOG_FIELDS({ "offset_s", NULL, http->offset_s }),
	    "clock: this machine's is %lld s %s that of %s; %s%s", off_s,
	    http->offset_s < 0 ? "ahead of" : "behind", transfer->host.data,
	    left_by == NULL ? "corrected for this run" :
			      "not corrected because of ",
	    left_by == NULL ? "" : left_by);
}

static void
judge_answer(struct http *http, struct http_transfer *transfer)
{
	const struct http_response *response = &transfer->response;
	enum http_verdict verdict = HTTP_ACCEPT;
	bool repeats = false;

	if (transfer->request.judge != NULL)
		verdict = transfer->request.judge(response);
	else if (response->status == 429 || response->status >= 500)
		verdict = HTTP_RETRY;
	transfer->had_trouble = transfer->had_trouble || verdict == HTTP_RETRY;
	if (verdict == HTTP_RETRY)
		repeats = repeat_later(http, transfer, DELAY_MS);
	else if (verdict == HTTP_SLOW_DOWN)
		repeats = repeat_later(http, transfer, SLOW_DELAY_MS);
	else if (verdict == HTTP_RETRY_ONCE && !transfer->has_repeated) {
		transfer->has_repeated = true;
		repeats = repeat_later(http, transfer, 1);
	}
	if (!repeats)
		transfer->state = TRANSFER_DONE;
}

/* Another attempt, where there is no answer? */
static bool
may_repeat(const struct http *http, const struct http_transfer *transfer)
{
	return !transfer->request.needs_quick_answer &&
	    (http->silence_ms == 0 || !transfer->response.is_silent);
}

static void
finish_attempt(struct http *http, struct http_transfer *transfer,
    CURLcode result)
{
	bool may_retry = false;

	(void)curl_multi_remove_handle(http->multi, transfer->easy);
	http_attempt_read(transfer);
	http_attempt_log(transfer, result);
	if (http_attempt_judge(transfer, result, &may_retry, &transfer->err) ==
	    0) {
		measure_clock(http, transfer);
		transfer->response.was_clock_off =
		    correction_s(http) != transfer->correction_s;
		transfer->response.had_trouble = transfer->had_trouble;
		transfer->response.attempts = transfer->attempts;
		judge_answer(http, transfer);
		return;
	}
	transfer->had_trouble = true;
	if (http_remaining_ms(http) <= 0)
		end_by_deadline(http, transfer);
	else if (!may_retry || !may_repeat(http, transfer) ||
	    !repeat_later(http, transfer, DELAY_MS))
		transfer->state = TRANSFER_DONE;
}

/* Begins what is due; returns how long, at most, to wait for the rest. */
static int64_t
begin_due(struct http *http)
{
	int64_t wait_ms = http_remaining_ms(http);

	for (struct http_transfer *t = http->transfers; t != NULL;
	    t = t->next) {
		const struct http_gate *gate = t->request.gate;
		int64_t due_ms;

		if (t->state != TRANSFER_WAITING)
			continue;
		if (gate != NULL && t->due_ms < gate->opens_ms)
			t->due_ms = gate->opens_ms;
		due_ms = t->due_ms - clock_monotonic_ms();
		if (due_ms <= 0)
			begin_attempt(http, t);
		if (t->state == TRANSFER_DONE)
			wait_ms = 0; /* somebody waits for it */
		else if (t->state == TRANSFER_WAITING && due_ms < wait_ms)
			wait_ms = due_ms;
	}
	return wait_ms < 0 ? 0 : wait_ms > INT_MAX ? INT_MAX : wait_ms;
}

/* One turn of the wheel: start, move, finish, sleep until something moves. */
void
http_turn(struct http *http)
{
	int64_t wait_ms = begin_due(http);
	int running = 0, left;
	const CURLMsg *message;
	bool has_news = false;

	BUG_IF(curl_multi_perform(http->multi, &running) != CURLM_OK);
	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct http_transfer *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		BUG_IF(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
			   &transfer) != CURLE_OK);
		finish_attempt(http, transfer, message->data.result);
		has_news = true;
	}
	if (!has_news)
		BUG_IF(curl_multi_poll(http->multi, NULL, 0, (int)wait_ms,
			   NULL) != CURLM_OK);
}

static void
free_transfer(struct http *http, struct http_transfer *transfer)
{
	struct http_transfer **link = &http->transfers;

	while (*link != transfer)
		link = &(*link)->next;
	*link = transfer->next;
	if (transfer->state == TRANSFER_ACTIVE)
		(void)curl_multi_remove_handle(http->multi, transfer->easy);
	if (transfer->easy != NULL && http->idle_n < IDLE_MAX) {
		curl_easy_reset(transfer->easy);
		http->idle[http->idle_n++] = transfer->easy;
	} else {
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->place);
	http_response_free(&transfer->response);
	url_free(&transfer->parts);
	buf_free(&transfer->host);
	mem_free(transfer);
}

bool
http_is_done(const struct http_transfer *transfer)
{
	return transfer->state == TRANSFER_DONE;
}

int
http_wait(struct http *http, struct http_transfer *transfer,
    struct http_response *response, struct err *err)
{
	int rc = -1;

	while (transfer->state != TRANSFER_DONE)
		http_turn(http);
	if (transfer->err.kind != ERR_NONE) {
		*err = transfer->err;
		*response = (struct http_response){
			.is_unresolved = transfer->response.is_unresolved,
			.is_unreached = transfer->response.is_unreached,
			.is_silent = transfer->response.is_silent,
			.is_too_long = transfer->response.is_too_long,
		};
		goto out;
	}
	*response = transfer->response;
	transfer->response = (struct http_response){ 0 };
	rc = 0;
out:
	free_transfer(http, transfer);
	return rc;
}

int
http_fetch(struct http *http, const struct http_request *request,
    struct http_response *response, struct err *err)
{
	return http_wait(http, http_start(http, request), response, err);
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	while (http->transfers != NULL)
		free_transfer(http, http->transfers);
	while (http->idle_n > 0)
		curl_easy_cleanup(http->idle[--http->idle_n]);
	(void)curl_multi_cleanup(http->multi);
	mem_free(http->left_by);
	mem_free(http);
}
