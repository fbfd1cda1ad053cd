/*
 * The only door to the network: HTTP/1.1 over TLS 1.2 or later, by libcurl.
 *
 * Requests are started and waited for, so that independent ones overlap. Each
 * attempt's headers are made afresh by the caller's prepare function, and each
 * answer is judged by the caller's judge function; the repeating, with its
 * limits, full jitter, Retry-After and one deadline for the run, is done here.
 * Redirects are never followed. Bodies have a limit.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/tls.h"

struct http;
struct http_transfer;

struct http_response {
	long status;
	struct buf body;
	char *content_type; /* NULL when there is none */
	char *location;     /* of a redirect, whole; NULL: it is none */
	char *error_type;   /* x-amzn-errortype, or NULL */
	int64_t retry_after_ms;
	int64_t retry_hint_ms; /* x-amz-retry-after */
	/* What the machine's clock lacks by the answer's Date; 0: nothing, or
	 * there is none that tells the time now. */
	time_t clock_offset_s;
	unsigned attempts; /* how many it took */
	/* An earlier attempt found no server, or one in trouble. */
	bool had_trouble;
	/* The attempt was made by a clock that has been corrected since. */
	bool was_clock_off;
	bool is_unresolved; /* no answer: the host's name is not known */
	bool is_unreached;  /* no answer: no connection, or it broke */
	bool is_silent;     /* no answer: nothing came in time */
	bool is_too_long;   /* no answer: it ran over a limit */
};

enum http_verdict {
	HTTP_ACCEPT,     /* an answer, good or bad: no more attempts */
	HTTP_RETRY,      /* the server is in trouble */
	HTTP_SLOW_DOWN,  /* we are too fast: longer delays */
	HTTP_RETRY_ONCE, /* another try with fresh headers may do */
};

/* A server that asked one request to wait lets none of these through before. */
struct http_gate {
	int64_t opens_ms; /* by the monotonic clock */
};

struct http_request {
	const char *what; /* for messages: "ecr: GetAuthorizationToken" */
	const char *method;
	const char *url;
	const void *body; /* NULL: none */
	size_t body_len;
	const struct tls_trust *trust; /* NULL only for http:// */
	/* Adds headers for an attempt at time now, with http_add_header. */
	int (*prepare)(void *arg, time_t now, struct list *headers,
	    struct err *err);
	/* NULL: 429 and 5xx are tried again. */
	enum http_verdict (*judge)(const struct http_response *response);
	void *arg;               /* prepare's own; lives until http_wait */
	struct http_gate *gate;  /* NULL: none; lives as long */
	size_t body_max;         /* of the answer */
	unsigned attempts_max;   /* 0: the usual number */
	int64_t attempt_ms;      /* limit of one attempt; 0: the usual one */
	bool needs_quick_answer; /* one attempt, unless there is an answer */
	bool is_direct;          /* never by a proxy */
	/* http, https or socks5 URL; beats NO_PROXY; NULL: environment's */
	const char *proxy;
	const char *tls_server_name; /* to be in the certificate; NULL: host */
	bool has_true_date; /* the answer's Date may correct our clock */
};

/*
 * A client whose requests all end within timeout_ms from now, over so many
 * connections to one host at most, but no less than 16. Ends the program with
 * 71 when there is no memory.
 */
struct http *http_new(int64_t timeout_ms, size_t connections_max);

/*
 * No server's silence may take the time of all: from now on no attempt takes
 * longer than this, unless its request says so, and one that got no answer in
 * its time is the last, or whose answer asks for a longer wait.
 */
void http_limit_silence(struct http *http, int64_t attempt_ms);

/* The time, corrected by what servers with a true date said. */
time_t http_now(const struct http *http);

/*
 * What is missing from this machine's clock, in seconds, by those servers: less
 * than 0 if it is ahead, 0 while it is not off by more than AWS forgives. Known
 * even where the clock is left as it is.
 */
time_t http_clock_offset(const struct http *http);

/* From now on http_now is the machine's; who wants it so is told in the log. */
void http_leave_clock(struct http *http, const char *who);

/* What is left of the run's time; less than 1 when it is over. */
int64_t http_remaining_ms(const struct http *http);

/* Starts a request; url and body are copied, the rest is borrowed. */
struct http_transfer *http_start(struct http *http,
    const struct http_request *request);

/* Would http_wait return at once? If none would, turn until something moves. */
bool http_is_done(const struct http_transfer *transfer);
void http_turn(struct http *http);

/*
 * Waits for a transfer, and ends it. 0: *response has an answer, whatever its
 * status; free it with http_response_free. -1: there was none; only its
 * is_unresolved and what follows are set. Errors: ERR_RETRY (network, deadline),
 * ERR_DATA (too long, not trusted, not HTTP), ERR_CONFIG (URL, proxy),
 * ERR_SYSTEM, and what prepare sets.
 */
int http_wait(struct http *http, struct http_transfer *transfer,
    struct http_response *response, struct err *err);

/* http_start and http_wait. */
int http_fetch(struct http *http, const struct http_request *request,
    struct http_response *response, struct err *err);

/* Adds "name: value"; ERR_CONFIG when value has CR, LF or is no text. */
int http_add_header(struct list *headers, const char *name, const char *value,
    struct err *err);

/* What an answer without a text of its own means, by its status alone. */
enum err_kind http_kind_of_status(long status);

void http_response_free(struct http_response *response);

/* Ends all transfers and connections. */
void http_free(struct http *http);

#endif
