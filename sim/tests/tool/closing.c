/* A client that closes all its descriptors from a number on, as daemons do, opens files of its own in their place, and
   goes on calling. usage: closing NUMBER FOLDER [TRACE], where the trace is removed meanwhile. */
#include <windows.h>
#include <computecore.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OWN = 12 };

int main(int argc, char **argv)
{
    char path[4096];
    HCS_OPERATION operation = argc > 2 ? HcsCreateOperation(NULL, NULL) : NULL;
    if (!operation || close_range((unsigned)atoi(argv[1]), ~0u, 0))
        return 1;
    for (int i = 0; i < OWN; i++) {
        snprintf(path, sizeof path, "%s/own-%d", argv[2], i);
        if (open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) < 0)
            return 2;
    }
    if (argc > 3 && unlink(argv[3]))
        return 3;
    HcsCloseOperation(HcsCreateOperation(NULL, NULL));
    HcsCloseOperation(operation);
    return 0;
}
