/* Paths of a Windows host. Entry point: host_path_of(). */
#include "host_path.h"
#include <string.h>

bool host_path_is_slash(char c)
{
    return c == '/' || c == '\\';
}

struct host_path host_path_of(const char *text)
{
    struct host_path path = {.text = text ? text : ""};
    const char *t = path.text;
    if (host_path_is_slash(t[0]) && host_path_is_slash(t[1]) && t[2] == '?' && host_path_is_slash(t[3]))
        path.text += 4;
    path.length = strlen(path.text);
    while (path.length && host_path_is_slash(path.text[path.length - 1]))
        path.length--;
    return path;
}
