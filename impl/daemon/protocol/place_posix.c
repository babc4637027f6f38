/* Where computecored is. Entry points: place_connect(), place_listen(). */
#include "place.h"
#include "address.h"
#include "platform/process.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_MS = 10000, POLL_MS = 5, BACKLOG = 4096 };

extern char **environ;

const char *const place_engines = "host or unix:PATH";
const char *const place_prefix = "unix:";

bool place_is_engine(const char *name)
{
    return !strcmp(name, "host") || !strncmp(name, "unix:", 5);
}

static bool join(char path[PLACE_BYTES], const char *folder, const char *rest)
{
    return folder && *folder == '/' && snprintf(path, PLACE_BYTES, "%s%s", folder, rest) < PLACE_BYTES;
}

static bool may_use_system_place(void)
{
    return geteuid() == 0 || access("/run/computecore", W_OK | X_OK) == 0;
}

bool place_socket(char path[PLACE_BYTES])
{
    if (may_use_system_place())
        return join(path, "/run/computecore", "/computecored.sock");
    return join(path, getenv("XDG_RUNTIME_DIR"), "/computecore/computecored.sock");
}

bool place_state(char path[PLACE_BYTES])
{
    if (geteuid() == 0)
        return join(path, "/var/lib", "/computecore");
    return join(path, getenv("XDG_STATE_HOME"), "/computecore") ||
           join(path, getenv("HOME"), "/.local/state/computecore");
}

bool place_absolute(const char *file, char path[PLACE_BYTES])
{
    char folder[PLACE_BYTES] = "";
    bool whole = *file == '/';
    return (whole || getcwd(folder, sizeof folder)) &&
           snprintf(path, PLACE_BYTES, "%s%s%s", folder, whole ? "" : "/", file) < PLACE_BYTES;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address;
    int place = address_of(path, &address), made = place >= 0 ? address_socket() : -1;
    bool connected = made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address) == 0;
    int error = errno;
    if (place >= 0)
        close(place);
    if (!connected && made >= 0)
        close(made);
    errno = error;
    return connected ? made : -1;
}

/* Is there nothing at the path, or a stale socket, which a new one may replace? false with EEXIST: something else. */
static bool may_replace(const char *path)
{
    struct stat there;
    if (lstat(path, &there))
        return errno == ENOENT;
    errno = EEXIST;
    return S_ISSOCK(there.st_mode);
}

static void nap(void)
{
    const struct timespec look = {0, POLL_MS * 1000000L};
    nanosleep(&look, NULL);
}

/* Only one daemon at a time may check for a listener in the folder and become one. Returns the locked folder, which
   closing unlocks; -1 with errno. */
static int lock_folder(const char *path)
{
    char folder[PLACE_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place < 0)
        return -1;
    for (int waited = 0; flock(place, LOCK_EX | LOCK_NB); waited += POLL_MS, nap())
        if (errno != EWOULDBLOCK || waited >= START_MS) {
            close(place);
            return -1;
        }
    return place;
}

/* Binds a socket in that folder, and gives it its name when it listens: until then it would refuse clients. What an
   earlier daemon left half done is replaced. */
static bool bind_and_listen(int made, int place, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/.computecored.new", place);
    if ((unlink(address.sun_path) && errno != ENOENT) || bind(made, (struct sockaddr *)&address, sizeof address))
        return false;
    if (listen(made, BACKLOG) == 0 && rename(address.sun_path, name) == 0)
        return true;
    int error = errno;
    (void)unlink(address.sun_path);
    errno = error;
    return false;
}

