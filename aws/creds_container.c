/* Credentials from a container agent: EKS Pod Identity, ECS, Greengrass. */
#include "aws/creds_container.h"

#include <string.h>

#include "aws/creds_source.h"
#include "base/env.h"
#include "base/file.h"
#include "base/http.h"
#include "base/mem.h"
#include "base/url.h"

#define ECS_AGENT "http://169.254.170.2"

enum {
	BODY_MAX = 64 * 1024,
	ATTEMPT_MS = 5000, /* the agent is on this node, but calls AWS */
	ATTEMPTS = 4,      /* an association takes a moment to arrive */
};

struct settings {
	struct buf url;   /* empty: no agent is named */
	char *token;      /* AWS_CONTAINER_AUTHORIZATION_TOKEN */
	char *token_file; /* the same _FILE, which wins */
	struct buf sent;  /* the token of the last attempt */
};

/* Hosts that may get the token over plain HTTP: whole names, no prefixes. */
static bool
is_allowed(const struct url *url)
{
	static const char *const agents[] = {
		"169.254.170.2",  /* ECS */
		"169.254.170.23", /* EKS Pod Identity */
		"fd00:ec2::23",   /* the same over IPv6 */
	};

	if (strcmp(url->scheme, "https") == 0 || url_is_loopback(url))
		return true;
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		if (strcmp(url->host, agents[i]) == 0)
			return true;
	return false;
}

static int
check_url(const char *text, struct err *err)
{
	static const char name[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
	struct url url;
	int rc = 0;

	if (!url_parse(text, &url))
		return err_set(err, ERR_CONFIG, "%s: not an http or https URL",
		    name);
	if (!is_allowed(&url))
		rc = err_set(err, ERR_CONFIG,
		    "%s: host \"%s\" may not be asked over plain http: only "
		    "https, loopback and the agents' own addresses may",
		    name, url.host);
	url_free(&url);
	return rc;
}

int
creds_container_url(const char *relative, const char *full, struct buf *url,
    struct err *err)
{
	if (relative != NULL && relative[0] != '/')
		return err_set(err, ERR_CONFIG,
		    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: has no leading /");
	if (relative != NULL) {
		buf_addf(url, ECS_AGENT "%s", relative);
	} else if (full != NULL) {
		if (check_url(full, err) < 0)
			return -1;
		buf_add_str(url, full);
	}
	return 0;
}

static int
read_settings(struct settings *set, struct err *err)
{
	char *relative = NULL, *full = NULL;
	int rc = -1;

	if (env_get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &relative, err) <
		0 ||
	    env_get("AWS_CONTAINER_CREDENTIALS_FULL_URI", &full, err) < 0 ||
	    env_get("AWS_CONTAINER_AUTHORIZATION_TOKEN", &set->token, err) <
		0 ||
	    env_get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &set->token_file,
		err) < 0)
		goto out;
	rc = creds_container_url(relative, full, &set->url, err);
out:
	mem_free(relative);
	mem_free(full);
	return rc;
}

static void
free_settings(struct settings *set)
{
	buf_free(&set->url);
	mem_free(set->token);
	mem_free(set->token_file);
	buf_free(&set->sent);
}

/* The token file rotates: it is read for each attempt. */
static int
add_headers(void *arg, time_t now, struct list *headers, struct err *err)
{
	struct settings *set = arg;
	struct buf *sent = &set->sent;
	int rc = 0;

	(void)now;
	buf_clear(sent);
	list_add(headers, "Accept: application/json");
	if (set->token_file != NULL) {
		rc = file_read_token(set->token_file, sent, err);
		if (rc < 0)
			err_wrap(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	} else if (set->token != NULL) {
		buf_add_str(sent, set->token);
	}
	if (rc == 0 && sent->len > 0)
		rc = http_add_header(headers, "Authorization", sent->data, err);
	return rc;
}

/* The agent tells what AWS told it, in a line of text. */
static int
explain(const struct settings *set, const struct http_response *response,
    struct err *err)
{
	const char *const secrets[] = { buf_str(&set->sent) };
	struct buf said = { 0 };

	buf_add_message(&said, buf_str(&response->body), secrets, 1);
	(void)err_set(err, http_kind_of_status(response->status),
	    "%s: the agent answered %ld%s%s", set->url.data, response->status,
	    said.len > 0 ? ": " : "", buf_str(&said));
	buf_free(&said);
	return -1;
}

static int
ask_agent(struct aws *aws, struct settings *set, struct creds *creds,
    struct err *err)
{
	struct http_response response = { 0 };
	const struct http_request request = {
		.what = "the agent",
		.method = "GET",
		.url = set->url.data,
		.trust = aws->trust,
		.prepare = add_headers,
		.arg = set,
		.body_max = BODY_MAX,
		.attempts_max = ATTEMPTS,
		.attempt_ms = ATTEMPT_MS,
	};
	int rc;

	if (http_fetch(aws->http, &request, &response, err) < 0)
		return -1;
	if (response.status == 200)
		rc = creds_parse_metadata(&response.body, set->url.data,
		    http_now(aws->http), creds, err);
	else
		rc = explain(set, &response, err);
	http_response_free(&response);
	return rc;
}

enum creds_result
creds_from_container(struct aws *aws, struct creds *creds, struct buf *why,
    struct err *err)
{
	struct settings set = { 0 };
	enum creds_result result = CREDS_FAILED;

	if (read_settings(&set, err) < 0)
		goto out;
	if (set.url.len == 0) {
		buf_add_str(why,
		    "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
		result = CREDS_ABSENT;
		goto out;
	}
	if (ask_agent(aws, &set, creds, err) == 0)
		result = CREDS_FOUND;
out:
	free_settings(&set);
	return result;
}
