/* Role: where computecored listens and keeps its state, and how a client finds it, or starts it.
   Root, and members of the group computecore: /run/computecore and /var/lib/computecore. Others:
   $XDG_RUNTIME_DIR/computecore and $XDG_STATE_HOME/computecore ($HOME/.local/state without it).
   Callers: remote.c, computecored. No state; any thread. */
#ifndef DAEMON_PLACE_H
#define DAEMON_PLACE_H

#include "message.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLACE_BYTES = 4096 };

/* The socket, and the folder of the state, of this user's daemon. false: there is no place, since neither is set. */
bool place_socket(char path[PLACE_BYTES]);
bool place_state(char path[PLACE_BYTES]);
/* Creates a listening socket with that mode at a path, which may be longer than a socket's address. Replaces a stale
   socket. -1 with errno: EADDRINUSE: a daemon listens there; EEXIST: the path is not a socket; EWOULDBLOCK: other
   daemons that are starting held the lock of the folder for too long. */
message_end place_listen(const char *path, unsigned mode);
/* Connects to the daemon of a value of COMPUTECORE_ENGINE: unix:PATH, or host, which is started if there is none. It is
   of root or of this user. The socket does not block. -1 after one line on standard error. */
message_end place_connect(const char *engine);
/* The path of a file, as a process with another working folder names it. false: it has none, or too long a one. */
bool place_absolute(const char *file, char path[PLACE_BYTES]);
/* Returns the value of COMPUTECORE_CLIENT, or 0 if it is not set. */
uint32_t place_client_number(void);

#endif
