/* Role: where computecored listens and keeps its state, and how a client finds it, or starts it.
   Windows: a named pipe, for the user, the system and administrators of this machine. POSIX: root, and members of the
   group computecore: /run/computecore and /var/lib/computecore. Others: $XDG_RUNTIME_DIR/computecore and
   $XDG_STATE_HOME/computecore ($HOME/.local/state without it). Callers: remote.c, computecored. No state; any thread.
 */
#ifndef DAEMON_PLACE_H
#define DAEMON_PLACE_H

#include "message.h"
#include <stdbool.h>

enum { PLACE_BYTES = 4096 };

/* The values of COMPUTECORE_ENGINE that name a daemon, for messages; and whether a value is one of them. */
extern const char *const place_engines;
/* What stands there before the path of a socket, or the name of a pipe. */
extern const char *const place_prefix;
bool place_is_engine(const char *name);
/* POSIX alone: the socket, and the folder of the state, of this user's daemon. false: there is no place, since neither
 * is set. */
bool place_socket(char path[PLACE_BYTES]);
bool place_state(char path[PLACE_BYTES]);
/* Creates a listening socket with that mode at a path, which may be longer than a socket's address. Replaces a stale
   socket. MESSAGE_NO_END with errno: EADDRINUSE: a daemon listens there; EEXIST: the path is not a socket; EWOULDBLOCK:
   other daemons that are starting held the lock of the folder for too long. Windows: a pipe by its name; the mode means
   nothing. */
message_end place_listen(const char *path, unsigned mode);
/* Connects to the daemon of a value of COMPUTECORE_ENGINE: unix:PATH, or host, which is started if there is none;
   pipe:NAME. It is of root (the system, an administrator) or of this user. The end does not block. MESSAGE_NO_END after
   one line on standard error. */
message_end place_connect(const char *engine);
/* The path of a file, as a process with another working folder names it. false: it has none, or too long a one. */
bool place_absolute(const char *file, char path[PLACE_BYTES]);

#endif
