/* Role: shared by the tests of computecored: a daemon with the simulator, other client processes, and clients that
   speak the protocol without the library. Callers: the tests of this folder. Threads: one. Other clients are started
   before the test uses the library. */
#ifndef TESTS_DAEMON_H
#define TESTS_DAEMON_H

#include "../client.h"
#include "../scratch.h"
#include "daemon/protocol/message.h"
#include "daemon/protocol/wire.h"

#define LAST_HANDLE_CONTAINER                                                                                          \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":{}}"

/* Five milliseconds, in loops that wait for another process. */
void nap(void);

/* --- the daemon --- */

/* It listens on daemon_socket, and ends with this process. */
extern pid_t daemon_process;
extern char daemon_socket[100];

/* Further options, ended by NULL, which a test sets before it starts one. */
extern const char *daemon_options[8];
/* Starts it on daemon_socket and waits until it listens. */
void daemon_start(void);
/* For the beginning of a test: the same on a new socket, with COMPUTECORE_ENGINE set to it. */
void daemon_begin(void);
/* For the end of a test: ends the daemon with SIGTERM and expects exit code 0. */
void daemon_end(void);
/* Runs computecored with further options until it ends, which takes at most a second or two if it is let in to listen:
   it has no client. Returns its exit code (-1: a signal ended it); said takes what it wrote on standard error. */
enum { SAID = 2048 };
int daemon_run(const char *const options[], char said[SAID]);
/* A path in the test's own folder, where the socket is; stays valid for the next three calls. */
const char *daemon_path(const char *name);
/* Entries of a folder of the daemon in /proc: "fd" for its descriptors, "task" for its threads. */
unsigned daemon_count(const char *what);

/* Kibibytes that the daemon has in memory. */
long daemon_memory(void);

/* --- clients without the library --- */

/* A connection on which nothing was sent yet; -1: it was refused. */
int raw_connect(void);
/* A connection after the exchange of hello and welcome. */
int raw_greeted(void);

/* --- another client process --- */

/* The beginning and the end of a test beside which another client lives as usual, and must notice nothing. */
void daemon_begin_with_witness(void);
void daemon_end_with_witness(void);

/* Memory that both sides see. */
struct shared {
    atomic_int step, exits;
};
struct shared *share(void);
/* Waits, for a limited time, until the other side has reached a step. false: timed out. */
bool reach(struct shared *shared, int step);
/* Runs act in a child, whose exit code is what act returns: 0 for success. The child ends with the test. act must not
   use Criterion, whose connection belongs to the test. */
pid_t other_client(int (*act)(struct shared *shared), struct shared *shared);
/* Waits for it and expects the exit code 0. */
void expect_right(pid_t client);
/* A running system, made without Criterion; NULL: it could not be made. */
HCS_SYSTEM running_system(PCWSTR id, PCWSTR document);

#endif
