/* The parts of a URL, by libcurl's own parser. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>

#include "base/buf.h"

struct url {
	char *scheme; /* lower case */
	char *host;   /* lower case, IPv6 without its brackets */
	char *port;   /* as written, else the scheme's own */
	char *path;   /* as written, at least "/" */
	char *query;  /* as written, without "?"; "" when there is none */
};

/* False if text is no http or https URL, or carries a user or password. */
bool url_parse(const char *text, struct url *url);

/* The Host header: brackets around IPv6, no port where it is the usual one. */
void url_add_host(struct buf *out, const struct url *url);

/* What of a text that may be a URL can be shown: no user, and no query. */
void url_add_shown(struct buf *out, const char *text);

/* Is the host loopback or link-local by name or address? Whole addresses are
 * compared: 127.evil.example is neither. */
bool url_is_loopback(const struct url *url);
bool url_is_link_local(const struct url *url);

void url_free(struct url *url);

#endif
