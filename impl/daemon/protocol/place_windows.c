/* Where computecored is: a named pipe of this user. Entry points: place_connect(), place_listen(). */
#include "place.h"
#include "pipe_windows.h"
#include "transport.h"
#include <aclapi.h>
#include <errno.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 257, TEXT = 512, BUSY_MS = 10000, LOOK_MS = 50, PIPE_BYTES = 64 << 10 };

const char *const place_engines = "pipe:NAME";
const char *const place_prefix = "pipe:";

bool place_is_engine(const char *name)
{
    return !strncmp(name, "pipe:", 5);
}

bool place_absolute(const char *file, char path[PLACE_BYTES])
{
    DWORD length = GetFullPathNameA(file, PLACE_BYTES, path, NULL);
    return length > 0 && length < PLACE_BYTES;
}

/* --- who may be at the other end --- */

/* The user of a token, or of this process (NULL); from malloc, NULL on failure. */
static TOKEN_USER *user_of(HANDLE given)
{
    HANDLE token = given;
    DWORD size = 0;
    if (!token && !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    (void)GetTokenInformation(token, TokenUser, NULL, 0, &size); /* tells the size */
    TOKEN_USER *user = size ? malloc(size) : NULL;
    if (user && !GetTokenInformation(token, TokenUser, user, size, &size)) {
        free(user);
        user = NULL;
    }
    if (!given)
        CloseHandle(token);
    return user;
}

/* This user and the system. */
static bool is_trusted_user(PSID sid)
{
    TOKEN_USER *own = user_of(NULL);
    bool trusted = own && (EqualSid(sid, own->User.Sid) || IsWellKnownSid(sid, WinLocalSystemSid));
    free(own);
    return trusted;
}

/* Does the token act with the rights of an administrator, not only could it have them? */
static bool is_administrator(HANDLE token)
{
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof administrators;
    HANDLE asked;
    BOOL member = FALSE;
    if (!CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &size) ||
        !DuplicateToken(token, SecurityIdentification, &asked))
        return false;
    bool known = CheckTokenMembership(asked, administrators, &member);
    CloseHandle(asked);
    return known && member;
}

bool pipe_admits(HANDLE token)
{
    TOKEN_USER *user = user_of(token);
    bool admitted = user && (is_trusted_user(user->User.Sid) || is_administrator(token));
    free(user);
    return admitted;
}

/* Whoever made the pipe answers for the systems and hears their documents. Only this user, the system and
   administrators are trusted with that. */
static bool is_of_trusted_owner(HANDLE pipe)
{
    PSID owner;
    PSECURITY_DESCRIPTOR descriptor;
    if (GetSecurityInfo(pipe, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &descriptor))
        return false;
    bool trusted = owner && (is_trusted_user(owner) || IsWellKnownSid(owner, WinBuiltinAdministratorsSid));
    LocalFree(descriptor);
    return trusted;
}

/* --- making it --- */

/* \\.\pipe\NAME; false with errno if there is no such name. */
static bool name_of(const char *name, char whole[NAME_BYTES])
{
    static const char root[] = "\\\\.\\pipe\\";
    if (!strncmp(name, root, sizeof root - 1))
        name += sizeof root - 1;
    errno = !*name || strchr(name, '\\') ? EINVAL : ENAMETOOLONG; /* what snprintf() sees is too long, or all is well */
    return errno != EINVAL && snprintf(whole, NAME_BYTES, "%s%s", root, name) < NAME_BYTES;
}

/* Owned by the user; for the user, the system and administrators, and nobody over the network. From LocalAlloc, NULL on
 * failure. */
static PSECURITY_DESCRIPTOR who_may_come_in(void)
{
    char text[TEXT], *user = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    TOKEN_USER *own = user_of(NULL);
    if (own && ConvertSidToStringSidA(own->User.Sid, &user)) {
        snprintf(text, sizeof text, "O:%sD:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;%s)", user, user);
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor, NULL))
            descriptor = NULL;
        LocalFree(user);
    }
    free(own);
    return descriptor;
}

message_end pipe_make(const char *name, bool first)
{
    PSECURITY_DESCRIPTOR descriptor = who_may_come_in();
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, descriptor, FALSE};
    if (!descriptor)
        return MESSAGE_NO_END;
    HANDLE handle =
        CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
            PIPE_UNLIMITED_INSTANCES, PIPE_BYTES, PIPE_BYTES, 0, &attributes);
    DWORD error = GetLastError();
    LocalFree(descriptor);
    SetLastError(error);
    if (handle == INVALID_HANDLE_VALUE)
        return MESSAGE_NO_END;
    message_end end = pipe_wrap(handle);
    if (end == MESSAGE_NO_END)
        return MESSAGE_NO_END;
    pipe_of(end)->unproven = true;
    pipe_of(end)->name = _strdup(name);
    if (pipe_of(end)->name)
        return end;
    transport_close(end);
    return MESSAGE_NO_END;
}

static int error_of(DWORD error)
{
    return error == ERROR_ACCESS_DENIED || error == ERROR_PIPE_BUSY || error == ERROR_ALREADY_EXISTS ? EADDRINUSE
           : error == ERROR_INVALID_NAME                                                             ? EINVAL
                                                                                                     : ENOMEM;
}

message_end place_listen(const char *name, unsigned mode)
{
    char whole[NAME_BYTES];
    (void)mode; /* who may come in is the same everywhere */
    if (!name_of(name, whole))
        return MESSAGE_NO_END;
    bool there = WaitNamedPipeA(whole, 1) || GetLastError() == ERROR_SEM_TIMEOUT; /* Wine makes a second first one */
    message_end made = there ? MESSAGE_NO_END : pipe_make(whole, true);
    if (there)
        errno = EADDRINUSE;
    else if (made == MESSAGE_NO_END)
        errno = error_of(GetLastError());
    return made;
}

/* --- connecting --- */

/* All ends may have clients just now: computecored makes others. INVALID_HANDLE_VALUE with GetLastError(). */
static HANDLE open_pipe(const char *name)
{
    for (int waited = 0;; waited += LOOK_MS) {
        HANDLE pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
            FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        if (pipe != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY || waited >= BUSY_MS)
            return pipe;
        if (!WaitNamedPipeA(name, LOOK_MS) && GetLastError() != ERROR_SEM_TIMEOUT)
            return INVALID_HANDLE_VALUE;
    }
}

message_end place_connect(const char *engine)
{
    char whole[NAME_BYTES];
    const char *name = engine + 5;
    DWORD mode = PIPE_READMODE_MESSAGE;
    if (!name_of(name, whole)) {
        fprintf(stderr, "computecore: %s: %s\n", engine, strerror(errno));
        return MESSAGE_NO_END;
    }
    HANDLE pipe = open_pipe(whole);
    if (pipe == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "computecore: can't connect to %s (error %lu)\n", whole, GetLastError());
        return MESSAGE_NO_END;
    }
    if (is_of_trusted_owner(pipe) && SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        return pipe_wrap(pipe);
    fprintf(stderr, "computecore: the computecored on %s is of another user\n", whole);
    CloseHandle(pipe);
    return MESSAGE_NO_END;
}
