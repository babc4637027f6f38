/* Role: reads a trace: checked lines, with the texts that they name by digest. Versions 1 and 2; whether
   one of version 1 is complete shows only in its last line. Single thread. */
#ifndef SIM_TOOL_TRACE_FILE_H
#define SIM_TOOL_TRACE_FILE_H

#include "table.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <windows.h>

enum trace_kind {
    TRACE_CALL,
    TRACE_RETURN,
    TRACE_WAKE,
    TRACE_COMPLETE,
    TRACE_EVENT,
    TRACE_DELIVER,
    TRACE_DELIVERED,
    TRACE_FAULT,
    TRACE_IDLE,
    TRACE_POLL,
    TRACE_INPUT,
    TRACE_FILE,
    TRACE_PORT, /* of a serial port: it was made, a program has come, written, or left */
    TRACE_SCENARIO,
    TRACE_CLIENT_REQUEST, /* these of clients of computecored */
    TRACE_CLIENT_ANSWER,
    TRACE_CLIENT_RELEASE,
    TRACE_CLIENT_POLL,
    TRACE_CLIENT_LEAVE,
    TRACE_CLIENT_TIME_OUT,
    TRACE_TEXT,
    TRACE_END, /* not among the lines */
    TRACE_KINDS
};

struct trace_line {
    unsigned number; /* in the file, from 1 */
    enum trace_kind kind;
    uint64_t time;    /* virtual nanoseconds */
    const char *text; /* as in the file */
    size_t length;
    cJSON *json;
};

struct trace_file {
    char *bytes;
    cJSON *head;
    struct trace_line *lines; /* without head and end */
    size_t count;
    struct table texts; /* by digest: the number of the line */
    uint64_t hash;
    bool ended;
    const char *incomplete; /* why the trace is incomplete, for a message; NULL: it is complete */
};

/* false after a message on standard error. The caller frees. */
bool trace_file_read(const char *path, struct trace_file *trace);
/* The same of a text that was read from path; takes it over. */
bool trace_file_take(const char *path, char *text, size_t length, struct trace_file *trace);
void trace_file_free(struct trace_file *trace);
/* The text of a member, looked up by its digest if it is one; NULL for null. */
const char *trace_file_text(const struct trace_file *trace, const cJSON *value);
/* True if hcs-sim record has made it: another library than ours gave the answers, and what it did inside is not known.
 */
bool trace_is_recorded(const struct trace_file *trace);
/* The line of a call's return, or the count. */
size_t trace_file_return(const struct trace_file *trace, size_t call);
/* The member's string, or "". */
const char *trace_string(const cJSON *object, const char *name);
/* The member's HRESULT. */
HRESULT trace_result(const cJSON *object, const char *name);

#endif
