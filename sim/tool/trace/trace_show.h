/* Role: traces for people: a timeline, the Chrome trace format, a picture. Single thread. */
#ifndef SIM_TOOL_TRACE_SHOW_H
#define SIM_TOOL_TRACE_SHOW_H

#include "trace_file.h"
#include "base/command/command_line.h"
#include <stdio.h>

extern const struct command trace_command;

void trace_show_timeline(const struct trace_file *trace, FILE *out);
void trace_show_chrome(const struct trace_file *trace, FILE *out);
void trace_show_svg(const struct trace_file *trace, FILE *out);

/* The name of an HRESULT in a line, or the text itself. */
const char *trace_result_name(const char *text);
/* True for S_OK as written in a trace. */
bool trace_is_ok(const char *text);
/* Writes a text with the escapes needed in JSON and XML. */
void trace_put_json(FILE *out, const char *text);
void trace_put_xml(FILE *out, const char *text);

#endif
