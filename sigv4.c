/* AWS Signature Version 4. */
#include "sigv4.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/mem.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum {
	DAY_LEN = sizeof("20150830") - 1,
};

static bool
has_token(const struct sigv4_params *params)
{
	return params->session_token != NULL &&
	    params->session_token[0] != '\0';
}

/* "20150830/us-east-1/service/aws4_request" */
static void
add_scope(const struct sigv4_params *params, struct buf *out)
{
	char date[CLOCK_TEXT_MAX];

	clock_format_basic(params->time, date);
	buf_addf(out, "%.*s/%s/%s/aws4_request", DAY_LEN, date, params->region,
	    params->service);
}

/* The path's segments, with "" and "." dropped and ".." resolved. */
static void
add_normal_path(struct buf *out, const char *path)
{
	struct list parts = { 0 };
	size_t len = strlen(path), kept = 0;
	bool ends_open = len > 0 && path[len - 1] == '/';

	list_split(&parts, path, "/");
	for (size_t i = 0; i < parts.n; i++) {
		char *part = parts.items[i];

		if (strcmp(part, "..") == 0) {
			kept -= kept > 0;
		} else if (strcmp(part, ".") != 0) {
			parts.items[i] = parts.items[kept];
			parts.items[kept++] = part;
		}
	}
	for (size_t i = 0; i < kept; i++)
		buf_addf(out, "/%s", parts.items[i]);
	if (kept == 0 || ends_open)
		buf_add_str(out, "/");
	list_free(&parts);
}

static void
add_path(struct buf *out, const char *path, bool is_kept)
{
	struct buf plain = { 0 };

	if (is_kept)
		buf_add_str(&plain, path[0] == '\0' ? "/" : path);
	else
		add_normal_path(&plain, path);
	for (const char *c = plain.data; *c != '\0'; c++) {
		if (*c == '/')
			buf_add_str(out, "/");
		else
			buf_add_uri(out, c, 1);
	}
	buf_free(&plain);
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f'    ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F'    ? c - 'A' + 10 :
				      -1;
}

/* Encodes what may be encoded already. */
static void
add_encoded(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '%' && i + 2 < len && hex_value(text[i + 1]) >= 0 &&
		    hex_value(text[i + 2]) >= 0) {
			c = (char)(hex_value(text[i + 1]) * 16 +
			    hex_value(text[i + 2]));
			i += 2;
		}
		buf_add_uri(out, &c, 1);
	}
}

/*
 * The parameters by encoded name, then value. A tab, which is below all that
 * an encoded name holds, stands for "=" while they are sorted, so that a name
 * comes before all that it begins.
 */
static void
add_canonical_query(struct buf *out, const char *query)
{
	struct list raw = { 0 }, encoded = { 0 };
	struct buf pair = { 0 };

	list_split(&raw, query, "&");
	for (size_t i = 0; i < raw.n; i++) {
		const char *text = raw.items[i];
		size_t len = strlen(text), name_len = strcspn(text, "=");

		buf_clear(&pair);
		add_encoded(&pair, text, name_len);
		buf_add_str(&pair, "\t");
		if (name_len < len)
			add_encoded(&pair, text + name_len + 1,
			    len - name_len - 1);
		list_add(&encoded, buf_str(&pair));
	}
	list_sort(&encoded);
	for (size_t i = 0; i < encoded.n; i++) {
		char *text = encoded.items[i];

		text[strcspn(text, "\t")] = '=';
		buf_addf(out, "%s%s", i > 0 ? "&" : "", text);
	}
	buf_free(&pair);
	list_free(&encoded);
	list_free(&raw);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value with its ends trimmed and each run of white space one space. */
static void
add_folded(struct buf *out, const char *value)
{
	size_t start = out->len;

	for (; *value != '\0'; value++) {
		if (!is_space(*value)) {
			if (is_space(value[-1]) && out->len > start)
				buf_add_str(out, " ");
			buf_add(out, value, 1);
		}
	}
}

/*
 * The headers as "name\tindex\tvalue", in canonical order: by lower-case name,
 * those of one name in the order in which they were given.
 */
static void
sort_headers(const struct list *headers, struct list *sorted)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < headers->n; i++) {
		const char *item = headers->items[i];
		size_t len = strcspn(item, ":");

		BUG_IF(item[len] != ':');
		buf_clear(&line);
		buf_add_lower(&line, item, len);
		buf_addf(&line, "\t%06zu\t", i);
		add_folded(&line, item + len + 1);
		list_add(sorted, line.data);
	}
	list_sort(sorted);
	buf_free(&line);
}

/* Does item i of sorted have the name of the one before? */
static bool
is_same_name(const struct list *sorted, size_t i)
{
	size_t len = strcspn(sorted->items[i], "\t") + 1;

	return i > 0 &&
	    strncmp(sorted->items[i - 1], sorted->items[i], len) == 0;
}

static void
add_canonical_headers(struct buf *out, const struct list *headers)
{
	struct list sorted = { 0 };

	sort_headers(headers, &sorted);
	for (size_t i = 0; i < sorted.n; i++) {
		const char *item = sorted.items[i];

		if (is_same_name(&sorted, i))
			buf_add_str(out, ",");
		else
			buf_addf(out, "%s%.*s:", i > 0 ? "\n" : "",
			    (int)strcspn(item, "\t"), item);
		buf_add_str(out, strrchr(item, '\t') + 1);
	}
	buf_add_str(out, "\n");
	list_free(&sorted);
}

static void
add_signed_headers(struct buf *out, const struct list *headers,
    const char *separator)
{
	struct list sorted = { 0 };

	sort_headers(headers, &sorted);
	for (size_t i = 0; i < sorted.n; i++)
		if (!is_same_name(&sorted, i))
			buf_addf(out, "%s%.*s", i > 0 ? separator : "",
			    (int)strcspn(sorted.items[i], "\t"),
			    sorted.items[i]);
	list_free(&sorted);
}

