/* A client that uses the console behind a serial port of a virtual machine: it shows what the guest prints, types its
   arguments as lines, and shuts the guest down from there; with --leave it ends at once. COMPUTECORE_PIPES must be set.
 */
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const WCHAR configuration[] =
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"VirtualMachine\":{\"Chipset\":{\"LinuxKernelDirect\":{"
    u"\"KernelFilePath\":\"kernel\"}},\"Devices\":{\"ComPorts\":{\"0\":{\"NamedPipe\":\"\\\\\\\\.\\\\pipe\\\\serial\"}}"
    u"}}}";

static int open_port(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/serial", getenv("COMPUTECORE_PIPES"));
    if (connect(made, (struct sockaddr *)&address, sizeof address)) {
        perror(address.sun_path);
        exit(1);
    }
    return made;
}

/* Shows what comes up to the next prompt, or to the end. */
static void show(int port)
{
    char c, before = 0;
    while (read(port, &c, 1) == 1) {
        putchar(c);
        if (before == '#' && c == ' ')
            return;
        before = c;
    }
}

static void type_line(int port, const char *line)
{
    if (write(port, line, strlen(line)) < 0 || write(port, "\r", 1) < 0)
        perror("write");
}

int main(int count, char **arguments)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system;
    if (FAILED(HcsCreateComputeSystem(u"serial", configuration, operation, NULL, &system)) ||
        FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)) ||
        FAILED(HcsStartComputeSystem(system, operation, NULL)) ||
        FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    int port = open_port();
    show(port);
    if (count > 1 && !strcmp(arguments[1], "--leave"))
        return 0;
    for (int i = 1; i < count; i++) {
        type_line(port, arguments[i]);
        show(port);
    }
    type_line(port, "poweroff");
    HRESULT result = HcsWaitForComputeSystemExit(system, INFINITE, NULL);
    show(port);
    show(port);
    close(port);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    return FAILED(result);
}
