/* Serial ports as sockets in a folder; see platform/port.h for the contract of each function. The folder stays open
   while a port is made or removed, so that nobody can put another one in its place. Entry point: port_open(). */
#include "platform/port.h"
#include "lift.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_BYTES = 65, FOLDER_BYTES = 4096, OWN_ALONE = 0600, FOLDER_MODE = 0711, LOOKS = 50 };
enum { REST_NS = 100000000 };

struct platform_port {
    int listener, connection; /* -1: none */
    ino_t inodes[2];          /* of these, to know a descriptor that the client has closed; 0: none */
    bool is_own;              /* made here; false: a program made it */
    ino_t node;               /* of the socket in the folder */
    uint64_t rests;           /* until this platform_time() no program is accepted, since that has failed */
    char name[NAME_BYTES];
    char folder[]; /* its path */
};

/* --- the folder --- */

/* Without slashes at its end, which would let it be a symbolic link. */
static bool find_folder(char path[FOLDER_BYTES])
{
    const char *own = getenv("COMPUTECORE_PIPES"), *runtime = getenv("XDG_RUNTIME_DIR");
    int length = own && *own ? snprintf(path, FOLDER_BYTES, "%s", own)
                 : runtime && *runtime == '/'
                     ? snprintf(path, FOLDER_BYTES, "%s/computecore-pipes", runtime)
                     : snprintf(path, FOLDER_BYTES, "/tmp/computecore-pipes-%u", (unsigned)geteuid());
    if (*path != '/' || length >= FOLDER_BYTES)
        return false;
    while (length > 1 && path[length - 1] == '/')
        path[--length] = 0;
    return true;
}

/* Only one port at a time is made or removed. A lock is held for some microseconds. */
static bool lock_folder(int folder)
{
    for (int look = 0; flock(folder, LOCK_EX | LOCK_NB); look++, usleep(1000))
        if (look == LOOKS)
            return false;
    return true;
}

/* Returns the locked folder, which closing unlocks, or -1 with the status. Nobody else may write to it. */
static int open_folder(const char *path, enum port_status *status)
{
    struct stat found;
    int folder = descriptor_lift(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder < 0) {
        *status = errno == ELOOP || errno == ENOTDIR || errno == EACCES ? PORT_REFUSED : PORT_FAILED;
        return -1;
    }
    bool safe = !fstat(folder, &found) && found.st_uid == geteuid() && !(found.st_mode & (S_IWGRP | S_IWOTH));
    *status = safe ? PORT_FAILED : PORT_REFUSED;
    if (safe && lock_folder(folder))
        return folder;
    close(folder);
    return -1;
}

/* --- making it --- */

/* Returns what follows \\.\pipe\, or NULL if that can't be a name. */
static const char *name_of(const char *pipe)
{
    static const char root[] = "\\\\.\\pipe\\";
    if (strncasecmp(pipe, root, sizeof root - 1) != 0)
        return NULL;
    const char *name = pipe + sizeof root - 1;
    bool good = *name && strlen(name) < NAME_BYTES && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    for (const char *at = name; good && *at; at++)
        good = (unsigned char)*at >= ' ' && *at != '\\' && *at != '/';
    return good ? name : NULL;
}

static struct sockaddr_un address_in(int folder, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
    return address;
}

static ino_t inode_of(int descriptor)
{
    struct stat found;
    return descriptor >= 0 && !fstat(descriptor, &found) && S_ISSOCK(found.st_mode) ? found.st_ino : 0;
}

