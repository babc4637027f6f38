/* What surrounds the program on Windows; see environment.h. */
#include "environment.h"
#include <stdlib.h>
#include <windows.h>

unsigned processor_count(void)
{
    SYSTEM_INFO information;
    GetSystemInfo(&information);
    return information.dwNumberOfProcessors;
}

bool program_output_is_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
}

void program_set_environment(const char *name, const char *value)
{
    SetEnvironmentVariableA(name, value);
    _putenv_s(name, value);
}
