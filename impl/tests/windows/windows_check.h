/* Role: what the clients of the Windows library check with, without Criterion. Callers: windows_client.c,
   windows_daemon.c, windows_streams.c, each a program of one file. */
#ifndef TESTS_WINDOWS_CHECK_H
#define TESTS_WINDOWS_CHECK_H

#include <stdio.h>
#include <windows.h>

static int broken;

static void expect(int holds, const char *what)
{
    if (holds)
        return;
    broken++;
    printf("broken: %s (error %lu)\n", what, GetLastError());
}

static const WCHAR container[] = L"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}";

#endif