static int make_socket(void)
{
    return descriptor_lift(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/* --- a descriptor for when there are no more --- */

/* Kept while there are ports that were made here: closed to accept a program that is told to go. Otherwise the program
   would wait, and what polls the port would find it ready for ever. */
static struct {
    unsigned ports;
    int descriptor;
    ino_t inode; /* 0: none */
} spare;

static void give_up_spare(void)
{
    if (spare.inode && inode_of(spare.descriptor) == spare.inode)
        close(spare.descriptor);
    spare.inode = 0;
}

static bool keep_spare(void)
{
    if (spare.inode && inode_of(spare.descriptor) == spare.inode)
        return true;
    spare.descriptor = make_socket();
    spare.inode = inode_of(spare.descriptor);
    return spare.inode;
}

static void connect_port(struct platform_port *port, int connection)
{
    port->connection = connection;
    port->inodes[1] = inode_of(connection);
}

/* Nobody can connect before the socket listens, and then only its user may. */
static bool listen_there(struct platform_port *port, int folder, uint32_t user)
{
    struct sockaddr_un address = address_in(folder, port->name);
    struct stat made;
    port->listener = make_socket();
    if (port->listener < 0 || bind(port->listener, (struct sockaddr *)&address, sizeof address))
        return false;
    port->is_own = true;
    spare.ports++;
    port->inodes[0] = inode_of(port->listener);
    if (!fstatat(folder, port->name, &made, AT_SYMLINK_NOFOLLOW))
        port->node = made.st_ino;
    bool given = !user || user == geteuid() || !fchownat(folder, port->name, user, (gid_t)-1, AT_SYMLINK_NOFOLLOW);
    return given && !fchmodat(folder, port->name, OWN_ALONE, 0) && keep_spare() && !listen(port->listener, 1);
}

/* What nobody listens on any more is replaced. */
static enum port_status make_port(struct platform_port *port, int folder, uint32_t user)
{
    struct stat there;
    bool is_there = !fstatat(folder, port->name, &there, AT_SYMLINK_NOFOLLOW);
    if (is_there && !S_ISSOCK(there.st_mode))
        return PORT_REFUSED;
    if (is_there) {
        struct sockaddr_un address = address_in(folder, port->name);
        int connection = make_socket();
        if (connection < 0)
            return PORT_FAILED;
        if (!connect(connection, (struct sockaddr *)&address, sizeof address)) {
            connect_port(port, connection);
            return PORT_GOOD;
        }
        int error = errno;
        close(connection);
        if (error == EAGAIN)
            return PORT_BUSY;
        if (error != ECONNREFUSED || unlinkat(folder, port->name, 0))
            return PORT_REFUSED;
    }
    return listen_there(port, folder, user) ? PORT_GOOD : PORT_FAILED;
}

enum port_status port_open(const char *name, uint32_t user, struct platform_port **opened)
{
    enum port_status status;
    char path[FOLDER_BYTES];
    const char *rest = name_of(name);
    if (!rest)
        return PORT_NAME;
    if (!find_folder(path) || (mkdir(path, FOLDER_MODE) && errno != EEXIST))
        return PORT_FAILED;
    struct platform_port *port = malloc(sizeof *port + strlen(path) + 1);
    if (!port)
        return PORT_FAILED;
    *port = (struct platform_port){.listener = -1, .connection = -1};
    snprintf(port->name, sizeof port->name, "%s", rest);
    memcpy(port->folder, path, strlen(path) + 1);
    int folder = open_folder(port->folder, &status);
    if (folder >= 0) {
        status = make_port(port, folder, user);
        close(folder);
    }
    if (status == PORT_GOOD)
        *opened = port;
    else
        port_close(port);
    return status;
}

/* --- the end --- */

static bool has(const struct platform_port *port, int i)
{
    int descriptor = i ? port->connection : port->listener;
    return port->inodes[i] && inode_of(descriptor) == port->inodes[i];
}

/* Ends it also for a child of this process that has inherited it. What the program has written and the guest has not
   read would make its next read fail; more of it is refused from here on, so that this has an end. */
static void end_connection(int connection)
{
    char bytes[4096];
    (void)shutdown(connection, SHUT_RDWR); /* fails if the program has left */
    while (platform_stream_read(connection, bytes, sizeof bytes) > 0)
        ;
    platform_stream_close(connection);
}

static void disconnect(struct platform_port *port)
{
    if (has(port, 1))
        end_connection(port->connection);
    port->connection = -1;
    port->inodes[1] = 0;
}

static void remove_node(const struct platform_port *port)
{
    enum port_status status;
    struct stat found;
    int folder = open_folder(port->folder, &status);
    if (folder < 0)
        return;
    if (!fstatat(folder, port->name, &found, AT_SYMLINK_NOFOLLOW) && found.st_ino == port->node)
        (void)unlinkat(folder, port->name, 0); /* what can't be removed is replaced by the next port of that name */
    close(folder);
}

static int accept_one(const struct platform_port *port)
{
    int state = platform_cancel_off();
    int connection = accept4(port->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    platform_cancel_restore(state);
    return connection;
}

/* The programs that wait for their turn are let go, also if a child of this process has inherited the listener. */
static void stop_listening(const struct platform_port *port)
{
    int waits;
    (void)shutdown(port->listener, SHUT_RDWR); /* nobody is added; fails if it does not listen yet */
    while ((waits = accept_one(port)) >= 0)
        end_connection(waits);
    platform_stream_close(port->listener);
}

void port_close(struct platform_port *port)
{
    if (!port)
        return;
    if (port->is_own)
        remove_node(port);
    disconnect(port);
    if (port->is_own && !--spare.ports)
        give_up_spare();
    if (has(port, 0) || (port->listener >= 0 && !port->inodes[0]))
        stop_listening(port);
    free(port);
}

/* --- programs that come --- */

/* Returns false if there is no spare descriptor. */
static bool refuse_one(const struct platform_port *port)
{
    if (!keep_spare())
        return false;
    give_up_spare();
    int connection = accept_one(port);
    if (connection >= 0)
        end_connection(connection);
    return keep_spare() && connection >= 0;
}

/* Returns the connection to a program, or -1: none has come, or it had to be refused or must wait. */
static int take_one(struct platform_port *port)
{
    int connection = accept_one(port);
    if (connection >= 0)
        return descriptor_lift(connection);
    bool passes = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    bool full = errno == EMFILE || errno == ENFILE;
    if (!passes && (!full || !refuse_one(port)))
        port->rests = platform_time() + REST_NS;
    return -1;
}

bool port_is_connected(struct platform_port *port)
{
    if (port->connection < 0 && has(port, 0) && !port_rests(port))
        connect_port(port, take_one(port));
    return port->connection >= 0;
}

bool port_rests(const struct platform_port *port)
{
    return port->connection < 0 && port->rests && platform_time() < port->rests;
}

/* --- bytes --- */

bool port_is_alive(const struct platform_port *port)
{
    return port->connection >= 0 || has(port, 0);
}

ptrdiff_t port_read(struct platform_port *port, void *buffer, size_t size)
{
    ptrdiff_t got = has(port, 1) ? platform_stream_read(port->connection, buffer, size) : PLATFORM_ENDED;
    if (got == PLATFORM_ENDED)
        disconnect(port);
    return got;
}

ptrdiff_t port_write(struct platform_port *port, const void *buffer, size_t size)
{
    return has(port, 1) ? platform_stream_write(port->connection, buffer, size) : PLATFORM_ENDED;
}

platform_stream port_stream(const struct platform_port *port)
{
    return port->connection >= 0 ? port->connection : port->listener;
}
