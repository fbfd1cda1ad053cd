/*
 * What a resolver's configuration says of names that are not fully qualified,
 * pure: resolv.conf(5), as c-ares and the C library read it.
 */
#ifndef BASE_RESOLVER_CONFIG_H
#define BASE_RESOLVER_CONFIG_H

struct resolver_config {
	unsigned ndots;    /* a name with fewer dots is searched for first */
	unsigned search_n; /* domains that it is searched in */
};

/*
 * Reads the text of resolv.conf, and the variables RES_OPTIONS and LOCALDOMAIN,
 * which beat it; both may be NULL.
 */
void resolver_config_read(const char *text, const char *options,
    const char *domains, struct resolver_config *config);

#endif
