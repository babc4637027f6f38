/* Role: escapes values for JSON, XML and Markdown. No state of its own; see text.h. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "text.h"

/* A JSON string, quotes included; the value is UTF-8. */
void text_put_json(struct text *text, const char *value);
/* Content of an XML element; line ends are kept. Characters that XML 1.0 does not allow, and bytes that are not UTF-8,
   become U+FFFD, here and in attributes. */
void text_put_xml(struct text *text, const char *value);
/* Value of an XML attribute, without quotes: tabs and line ends survive as references. */
void text_put_xml_attribute(struct text *text, const char *value);
/* A cell of a Markdown table, with all markup escaped. NULL: an empty one. */
void text_put_cell(struct text *text, const char *value);

#endif
