/* What stands behind a docker config entry's auth. */
#include "registry/docker_auth.h"

#include <string.h>

#include "base/digest.h"
#include "base/json.h"

bool
docker_auth_split(const char *auth, struct buf *user, struct buf *password)
{
	static const char wraps[] = "\r\n";
	struct buf text = { 0 }, pair = { 0 };
	const char *colon = NULL;

	for (auth += strspn(auth, wraps); *auth != '\0';
	    auth += strspn(auth, wraps)) {
		size_t len = strcspn(auth, wraps);

		buf_add(&text, auth, len);
		auth += len;
	}
	/* Another alphabet has these two for + and /. */
	if (strpbrk(buf_str(&text), "-_") == NULL &&
	    digest_add_decoded(&pair, buf_str(&text), text.len) == 0)
		colon = memchr(buf_str(&pair), ':', pair.len);
	if (colon != NULL) {
		size_t len = (size_t)(colon - pair.data);

		buf_add(user, pair.data, len);
		buf_add(password, colon + 1, pair.len - len - 1);
	}
	buf_free(&text);
	buf_free(&pair);
	return colon != NULL;
}

time_t
docker_auth_expiry(const char *auth)
{
	struct buf user = { 0 }, password = { 0 }, text = { 0 };
	struct cJSON *json = NULL;
	time_t at = 0;

	if (auth != NULL && docker_auth_split(auth, &user, &password) &&
	    strcmp(buf_str(&user), "AWS") == 0 &&
	    digest_add_decoded(&text, buf_str(&password), password.len) == 0)
		json = json_parse(buf_str(&text), text.len);
	(void)json_get_time(json, "expiration", &at);
	json_free(json);
	buf_free(&user);
	buf_free(&password);
	buf_free(&text);
	return at;
}
