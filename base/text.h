/* Text of others, where it is shown. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/*
 * Makes a line of it that tells no terminal anything: controls become spaces,
 * those of Unicode's second block (C1), in UTF-8, two of them.
 */
void text_flatten(char *text);

#endif
