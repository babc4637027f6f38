/* Emulated consoles. Entry points: console_take(), console_read(), console_is_interrupted(). */
#include "console.h"
#include "core/lock.h"
#include "base/check.h"
#include "platform/platform.h"
#include "script.h"
#include "serial.h"
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ROWS = 25, DEFAULT_COLUMNS = 80, INTERRUPTED_LINUX = 130 };
enum { KEY_INTERRUPT = 3, KEY_END_LINUX = 4, KEY_END_WINDOWS = 26 }; /* Ctrl-C, Ctrl-D, Ctrl-Z */

void console_resize(struct console *console, uint16_t rows, uint16_t columns)
{
    CHECK_HELD();
    console->rows = rows ? rows : DEFAULT_ROWS;
    console->columns = columns ? columns : DEFAULT_COLUMNS;
}

/* HCS-ROW: P-11 the size is [height, width]; zeros mean the default */
bool console_take(struct sim_process *process, const struct document *document)
{
    CHECK_HELD();
    const cJSON *size = document->member[ProcessParameters_ConsoleSize];
    uint64_t rows = 0, columns = 0;
    if (!document_true(document, ProcessParameters_EmulateConsole))
        return true;
    process->console = calloc(1, sizeof *process->console);
    if (!process->console)
        return false;
    (void)document_unsigned(cJSON_GetArrayItem(size, 0), &rows);
    (void)document_unsigned(cJSON_GetArrayItem(size, 1), &columns);
    console_resize(process->console, (uint16_t)rows, (uint16_t)columns);
    return true;
}

bool console_lacks_input(const struct sim_process *process, const struct document *document)
{
    CHECK_HELD();
    return process->console && !process->host.linux_guest &&
           !document_true(document, ProcessParameters_CreateStdInPipe);
}

uint32_t console_exit_code(const struct sim_process *process)
{
    CHECK_HELD();
    return process->host.linux_guest ? INTERRUPTED_LINUX : HOST_INTERRUPTED;
}

/* Returns the first key that interrupts the program, or NULL. */
static const char *interrupt_in(const struct sim_process *process, const char *bytes, size_t length)
{
    return process->script && process->script->ignores_signals ? NULL : memchr(bytes, KEY_INTERRUPT, length);
}

static ptrdiff_t read_keys(struct sim_process *process, char *keys, size_t size)
{
    ptrdiff_t got, left;
    do
        left = got = stream_read(process->host.core, STREAM_INPUT, keys, size);
    while (got > 0 && process->serial && !(left = (ptrdiff_t)serial_take_enter(process, keys, (size_t)got)));
    return left;
}

bool console_is_interrupted(struct sim_process *process)
{
    CHECK_HELD();
    struct console *console = process->console;
    while (console && !process->input_closed && console->ahead < CONSOLE_AHEAD) {
        char *typed = console->typed + console->ahead;
        ptrdiff_t got = read_keys(process, typed, CONSOLE_AHEAD - console->ahead);
        if (got <= 0)
            return false;
        if (interrupt_in(process, typed, (size_t)got))
            return true;
        console->ahead = (uint16_t)(console->ahead + got);
    }
    return false;
}

ptrdiff_t console_read(struct sim_process *process, char *bytes, size_t size)
{
    CHECK_HELD();
    CHECK(!process->console || process->console->ahead <= CONSOLE_AHEAD);
    struct console *console = process->console;
    if (!console || !console->ahead)
        return read_keys(process, bytes, size);
    size_t length = console->ahead < size ? console->ahead : size;
    memcpy(bytes, console->typed, length);
    memmove(console->typed, console->typed + length, console->ahead - length);
    console->ahead = (uint16_t)(console->ahead - length);
    return (ptrdiff_t)length;
}

void console_give_back(struct sim_process *process, const char *bytes, size_t length)
{
    CHECK_HELD();
    struct console *console = process->console;
    CHECK(console->ahead + length <= CONSOLE_AHEAD);
    memmove(console->typed + length, console->typed, console->ahead);
    memcpy(console->typed, bytes, length);
    console->ahead = (uint16_t)(console->ahead + length);
}

size_t console_accept(struct sim_process *process, const char *bytes, size_t length, bool *end, bool *interrupted)
{
    CHECK_HELD();
    const char *interrupt = interrupt_in(process, bytes, length);
    const char *ending = memchr(bytes, process->host.linux_guest ? KEY_END_LINUX : KEY_END_WINDOWS, length);
    const char *first = interrupt && (!ending || interrupt < ending) ? interrupt : ending;
    *interrupted = first && first == interrupt;
    *end = first && first == ending;
    return first ? (size_t)(first - bytes) : length;
}
