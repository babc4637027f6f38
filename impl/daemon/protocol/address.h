/* Role: addresses of unix sockets by paths of any length, and sockets for them.
   Callers: place_posix.c, keepers. No state; any thread. */
#ifndef DAEMON_ADDRESS_H
#define DAEMON_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

/* Sets the address for a path, which may be longer than an address: it refers to the folder by a descriptor. Returns
   that descriptor, to be closed when the address has been used; -1 with errno. */
int address_of(const char *path, struct sockaddr_un *address);
/* A seqpacket socket that does not block, close-on-exec, above the standard streams. -1 with errno. */
int address_socket(void);

#endif
