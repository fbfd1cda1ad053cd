/*
 * The docker helper's tokens, in a file that is ours alone: of whom, for which
 * host, until when. $XDG_CACHE_HOME/ecr-secret/tokens.json, by the XDG Base
 * Directory Specification.
 *
 * It is a cache: what can't be read, is not as we write it, or was written by
 * a clock ahead of ours is not there, and what can't be written is no error.
 */
#ifndef CMD_PLUGIN_TOKEN_CACHE_H
#define CMD_PLUGIN_TOKEN_CACHE_H

#include <stdbool.h>
#include <time.h>

#include "aws/creds.h"
#include "aws/ecr.h"
#include "base/buf.h"
#include "base/list.h"
#include "cmd/options/options.h"

struct cJSON;

struct token_cache {
	char *path;             /* NULL: there is none */
	struct buf identity;    /* a digest of all that says who we are */
	struct cJSON *document; /* {IDENTITY: {HOST: token}} */
	time_t now;             /* by the machine's clock */
};

/* A token that is good. Borrowed from the cache. */
struct token_cached {
	const char *auth;
	const char *lender; /* see token_cache_knows_lender; or NULL */
	time_t expires_at;  /* by the machine's clock */
	bool is_young;      /* in the first half of its life here */
};

/*
 * Reads the file. We are who the AWS_* variables, the shared files and the
 * options say; any change of them is another identity, with tokens of its own.
 */
void token_cache_open(struct token_cache *cache, const struct options *options);

/* False if there is no token for the host, or it has expired. */
bool token_cache_find(const struct token_cache *cache, const char *host,
    struct token_cached *cached);

/*
 * Is a token that was found that of creds? Who lends credentials, as instance
 * metadata does, may lend another's the next time, with nothing changed here:
 * then it is the credentials themselves that count. All others are as they were.
 */
bool token_cache_is_of(const struct token_cached *cached,
    const struct creds *creds);

/* Adds a token, which has left_s to live, and drops all that have expired. */
void token_cache_keep(struct token_cache *cache, const char *host,
    const struct ecr_token *token, time_t left_s, const struct creds *creds);

/* Drops the host's tokens, whoever's they are. */
void token_cache_forget(struct token_cache *cache, const char *host);

/* Adds the hosts that we have good tokens for. */
void token_cache_add_hosts(const struct token_cache *cache, struct list *hosts);

void token_cache_free(struct token_cache *cache);

#endif
