/* Members of objects of files. Entry point: json_members_fit(). */
#include "json_members.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TYPES_BYTES = 64 };

static bool refuse(char wrong[JSON_FILE_WRONG], const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(char wrong[JSON_FILE_WRONG], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wrong, JSON_FILE_WRONG, format, arguments);
    va_end(arguments);
    return false;
}

/* Writes the names of types, separated by "or". */
static const char *name_types(int types, char text[TYPES_BYTES])
{
    static const struct {
        int type;
        const char *name;
    } names[] = {{JSON_BOOLEAN, "true or false"}, {cJSON_Number, "a number"}, {cJSON_String, "a string"},
        {cJSON_Array, "a list"}, {cJSON_Object, "an object"}};
    *text = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (types & names[i].type) {
            size_t length = strlen(text);
            snprintf(text + length, TYPES_BYTES - length, "%s%s", length ? " or " : "", names[i].name);
        }
    return text;
}

static bool member_fits(
    const cJSON *member, const char *where, const struct json_form *form, char wrong[JSON_FILE_WRONG])
{
    char types[TYPES_BYTES];
    const char *dot = *where ? "." : "";
    const struct json_member *known = form->members;
    if (form->comments && !strncmp(member->string, "comment", strlen("comment")))
        return true;
    while (known->name && strcmp(known->name, member->string) != 0)
        known++;
    if (!known->name)
        return refuse(wrong, "%s%s%s is no member of %s", where, dot, member->string, form->what);
    if (!(member->type & known->types))
        return refuse(wrong, "%s%s%s must be %s", where, dot, known->name, name_types(known->types, types));
    if (cJSON_IsNumber(member) && member->valuedouble < known->least)
        return refuse(wrong, "%s%s%s is less than it can be", where, dot, known->name);
    return true;
}

bool json_members_fit(const cJSON *object, const char *where, const struct json_form *form, char wrong[JSON_FILE_WRONG])
{
    const cJSON *member;
    if (!cJSON_IsObject(object))
        return refuse(wrong, "%s is no object", *where ? where : "it");
    cJSON_ArrayForEach (member, object)
        if (!member_fits(member, where, form, wrong))
            return false;
    for (const struct json_member *known = form->members; known->name; known++)
        if (known->required && !cJSON_GetObjectItemCaseSensitive(object, known->name))
            return refuse(wrong, "%s%s%s is missing", where, *where ? "." : "", known->name);
    return true;
}
