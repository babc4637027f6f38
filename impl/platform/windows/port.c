/* Serial ports as named pipes; see platform/port.h for the contract of each function. Entry point: port_open(). */
#include "platform/port.h"
#include "guest_stream.h"
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIPE_BYTES = 65536, NAME_UNITS = 257, SDDL_BYTES = 300 };

struct platform_port {
    struct guest_stream *stream;
    bool connected;
    bool is_own; /* made here; false: a program made it */
};

static bool name_of(const char *pipe, WCHAR name[NAME_UNITS])
{
    static const char root[] = "\\\\.\\pipe\\";
    const char *rest = pipe + sizeof root - 1;
    return !_strnicmp(pipe, root, sizeof root - 1) && *rest && !strpbrk(rest, "\\/") &&
           MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, pipe, -1, name, NAME_UNITS) > 0;
}

/* Waits for a program; it may be there already, or have left again, which the next read finds. */
static bool await_program(struct platform_port *port)
{
    struct guest_stream *stream = port->stream;
    ResetEvent(stream->overlapped.hEvent);
    stream->pending = false;
    bool done = ConnectNamedPipe(stream->pipe, &stream->overlapped);
    DWORD error = GetLastError();
    port->connected = done || error == ERROR_PIPE_CONNECTED || error == ERROR_NO_DATA;
    stream->listening = !port->connected && error == ERROR_IO_PENDING;
    return port->connected || stream->listening;
}

/* Returns the user of this process as text, from LocalAlloc, or NULL on failure. */
static char *own_user(void)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } own;
    HANDLE token;
    DWORD size = sizeof own;
    char *text = NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    if (!GetTokenInformation(token, TokenUser, &own, size, &size) || !ConvertSidToStringSidA(own.user.User.Sid, &text))
        text = NULL;
    CloseHandle(token);
    return text;
}

/* For this user, the system and administrators, and nobody over the network. From LocalAlloc, NULL on failure. */
static PSECURITY_DESCRIPTOR who_may_open(void)
{
    char text[SDDL_BYTES], *user = own_user();
    PSECURITY_DESCRIPTOR descriptor = NULL;
    if (!user)
        return NULL;
    snprintf(text, sizeof text, "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;%s)", user);
    LocalFree(user);
    bool made = ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &descriptor, NULL);
    return made ? descriptor : NULL;
}

static enum port_status make_pipe(struct platform_port *port, const WCHAR *name)
{
    PSECURITY_DESCRIPTOR descriptor = who_may_open();
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, descriptor, FALSE};
    if (!descriptor)
        return PORT_FAILED;
    port->is_own = true;
    port->stream->pipe =
        CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
            PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, PIPE_BYTES, PIPE_BYTES, 0,
            &attributes);
    DWORD error = GetLastError();
    LocalFree(descriptor);
    if (port->stream->pipe == INVALID_HANDLE_VALUE)
        return error == ERROR_INVALID_NAME                                ? PORT_NAME
               : error == ERROR_ACCESS_DENIED || error == ERROR_PIPE_BUSY ? PORT_BUSY
                                                                          : PORT_FAILED;
    return await_program(port) ? PORT_GOOD : PORT_FAILED;
}

static enum port_status open_or_make(struct platform_port *port, const WCHAR *name)
{
    port->stream->pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, NULL);
    if (port->stream->pipe != INVALID_HANDLE_VALUE) {
        port->connected = true;
        return PORT_GOOD;
    }
    DWORD error = GetLastError();
    return error == ERROR_PIPE_BUSY ? PORT_BUSY : error == ERROR_ACCESS_DENIED ? PORT_REFUSED : make_pipe(port, name);
}

enum port_status port_open(const char *name, uint32_t user, struct platform_port **opened)
{
    WCHAR wide[NAME_UNITS];
    (void)user; /* a service acts for its user, or administrators start it */
    if (!name_of(name, wide))
        return PORT_NAME;
    enum port_status status = PORT_FAILED;
    struct platform_port *port = calloc(1, sizeof *port);
    if (port && (port->stream = calloc(1, sizeof *port->stream)) &&
        (port->stream->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)))
        status = open_or_make(port, wide);
    if (status == PORT_GOOD)
        *opened = port;
    else
        port_close(port);
    return status;
}

/* Waits for the end of what was begun and can only end now. */
static void finish(struct guest_stream *stream)
{
    DWORD moved;
    (void)GetOverlappedResult(stream->pipe, &stream->overlapped, &moved, TRUE); /* how it ended does not matter */
}

void port_close(struct platform_port *port)
{
    if (!port)
        return;
    if (port->stream && port->stream->listening) {
        (void)CancelIoEx(port->stream->pipe, &port->stream->overlapped); /* it fails if a program has just come */
        finish(port->stream);
    }
    if (port->stream)
        platform_stream_close((platform_stream)port->stream);
    free(port);
}

bool port_is_connected(struct platform_port *port)
{
    struct guest_stream *stream = port->stream;
    if (!port->connected && stream->listening && HasOverlappedIoCompleted(&stream->overlapped)) {
        stream->listening = false;
        port->connected = true;
    }
    return port->connected;
}

bool port_rests(const struct platform_port *port)
{
    (void)port; /* its pipe is there already when a program comes */
    return false;
}

bool port_is_alive(const struct platform_port *port)
{
    return port->connected || port->stream->listening;
}

static void disconnect(struct platform_port *port)
{
    port->connected = false;
    if (!port->is_own)
        return;
    DisconnectNamedPipe(port->stream->pipe);
    if (port->stream->pending)
        finish(port->stream);
    (void)await_program(port); /* on failure no program can come any more */
}

ptrdiff_t port_read(struct platform_port *port, void *buffer, size_t size)
{
    ptrdiff_t got = platform_stream_read((platform_stream)port->stream, buffer, size);
    if (got == PLATFORM_ENDED)
        disconnect(port);
    return got;
}

ptrdiff_t port_write(struct platform_port *port, const void *buffer, size_t size)
{
    return platform_stream_write((platform_stream)port->stream, buffer, size);
}

platform_stream port_stream(const struct platform_port *port)
{
    return (platform_stream)port->stream;
}
