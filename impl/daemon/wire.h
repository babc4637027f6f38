/* Role: what a client process and computecored say to each other over message.h: requests of the seam (engine.h) and
   what comes of them. Systems and processes have numbers that one connection gives them, from 1 on.
   Kinds are never reused. A change that an older side can't read takes a new version; the hello settles which one is
   spoken. Everything but texts is in the byte order of the machine: both sides are on one. */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include <stdint.h>

enum { WIRE_OLDEST = 1, WIRE_NEWEST = 1 };

enum wire_kind {
    /* From the client, first. text: struct wire_hello. */
    WIRE_HELLO = 1,
    /* text: struct wire_welcome. Or WIRE_REFUSED with a line for people, and the connection ends. */
    WIRE_WELCOME = 2,
    WIRE_REFUSED = 3,

    /* A request. id: the client's; text: struct wire_submit, the id of a system and its zero, the document and its
       zero. Each is answered once. */
    WIRE_SUBMIT = 4,
    /* id, result; text: struct wire_answer, the document and its zero. Client ends of standard streams go along. */
    WIRE_ANSWER = 5,
    /* The last handle of the client on that object was closed. value: its number; result: how many answers have named
       it so far, since one that is on its way names it again. */
    WIRE_RELEASE_SYSTEM = 6,
    WIRE_RELEASE_PROCESS = 7,

    /* From the server: something happened to an object. value: its number; result: HCS_EVENT_TYPE; text: the document,
       or none. */
    WIRE_SYSTEM_EVENT = 8,
    /* value: its number; text: struct wire_status. */
    WIRE_PROCESS_EXITED = 9,
    /* value: the system's number. */
    WIRE_STATUS_LOST = 10,
    /* value: the number; the service behind the object was restarted. */
    WIRE_SYSTEM_DISCONNECTED = 11,
    WIRE_PROCESS_DISCONNECTED = 12,

    /* Time. From the client: a call sleeps there. id: of that wait; result: its time-out in milliseconds, INFINITE
       without one; value: the messages of the server that the client has taken since the welcome. It counts until the
       server says anything, which may wake it: then it is said again. A wait with an end ends with WAIT_ENDED. */
    WIRE_SLEEPS = 13,
    WIRE_WAIT_ENDED = 14,
    /* A client polls: the next event runs. */
    WIRE_POLLED = 15,
    /* From the server. id: of a wait whose time is over. */
    WIRE_TIME_OVER = 16,

    /* A question to the simulator there. id: as of a wait, which an advance is: from then on it may be said to sleep;
       result: enum question_kind; value: nanoseconds; text: the path of a trace, or the options of a reset, each its
       name, a zero, its value, a zero. */
    WIRE_ASK = 17,
    /* The answer, but of an advance, which ends with TIME_OVER unless it can't be begun. id, result; text: struct
       wire_told. It does not count among the messages that wake: whoever sleeps has not been told anything. */
    WIRE_TOLD = 18,
};

struct wire_told {
    uint64_t value;
    uint32_t changed; /* a reset: the old simulator has gone, so that what follows is new */
    uint32_t os_build, schema_minor;
    uint32_t unused;
};

struct wire_hello {
    uint32_t oldest, newest; /* versions that the client speaks */
    uint32_t client;         /* COMPUTECORE_CLIENT; 0: it has no number */
    uint32_t unused;
};

struct wire_welcome {
    uint32_t version; /* the one that is spoken from here on */
    uint32_t os_build, schema_minor;
    uint32_t unused;
};

struct wire_submit {
    uint64_t system, process; /* 0: none; or WIRE_MADE_BY and the id of the request that makes it */
    uint32_t request;         /* enum request_kind */
    uint32_t process_id;
    uint32_t type; /* enum spec_type of the document */
    uint32_t id_length, document_length;
    uint32_t has; /* WIRE_HAS_… */
};
#define WIRE_MADE_BY (UINT64_C(1) << 63) /* its create has not been answered, as far as the client knows */
enum { WIRE_HAS_ID = 1, WIRE_HAS_DOCUMENT = 2 };

struct wire_answer {
    uint64_t system, process; /* what a create or an open has; 0: none */
    uint32_t process_id;
    uint32_t streams; /* a bit for each stream whose descriptor goes along, in the order of the streams */
    uint32_t has_document, document_length;
};

struct wire_status {
    uint32_t process_id, exit_code;
    int32_t last_wait_result;
    uint32_t unused;
};

#endif
