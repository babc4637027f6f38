/* Role: what the sample programs share. They compile as C11 and C++17, with -fshort-wchar (L"") and without (u""). */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>

#if __SIZEOF_WCHAR_T__ == 2
#define TEXT16(text) L##text
#else
#define TEXT16(text) u##text
#endif

/* The VM of the samples: nothing in it but memory and a processor, so that every host can start it. */
#define SAMPLE_VM                                                                                                      \
    TEXT16("{\"Owner\":\"Sample\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},"                                        \
           "\"ShouldTerminateOnLastHandleClosed\":true,\"VirtualMachine\":{\"Chipset\":{\"Uefi\":{}},"                 \
           "\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":1024},\"Processor\":{\"Count\":1}}}}")

/* Says what was done, and ends the program when it went wrong. */
static inline void check(const char *what, HRESULT result)
{
    printf("%s: %s\n", what, SUCCEEDED(result) ? "ok" : "failed");
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)result);
    exit(1);
}

#endif