/* The folder must be locked. */
static int listen_there(const char *path, unsigned mode)
{
    int there = connect_to(path);
    if (there >= 0) {
        close(there);
        errno = EADDRINUSE;
        return -1;
    }
    if (errno != ECONNREFUSED && errno != ENOENT)
        return -1;
    struct sockaddr_un address;
    int place = address_of(path, &address), made = place >= 0 ? address_socket() : -1;
    mode_t before = umask((mode_t)(~mode & 0777));
    bool listens = made >= 0 && may_replace(address.sun_path) && bind_and_listen(made, place, address.sun_path);
    int error = errno;
    (void)umask(before);
    if (place >= 0)
        close(place);
    if (!listens && made >= 0)
        close(made);
    errno = error;
    return listens ? made : -1;
}

message_end place_listen(const char *path, unsigned mode)
{
    int folder = lock_folder(path), made = folder >= 0 ? listen_there(path, mode) : -1, error = errno;
    if (folder >= 0)
        close(folder);
    errno = error;
    return made;
}

/* --- starting it --- */

/* Looks for computecored beside the library and in the usual folders for programs. */
static bool find_program(char path[PLACE_BYTES])
{
    static const char *const places[] = {"computecored", "../bin/computecored", "../libexec/computecore/computecored"};
    Dl_info library;
    if (!dladdr((void *)(uintptr_t)&find_program, &library) || !library.dli_fname)
        return false;
    const char *slash = strrchr(library.dli_fname, '/');
    int length = slash ? (int)(slash - library.dli_fname) + 1 : 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, PLACE_BYTES, "%.*s%s", length, library.dli_fname, places[i]);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

/* Starts the daemon, which goes to the background once it listens. If several are started at the same time, one stays.
   false, after a line of this process or of its own: none listens. */
static bool start(void)
{
    char path[PLACE_BYTES];
    char *arguments[] = {path, "--engine", "lxc", "--if-none", NULL};
    pid_t child;
    int status;
    if (!find_program(path)) {
        fputs("computecore: computecored was not found beside the library\n", stderr);
        return false;
    }
    errno = posix_spawn(&child, path, NULL, NULL, arguments, environ);
    if (errno) {
        fprintf(stderr, "computecore: %s: %m\n", path);
        return false;
    }
    pid_t ended;
    while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR)
        ;
    if (ended < 0 ||
        (WIFEXITED(status) && WEXITSTATUS(status) == 0)) /* a client that ignores its children has no code */
        return true;
    fprintf(stderr, "computecore: %s did not start\n", path); /* it may have said why */
    return false;
}

static int connect_within(const char *path, int limit_ms)
{
    for (int waited = 0;; waited += POLL_MS, nap()) {
        int made = connect_to(path);
        if (made >= 0 || waited >= limit_ms)
            return made;
    }
}

static int connect_or_start(char path[PLACE_BYTES])
{
    if (!place_socket(path)) {
        fputs("computecore: there is no place for the socket of computecored: XDG_RUNTIME_DIR is not set\n", stderr);
        return -1;
    }
    int made = connect_to(path);
    if (made >= 0)
        return made;
    if (!start())
        return -1;
    made = connect_within(path, START_MS);
    if (made < 0)
        fprintf(stderr, "computecore: computecored does not listen on %s: %m\n", path);
    return made;
}

/* Whoever listens there answers for the systems and hears their documents: that is trusted to root and to this user
   alone. false after one line. */
static bool is_trusted(int socket, const char *path)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        fprintf(stderr, "computecore: %s: %m\n", path);
    else if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    else
        fprintf(stderr, "computecore: the computecored on %s is of user %u, which is neither root nor this user\n",
            path, (unsigned)peer.uid);
    return false;
}

message_end place_connect(const char *engine)
{
    char own[PLACE_BYTES];
    const char *path = own;
    int made = -1;
    if (strncmp(engine, "unix:", 5) != 0) {
        made = connect_or_start(own);
    } else {
        path = engine + 5;
        made = connect_to(path);
        if (made < 0)
            fprintf(stderr, "computecore: can't connect to %s: %m\n", path);
    }
    if (made < 0 || is_trusted(made, path))
        return made;
    close(made);
    return -1;
}
