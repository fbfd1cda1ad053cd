/* Text of others: what may be shown of it, go into a request, or match. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes a line of it that tells no terminal anything: controls become spaces,
 * those of Unicode's second block (C1), in UTF-8, two of them.
 */
void text_flatten(char *text);

/*
 * Can text[0..len) stand in a header, in a path and on a terminal as it is: not
 * empty, of ASCII alone, with neither white space nor control characters?
 */
bool text_is_word(const char *text, size_t len);

/* Does it stand for many names, by a * or a ? in it? */
bool text_is_glob(const char *text);

#endif
