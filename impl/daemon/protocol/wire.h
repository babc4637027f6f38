/* Role: the protocol between a client process and computecored, carried by message.h: the requests of engine.h, their
   answers, and events. Each connection numbers its systems and its processes from 1.
   Kinds are never reused. A change that an older side can't read needs a new version; WIRE_HELLO and WIRE_WELCOME agree
   on one. Everything but text is in the byte order of the machine, since both sides run on the same one. */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include <stdint.h>

/* Tests build programs that are a version later. */
#ifndef HCS_LATER
#define HCS_LATER 0
#endif
enum { WIRE_OLDEST = 1, WIRE_NEWEST = 1 + HCS_LATER };

enum wire_kind {
    /* From the client, its first message. text: struct wire_hello. */
    WIRE_HELLO = 1,
    /* Answers to it. WELCOME: text: struct wire_welcome. REFUSED: text: the reason, one line for people; the connection
       then ends. */
    WIRE_WELCOME = 2,
    WIRE_REFUSED = 3,

    /* From the client: a request, answered once. id: chosen by the client, not 0; text: struct wire_submit, then the id
       of a system and the document or the path of a file, each ended by a zero. */
    WIRE_SUBMIT = 4,
    /* The answer. id: that of the request; result: its HRESULT; text: struct wire_answer, then the document, ended by a
       zero. Descriptors: the client's ends of standard streams. */
    WIRE_ANSWER = 5,
    /* From the client: its last handle on an object was closed. value: the object's number; result: how many answers
       with that number the client has received. If the daemon has sent more, the object stays open for the next one. */
    WIRE_RELEASE_SYSTEM = 6,
    WIRE_RELEASE_PROCESS = 7,

    /* From the daemon: an event of a system. value: its number; result: HCS_EVENT_TYPE; text: the document, or none.
       id, here and in the next two: 0, or of the open whose answer follows and gives that number. */
    WIRE_SYSTEM_EVENT = 8,
    /* value: the process's number; text: struct wire_status. */
    WIRE_PROCESS_EXITED = 9,
    /* The system's exit status is lost (system_lose_status()). value: its number. */
    WIRE_STATUS_LOST = 10,
    /* The service that owns the object was restarted. value: its number. */
    WIRE_SYSTEM_DISCONNECTED = 11,
    WIRE_PROCESS_DISCONNECTED = 12,

    /* From the client: one of its calls is blocked in a wait. id: of the wait; result: its time-out in milliseconds, or
       INFINITE; value: how many messages the client has received since the welcome. Any later message of the daemon may
       wake the call, so it ends this state; the client sends WAIT_SLEEPS again if the call is still blocked.
       WAIT_ENDED: the call has returned; sent for every wait with a time-out. */
    WIRE_WAIT_SLEEPS = 13,
    WIRE_WAIT_ENDED = 14,
    /* From the client: it polls, so the simulator runs its next event. */
    WIRE_POLLED = 15,
    /* From the daemon: a wait has timed out. id: of the wait. */
    WIRE_WAIT_TIMED_OUT = 16,

    /* From the client: a control call of HcsSim.h. id: unique among its waits and control calls, since an advance is
       also a wait, for which WAIT_SLEEPS may follow; result: enum control_kind; value: nanoseconds of an advance; text:
       the path of a trace, the JSON text of a change of the scenario, or the options of a reset (name, zero, value,
       zero, for each). */
    WIRE_CONTROL = 17,
    /* The answer. id: that of the control call; result: its HRESULT; text: struct wire_control_answer. An advance that
       could be started is answered with WAIT_TIMED_OUT instead. Not counted among the messages received, and wakes no
       wait, since it carries no news of systems. */
    WIRE_CONTROL_ANSWER = 18,

    /* From the client, last: it ends. One that goes without it was killed, and a trace says so. */
    WIRE_GOODBYE = 19,
};

/* What a client has to know of the host. */
struct wire_host {
    uint32_t os_build, schema_minor;
    uint32_t documents; /* WIRE_DOCUMENTS_… */
};
enum { WIRE_DOCUMENTS_REFUSED_AT_ONCE = 1, WIRE_DOCUMENTS_STRICT = 2 };

struct wire_control_answer {
    uint64_t value;
    uint32_t changed; /* of a reset: the old simulator is gone, and the other members are valid */
    struct wire_host host;
};

struct wire_hello {
    uint32_t oldest, newest; /* versions that the client speaks */
    uint32_t client;         /* COMPUTECORE_CLIENT; 0: it has no number */
    uint32_t unused;
};

struct wire_welcome {
    uint32_t version; /* of all later messages */
    struct wire_host host;
};

struct wire_submit {
    uint64_t system, process; /* numbers; 0: none; or WIRE_MADE_BY | the id of the create request */
    uint32_t request;         /* enum request_kind */
    uint32_t process_id;
    uint32_t type; /* enum spec_type of the document */
    uint32_t id_length, document_length;
    uint32_t has; /* WIRE_HAS_… */
};
#define WIRE_MADE_BY (UINT64_C(1) << 63) /* for an object whose create the client has not seen answered yet */
enum { WIRE_HAS_ID = 1, WIRE_HAS_DOCUMENT = 2, WIRE_HAS_PATH = 4 /* of a file, in place of a document */ };

struct wire_answer {
    uint64_t system, process; /* numbers of what was created or opened; 0: none */
    uint32_t process_id;
    uint32_t streams; /* bit i: the descriptor of stream i is attached; descriptors are in the order of the bits */
    uint32_t has_document, document_length;
};

struct wire_status {
    uint32_t process_id, exit_code;
    int32_t last_wait_result;
    uint32_t unused;
};

#endif
