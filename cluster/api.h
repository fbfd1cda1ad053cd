/*
 * One call to a Kubernetes API server: who we are there, what its answers
 * mean. Calls are started and finished, so that several overlap.
 */
#ifndef CLUSTER_API_H
#define CLUSTER_API_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/list.h"

/*
 * Who we are in an EKS cluster: an AWS identity, whose tokens the caller makes
 * by a token_maker. name is NULL in any other cluster; the rest is NULL where
 * AWS's own rules decide.
 */
struct cluster_eks {
	char *name; /* or, on Outposts, the cluster's id */
	char *region;
	char *profile;
	bool is_profile_explicit; /* the environment's keys don't beat it */
	char *role_arn;
	char *external_id;  /* of that role */
	char *session_name; /* the same */
};

/* Who makes a bearer token for each attempt. Borrowed, as are the texts. */
struct cluster_token_maker {
	/* Adds the token of an attempt at time now. */
	int (*add)(void *arg, time_t now, struct buf *token, struct err *err);
	void *arg;
	const char *refused;   /* what to do about a 401 */
	const char *unreached; /* and without a connection; or NULL */
};

/* The way to an API server, as it was found. */
struct cluster {
	char *server;    /* https://HOST[:PORT][/PATH], no slash at its end */
	char *origin;    /* "context prod of FILE", or the mounted folder */
	char *namespace; /* the pod's or the context's; NULL: not known */
	bool is_in_cluster; /* never by a proxy */

	struct buf ca;   /* PEM; empty: the system's roots */
	char *ca_origin; /* where that is from */
	bool is_insecure;
	char *tls_server_name; /* to be in the certificate, or NULL: the host */
	char *proxy;           /* http, https or socks5; NULL: environment's */

	char *credential; /* what we show, for messages; NULL: nothing */
	char *token;      /* NULL: none, or a file's */
	char *token_file; /* read for each request: it rotates */
	struct cluster_token_maker token_maker; /* where neither is */
	char *username; /* NULL: not given, with the next */
	char *password;
	struct buf certificate; /* PEM; empty: none */
	struct buf key;
	struct list impersonation; /* headers */
	struct cluster_eks eks;
};

void cluster_free(struct cluster *cluster);

/* The API server and how it knows us. */
struct cluster_api {
	struct http *http;             /* borrowed */
	const struct cluster *cluster; /* borrowed */
	struct tls_trust *trust;
	struct http_gate gate; /* a busy server is not stormed */
	unsigned attempts_max; /* 0: the usual number */
	time_t clock_offset_s; /* what our clock lacks by its last answer */
};

/* Errors: ERR_CONFIG for certificates and keys that can't be used. */
int cluster_api_open(struct cluster_api *api, struct http *http,
    const struct cluster *cluster, struct err *err);
void cluster_api_close(struct cluster_api *api);

/* Metadata are enough; a server that doesn't know the kind sends all. */
#define CLUSTER_ACCEPT_METADATA(kind) \
	"application/json;as=" kind ";g=meta.k8s.io;v=v1,application/json"

struct cluster_request {
	char *what; /* "k8s: apply ns/name"; the call frees it */
	const char *method;
	char *path;               /* with its query; the call frees it */
	const char *content_type; /* NULL: no body; borrowed */
	const struct buf *body;   /* copied */
	const char *accept;       /* NULL: JSON */
	size_t answer_max;        /* 0: enough for a Secret */
	char *remedy;             /* for a 403; the call frees it */
};

struct cluster_call;

struct cluster_call *cluster_start(struct cluster_api *api,
    const struct cluster_request *request);

/* After its wait: sends a GET once more, with that behind its path's query. */
void cluster_send(struct cluster_call *call, const char *query);

/* Would cluster_wait return at once? If none does, turn until one moves. */
bool cluster_is_done(const struct cluster_call *call);
void cluster_turn(struct cluster_api *api);

/*
 * Waits. 0: there is an answer, and the call is to be freed with
 * cluster_call_free once it was looked at; on -1 too. Errors: as http_wait.
 */
int cluster_wait(struct cluster_call *call, struct http_response *response,
    struct err *err);

/*
 * By how many seconds the server's clock is ahead of http_now, by its answers
 * until now: a second opinion for who has not asked AWS. 0 if it is not known.
 */
time_t cluster_clock_ahead(const struct cluster_api *api);

/*
 * Sets err from an answer that is not a success: ERR_DENIED (401, 403, with
 * the missing rule), ERR_REFUSED (other 4xx, quota, terminating namespace),
 * ERR_RETRY (429, 5xx), ERR_DATA (what is not Kubernetes'). Returns -1.
 */
int cluster_set_error(const struct cluster_call *call,
    const struct http_response *response, struct err *err);

/* For messages; borrowed. */
const char *cluster_what(const struct cluster_call *call);

/* A call that was not waited for may only be freed after its http client. */
void cluster_call_free(struct cluster_call *call);

#endif
