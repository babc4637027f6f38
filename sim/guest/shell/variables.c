/* Variables of guest processes. Entry points: variables_get(), variables_set(). */
#include "variables.h"
#include "core/lock.h"
#include "host/configuration.h"
#include "spec_schema.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NETBIOS_NAME = 15, HOST_NAME = 63 };

struct shell_variable {
    struct shell_variable *next;
    size_t name_length, length; /* the value stands behind the name */
    char text[];
};

/* What every guest has; an empty text stands for the name of the guest. */
static const struct {
    const char *name, *value;
} of_windows[] = {{"COMPUTERNAME", ""}, {"OS", "Windows_NT"}, {"SystemDrive", "C:"}, {"SystemRoot", "C:\\Windows"},
    {"windir", "C:\\Windows"}, {"ComSpec", "C:\\Windows\\system32\\cmd.exe"}, {"CD", "C:\\"},
    {"PATH", "C:\\Windows\\system32;C:\\Windows"}, {"PATHEXT", ".COM;.EXE;.BAT;.CMD"}, {"TEMP", "C:\\Windows\\TEMP"},
    {"TMP", "C:\\Windows\\TEMP"}, {"USERNAME", "ContainerAdministrator"}, {"NUMBER_OF_PROCESSORS", "2"}},
  of_linux[] = {{"HOSTNAME", ""}, {"HOME", "/root"},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"PWD", "/"}, {"IFS", " \t\n"},
      {"PPID", "0"}};

static bool same_name(const struct sim_process *process, const char *a, const char *b, size_t length)
{
    return process->host.linux_guest ? !strncmp(a, b, length) : !strncasecmp(a, b, length);
}

static struct shell_variable *find(const struct sim_process *process, const char *name, size_t length)
{
    struct shell_variable *variable = process->variables;
    while (variable && (variable->name_length != length || !same_name(process, variable->text, name, length)))
        variable = variable->next;
    return variable;
}

/* Returns the line of the environment that gives the variable, or NULL. */
static const char *find_line(const struct sim_process *process, const char *name, size_t length)
{
    for (const char *line = process->environment; line && *line;) {
        if (strlen(line) > length && line[length] == '=' && same_name(process, line, name, length))
            return line;
        line += strcspn(line, "\n") + 1; /* each line has its end */
    }
    return NULL;
}

void variables_host_name(const struct sim_process *process, struct text *name)
{
    CHECK_HELD();
    const struct host_system *system = process->host.system;
    const cJSON *tree = configuration_tree(system->configuration),
                *container = document_member(tree, FIELD_ComputeSystem_Container);
    name->failed |= !tree;
    const char *given = document_text(document_member(container, FIELD_Container_GuestOs), FIELD_GuestOs_HostName);
    const char *text = given ? given : system->id;
    size_t limit = process->host.linux_guest ? HOST_NAME : NETBIOS_NAME, length = strlen(text);
    for (size_t i = 0; i < length && i < limit; i++)
        text_putc(name, (char)(process->host.linux_guest ? text[i] : toupper((unsigned char)text[i])));
}

static bool get_default(const struct sim_process *process, const char *name, size_t length, struct text *value)
{
    bool linux = process->host.linux_guest;
    size_t count = linux ? sizeof of_linux / sizeof *of_linux : sizeof of_windows / sizeof *of_windows;
    for (size_t i = 0; i < count; i++) {
        const char *own = linux ? of_linux[i].name : of_windows[i].name;
        const char *text = linux ? of_linux[i].value : of_windows[i].value;
        if (strlen(own) != length || !same_name(process, own, name, length))
            continue;
        if (*text)
            text_puts(value, text);
        else
            variables_host_name(process, value);
        return true;
    }
    return false;
}

bool variables_get(const struct sim_process *process, const char *name, size_t length, struct text *value)
{
    CHECK_HELD();
    const struct shell_variable *variable = find(process, name, length);
    const char *line = variable ? NULL : find_line(process, name, length);
    if (variable)
        text_put(value, variable->text + variable->name_length, variable->length);
    else if (line)
        text_put(value, line + length + 1, strcspn(line + length + 1, "\r\n"));
    return variable || line || get_default(process, name, length, value);
}

static void drop(struct sim_process *process, const char *name, size_t length)
{
    struct shell_variable *variable = find(process, name, length), **link = &process->variables;
    char *line = (char *)find_line(process, name, length); /* a part of process->environment */
    if (line) {
        const char *next = line + strcspn(line, "\n") + 1;
        memmove(line, next, strlen(next) + 1);
    }
    if (!variable)
        return;
    while (*link != variable)
        link = &(*link)->next;
    *link = variable->next;
    free(variable);
}

bool variables_set(struct sim_process *process, const char *name, size_t name_length, const char *value, size_t length)
{
    CHECK_HELD();
    struct shell_variable *variable = malloc(sizeof *variable + name_length + length);
    if (!variable)
        return false;
    *variable = (struct shell_variable){.name_length = name_length, .length = length};
    memcpy(variable->text, name, name_length);
    memcpy(variable->text + name_length, value, length);
    drop(process, variable->text, name_length);
    struct shell_variable **end = &process->variables;
    while (*end)
        end = &(*end)->next;
    *end = variable;
    return true;
}

void variables_unset(struct sim_process *process, const char *name, size_t length)
{
    CHECK_HELD();
    drop(process, name, length);
}

void variables_list(const struct sim_process *process, const char *prefix, size_t length, struct text *list)
{
    CHECK_HELD();
    const char *line_end = process->host.linux_guest ? "\n" : "\r\n";
    for (const char *line = process->environment ? process->environment : ""; *line;) {
        const char *end = line + strcspn(line, "\n") + 1; /* each line has its end */
        if (strlen(line) >= length && same_name(process, line, prefix, length))
            text_put(list, line, (size_t)(end - line));
        line = end;
    }
    for (const struct shell_variable *variable = process->variables; variable; variable = variable->next) {
        if (variable->name_length < length || !same_name(process, variable->text, prefix, length) ||
            !isprint((unsigned char)*variable->text))
            continue;
        text_put(list, variable->text, variable->name_length);
        text_putc(list, '=');
        text_put(list, variable->text + variable->name_length, variable->length);
        text_puts(list, line_end);
    }
}

void variables_free(struct sim_process *process)
{
    CHECK_HELD();
    while (process->variables) {
        struct shell_variable *variable = process->variables;
        process->variables = variable->next;
        free(variable);
    }
}