static void
add_body_hash(const struct sigv4_request *request, struct buf *out)
{
	unsigned char digest[DIGEST_SIZE];

	digest_sha256(request->body, request->body_len, digest);
	buf_add_hex(out, digest, sizeof(digest));
}

void
sigv4_canonical_request(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out)
{
	buf_addf(out, "%s\n", request->method);
	add_path(out, request->path, params->keeps_path);
	buf_add_str(out, "\n");
	add_canonical_query(out, request->query);
	buf_add_str(out, "\n");
	add_canonical_headers(out, request->headers);
	buf_add_str(out, "\n");
	add_signed_headers(out, request->headers, ";");
	buf_add_str(out, "\n");
	add_body_hash(request, out);
}

void
sigv4_string_to_sign(const struct sigv4_params *params,
    const struct buf *canonical_request, struct buf *out)
{
	unsigned char digest[DIGEST_SIZE];
	char date[CLOCK_TEXT_MAX];

	clock_format_basic(params->time, date);
	buf_addf(out, ALGORITHM "\n%s\n", date);
	add_scope(params, out);
	buf_add_str(out, "\n");
	digest_sha256(canonical_request->data, canonical_request->len, digest);
	buf_add_hex(out, digest, sizeof(digest));
}

void
sigv4_signature(const struct sigv4_params *params,
    const struct buf *string_to_sign, struct buf *out)
{
	struct buf first = { 0 };
	unsigned char key[DIGEST_SIZE];
	char date[CLOCK_TEXT_MAX];
	const char *const rest[] = {
		params->region,
		params->service,
		"aws4_request",
	};

	clock_format_basic(params->time, date);
	buf_addf(&first, "AWS4%s", params->secret_access_key);
	digest_hmac_sha256(first.data, first.len, date, DAY_LEN, key);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		digest_hmac_sha256(key, sizeof(key), rest[i], strlen(rest[i]),
		    key);
	digest_hmac_sha256(key, sizeof(key), string_to_sign->data,
	    string_to_sign->len, key);
	buf_add_hex(out, key, sizeof(key));
	mem_wipe(key, sizeof(key));
	buf_free(&first);
}

/* All three stages, of a request that is complete. */
static void
sign(const struct sigv4_params *params, const struct sigv4_request *request,
    struct buf *signature)
{
	struct buf canonical = { 0 }, string = { 0 };

	sigv4_canonical_request(params, request, &canonical);
	sigv4_string_to_sign(params, &canonical, &string);
	sigv4_signature(params, &string, signature);
	buf_free(&canonical);
	buf_free(&string);
}

void
sigv4_add_headers(const struct sigv4_params *params,
    const struct sigv4_request *request, struct list *headers)
{
	struct buf hash = { 0 };
	char date[CLOCK_TEXT_MAX];

	clock_format_basic(params->time, date);
	list_addf(headers, "X-Amz-Date: %s", date);
	if (has_token(params) && !params->omits_token)
		list_addf(headers, "X-Amz-Security-Token: %s",
		    params->session_token);
	if (params->signs_body) {
		add_body_hash(request, &hash);
		list_addf(headers, "X-Amz-Content-Sha256: %s", hash.data);
	}
	buf_free(&hash);
}

void
sigv4_sign_headers(const struct sigv4_params *params,
    const struct sigv4_request *request, struct list *headers)
{
	struct sigv4_request complete = *request;
	struct buf value = { 0 };

	sigv4_add_headers(params, request, headers);
	complete.headers = headers;
	buf_addf(&value, ALGORITHM " Credential=%s/", params->access_key_id);
	add_scope(params, &value);
	buf_add_str(&value, ", SignedHeaders=");
	add_signed_headers(&value, headers, ";");
	buf_add_str(&value, ", Signature=");
	sign(params, &complete, &value);
	if (has_token(params) && params->omits_token)
		list_addf(headers, "X-Amz-Security-Token: %s",
		    params->session_token);
	list_addf(headers, "Authorization: %s", value.data);
	buf_free(&value);
}

static void
add_token(const struct sigv4_params *params, struct buf *out)
{
	buf_add_str(out, "&X-Amz-Security-Token=");
	buf_add_uri(out, params->session_token, strlen(params->session_token));
}

void
sigv4_add_query(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out)
{
	struct buf scope = { 0 };
	char date[CLOCK_TEXT_MAX];

	clock_format_basic(params->time, date);
	buf_addf(&scope, "%s/", params->access_key_id);
	add_scope(params, &scope);
	buf_addf(out, "%s%sX-Amz-Algorithm=" ALGORITHM "&X-Amz-Credential=",
	    request->query, request->query[0] == '\0' ? "" : "&");
	buf_add_uri(out, scope.data, scope.len);
	buf_addf(out, "&X-Amz-Date=%s&X-Amz-Expires=%u", date,
	    params->expires_s);
	buf_add_str(out, "&X-Amz-SignedHeaders=");
	add_signed_headers(out, request->headers, "%3B");
	if (has_token(params) && !params->omits_token)
		add_token(params, out);
	buf_free(&scope);
}

void
sigv4_presign(const struct sigv4_params *params,
    const struct sigv4_request *request, struct buf *out)
{
	struct sigv4_request complete = *request;
	struct buf query = { 0 };

	sigv4_add_query(params, request, &query);
	complete.query = query.data;
	buf_add(out, query.data, query.len);
	buf_add_str(out, "&X-Amz-Signature=");
	sign(params, &complete, out);
	if (has_token(params) && params->omits_token)
		add_token(params, out);
	buf_free(&query);
}
