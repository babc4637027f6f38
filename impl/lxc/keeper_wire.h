/* Role: the protocol between computecored and a keeper, over message.h. Descriptors of standard streams are
   attached in the order of the letters of "streams". Kinds are never reused: a newer daemon adopts older keepers. */
#ifndef LXC_KEEPER_WIRE_H
#define LXC_KEEPER_WIRE_H

/* Tests build keepers that are a version later. */
#ifndef HCS_LATER
#define HCS_LATER 0
#endif
enum { KEEPER_VERSION = 1 + HCS_LATER, KEEPER_SOCKET = 3 /* the descriptor of the daemon that starts it */ };

enum keeper_kind {
    /* From the keeper. READY is the first message to a daemon that connects:
       {"version":1,"init":PID,"processes":[{"id":7,"exited":false,"status":0,"oom":false}…]}. FAILED replaces it if the
       container can't be started: result is the error, {"path":"$.Container…","message":"…"}. */
    KEEPER_READY = 1,
    KEEPER_FAILED = 2,
    /* value: the process id inside; result: the exit code; {"status":EXITCODE,"signal":0,"oom":false}, where older
       keepers have it alone. Written to disk before it is sent. */
    KEEPER_PROCESS_EXITED = 3,
    /* The last message: result is 1 if it was shut down or terminated; {"asked":true,"oom":false}, as above. */
    KEEPER_SYSTEM_EXITED = 4,
    /* Answers carry the id of the request; result 0, or the error with path and message as above. A text
       is missing where there was no memory for it; only answers and READY need theirs. */
    KEEPER_ANSWER = 5,

    /* From the daemon. */
    KEEPER_SPAWN = 16, /* {"arguments":[…],"environment":["A=b"…],"user":"","folder":"","console":false,"columns":80,
                          "rows":25,"streams":"ioe"}. Answer: value is the process id inside; on failure
                          {"step":"program"…} says what failed */
    KEEPER_SIGNAL = 17,    /* value: the process id inside; result: the number of the signal */
    KEEPER_RESIZE = 18,    /* value: the process id inside; {"columns":80,"rows":25} */
    KEEPER_FREEZE = 19,    /* result: 1 freeze, 0 thaw */
    KEEPER_SHUT_DOWN = 20, /* asks process 1 to end; answered at once; SYSTEM_EXITED follows once it has ended */
    KEEPER_TERMINATE = 21, /* likewise, by force */
    KEEPER_MEASURE = 22,   /* Answer: the members of container_statistics */
    KEEPER_PROCESSES = 23, /* Answer: [{"id":7,"name":"sh","created":SECONDS,"user_ns":0,"kernel_ns":0,"memory":0}…] */
    KEEPER_LIMIT = 24,     /* {"memoryMB":64} or {"count":1,"maximum":0,"weight":0} */
    KEEPER_FORGET = 25,    /* value: the process id inside; the daemon has received its exit */
    KEEPER_SHARE = 26,     /* {"host":"/x","container":"/y","readOnly":true} */
    KEEPER_UNSHARE = 27    /* {"container":"/y"} */
};

#endif
