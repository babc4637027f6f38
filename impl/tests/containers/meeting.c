/* meeting listen PATH: says "ready", takes one connection on a unix socket, and prints what comes; once that has ended,
   it sends "heard". meeting connect PATH TEXT: sends the text, ends it, and prints what comes back. Exit code 1: there
   is no connection. Runs in containers, too: no library is needed. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Prints all that comes. */
static void hear(int connection)
{
    char bytes[4096];
    ssize_t length;
    while ((length = read(connection, bytes, sizeof bytes)) > 0)
        (void)!write(STDOUT_FILENO, bytes, (size_t)length);
}

static int answer(int listener, const struct sockaddr_un *address)
{
    if (bind(listener, (const struct sockaddr *)address, sizeof *address) || listen(listener, 1))
        return 1;
    (void)!write(STDOUT_FILENO, "ready\n", 6);
    int connection = accept(listener, NULL, NULL);
    hear(connection);
    (void)!write(connection, "heard", 5);
    return connection < 0;
}

static int ask(int connection, const struct sockaddr_un *address, const char *text)
{
    if (connect(connection, (const struct sockaddr *)address, sizeof *address))
        return 1;
    (void)!write(connection, text, strlen(text));
    (void)shutdown(connection, SHUT_WR);
    hear(connection);
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)signal(SIGPIPE, SIG_IGN); /* where nobody listens, the connection ends at once */
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    if (argc < 3 ||
        (size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[2]) >= sizeof address.sun_path)
        return 2;
    return argc > 3 ? ask(made, &address, argv[3]) : answer(made, &address);
}
