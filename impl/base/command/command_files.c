/* The files that a command line names. Entry point: command_files_clash(). */
#include "command_files.h"
#include "base/files/files.h"
#include <stddef.h>
#include <string.h>

static bool has_name(const char *names, const char *name)
{
    while (names && *names) {
        size_t length = strcspn(names, ",");
        if (strlen(name) == length && !strncmp(names, name, length))
            return true;
        names += length + (names[length] == ',');
    }
    return false;
}

static bool loses(const struct command_file *output, const struct command_file *other)
{
    return output->is_output && !has_name(output->replaces, other->name) && file_is_one(output->path, other->path) &&
           !file_is_in_place(output->path);
}

bool command_files_clash(const struct command_file *files, unsigned count, const struct command_file *both[2])
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned other = 0; other < count; other++)
            if (other != i && loses(&files[i], &files[other])) {
                both[0] = &files[other < i ? other : i];
                both[1] = &files[other < i ? i : other];
                return true;
            }
    return false;
}
