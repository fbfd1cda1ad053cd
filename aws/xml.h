/*
 * The text of an element in AWS's flat XML answers. No parser: the first
 * element of that name is taken, wherever it stands; attributes, CDATA and
 * comments, which AWS doesn't send, are not understood. Pure.
 */
#ifndef AWS_XML_H
#define AWS_XML_H

#include <stdbool.h>

#include "base/buf.h"

/* Adds the element's text with its entities resolved; false if there is none. */
bool xml_find(const char *text, const char *name, struct buf *out);

#endif
