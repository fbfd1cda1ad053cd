/*
 * A growable run of bytes, always followed by a NUL that is not counted.
 * All zeroes is an empty one. Freed and outgrown memory is wiped.
 * Does no I/O. Out of memory ends the program with 71.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* ASCII's control characters but for NUL and tab, as strcspn takes them. */
#define BUF_CONTROLS                                       \
	"\001\002\003\004\005\006\007\010\012\013\014\015" \
	"\016\017\020\021\022\023\024\025\026\027\030\031" \
	"\032\033\034\035\036\037\177"

struct buf {
	char *data; /* NULL while nothing was added */
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, const char *text);
void buf_addf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds text with ASCII's capitals made small. */
void buf_add_lower(struct buf *buf, const char *text, size_t len);

/* Is text UTF-8, so that buf_add_json leaves it as it is? */
bool buf_is_utf8(const char *text);

/* Adds text as a JSON string with its quotes; what is not UTF-8 as U+FFFD. */
void buf_add_json(struct buf *buf, const char *text);

/* Adds ,"name":"text"; nothing if text is NULL. The name is of ASCII's letters. */
void buf_add_json_member(struct buf *buf, const char *name, const char *text);

/* Percent-encodes all but RFC 3986's unreserved characters. */
void buf_add_uri(struct buf *buf, const char *text, size_t len);

/* Adds lower-case hexadecimal digits, two a byte. */
void buf_add_hex(struct buf *buf, const void *bytes, size_t len);

/*
 * Adds what a server said for people to read: up to its first line's end, at
 * most 1,000 bytes, with each of secrets[0..n) (NULL and empty ones are
 * skipped), and any run of base64 longer than 64, shown as "***".
 */
void buf_add_message(struct buf *buf, const char *text,
    const char *const *secrets, size_t secrets_n);

/* The text, "" when nothing was added; lives until the next change. */
const char *buf_str(const struct buf *buf);

/* Empties it but keeps the memory, wiped. */
void buf_clear(struct buf *buf);

/* to takes over what from held, which is left empty; to's own is freed. */
void buf_move(struct buf *to, struct buf *from);

/* The text as a string that the caller frees with mem_free; never NULL. */
char *buf_take(struct buf *buf);

void buf_free(struct buf *buf);

#endif
