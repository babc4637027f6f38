/* Role: the state of one row while it runs: named operations, systems and processes, the documents of the last call,
   and a record of every callback. Set up before a row, torn down after it.
   Threads: the row runs on one thread; callbacks of the target write into the record from any thread. */
#ifndef CONFORMANCE_FIXTURE_H
#define CONFORMANCE_FIXTURE_H

#include "platform/platform.h"
#include "target.h"
#include <cjson/cJSON.h>

enum { VARIABLES = 16, RECORDS = 64, NAME_BYTES = 32, TEXT_BYTES = 512 };

enum variable_kind { VARIABLE_NONE, VARIABLE_OPERATION, VARIABLE_SYSTEM, VARIABLE_PROCESS };

struct variable {
    char name[NAME_BYTES];
    enum variable_kind kind;
    void *handle; /* NULL: closed or never made */
    char id[96];  /* of a system */
    DWORD process_id;
    bool owned;          /* made by the row, not opened */
    bool made_elsewhere; /* made by the row's other process */
    HCS_PROCESS_INFORMATION information;
    char *standard_output, *standard_error; /* what was read so far */
};

struct watcher {
    struct fixture *fixture;
    char name[NAME_BYTES];
    bool read, close; /* completion callbacks that read the result, or close the operation */
};

struct record {
    char name[NAME_BYTES]; /* of the variable that was watched */
    int type;              /* HCS_EVENT_TYPE; -1: a completion callback */
    char *data;            /* UTF-8, or NULL */
    void *operation;
    HRESULT result; /* read by a reading callback */
    bool right_context;
};

/* How long an operation took, from its call to its completion. */
enum { LATENCIES = 12 };
struct latency {
    int function;
    double microseconds;
};

/* The steps of a row, for people. */
enum { STEPS = 32 };
struct step {
    char what[96];
    double milliseconds;
};

struct fixture {
    const struct target *target;
    bool strict;
    bool without_containers; /* "any" system is then a virtual machine */
    struct variable variables[VARIABLES];
    struct platform_mutex lock;
    struct platform_condition changed;
    struct record records[RECORDS];
    unsigned record_count;
    struct watcher watchers[VARIABLES];
    unsigned watcher_count;
    /* the last call */
    int function;
    uint64_t value; /* its return value */
    uint64_t last[FUNCTION_COUNT],
        before;       /* the last return value of each function; the one before, of this function */
    int hidden_input; /* of program_hide_input(); -1: not hidden */
    HRESULT result;   /* of the operation, once waited for */
    bool has_result;
    char *document; /* UTF-8: of the call or the operation; NULL: none */
    void *out;      /* handle returned by the call */
    HCS_PROCESS_INFORMATION information;
    bool has_information;
    struct step steps[STEPS]; /* of all, in their order */
    unsigned step_count;
    struct latency latencies[LATENCIES]; /* of all calls that succeeded, in their order */
    unsigned latency_count;
    char *kept_document;      /* of the row's own call, normalised; NULL: none */
    bool had_other;           /* a second process has run for the row */
    bool other_broke;         /* and ended by itself, or spoke nonsense */
    bool missing;             /* a step needs a function that the build does not have */
    char message[TEXT_BYTES]; /* why the row failed */
};

void fixture_begin(struct fixture *fixture, const struct target *target, bool strict);
/* Cleans up: terminates, closes, frees. false: something could not be ended; message names it. */
bool fixture_end(struct fixture *fixture);

/* NULL: no such variable. */
struct variable *fixture_find(struct fixture *fixture, const char *name);
/* A new variable, or the existing one; NULL when there are too many. */
struct variable *fixture_add(struct fixture *fixture, const char *name);
/* A watcher for a variable; its address is the context of callbacks. */
struct watcher *fixture_watch(struct fixture *fixture, const char *name);
/* Callbacks that record their events. */
void CALLBACK fixture_on_event(HCS_EVENT *event, void *context);
void CALLBACK fixture_on_completion(HCS_OPERATION operation, void *context);
/* How often an event was recorded (type -1: completions); waits for the first one, up to the limit in the target's
   time. */
unsigned fixture_count(struct fixture *fixture, const char *name, int type, unsigned wait_ms);

bool fail(struct fixture *fixture, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Records that a step needs a function that the build lacks; returns false, with the message set. */
bool fixture_lacks(struct fixture *fixture, const char *function);
/* A new operation without callback; NULL, with the message set, if there is none. */
void *fixture_operation(struct fixture *fixture);
HRESULT fixture_wait(struct fixture *fixture, void *operation, DWORD timeout_ms, char **document);
void close_stream(HANDLE *stream);

/* Conversions, from malloc; invalid UTF-16 of a target becomes U+FFFD. Out of memory, the program ends. */
PWSTR to_utf16(const char *text);
char *to_utf8(PCWSTR text);
const char *hresult_name(HRESULT code);
/* The value of a named HRESULT; false if unknown. */
bool hresult_value(const char *name, HRESULT *value);

#endif
