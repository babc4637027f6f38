/* JSON where memory may be missing; see json.h. Entry points: json_read(), json_add(). */
#include "json.h"
#include "base/allocate.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void *made(void *item)
{
    if (!item)
        out_of_memory();
    return item;
}

static cJSON *read_text(const char *text, bool whole)
{
    errno = 0;
    cJSON *item = cJSON_ParseWithOpts(text, NULL, whole);
    if (!item)
        memory_check();
    return item;
}

cJSON *json_read(const char *text)
{
    return read_text(text, false);
}

cJSON *json_read_whole(const char *text)
{
    return read_text(text, true);
}

char *json_text(const cJSON *item)
{
    return item ? made(cJSON_PrintUnformatted(item)) : allocate_copy("?");
}

bool json_send(const struct channel *channel, cJSON *message)
{
    char *text = json_text(message);
    cJSON_Delete(message);
    fflush(NULL); /* the output of the target must precede the message */
    bool sent = channel_send(channel, text);
    free(text);
    return sent;
}

cJSON *json_copy(const cJSON *item)
{
    return made(cJSON_Duplicate(item, true));
}

cJSON *json_object(void)
{
    return made(cJSON_CreateObject());
}

cJSON *json_list(void)
{
    return made(cJSON_CreateArray());
}

cJSON *json_string(const char *text)
{
    return made(cJSON_CreateString(text));
}

void json_add(cJSON *object, const char *name, cJSON *item)
{
    if (!cJSON_AddItemToObject(object, name, item))
        out_of_memory();
}

void json_add_text(cJSON *object, const char *name, const char *text)
{
    json_add(object, name, json_string(text));
}

void json_add_number(cJSON *object, const char *name, double number)
{
    json_add(object, name, made(cJSON_CreateNumber(number)));
}

void json_add_boolean(cJSON *object, const char *name, bool value)
{
    json_add(object, name, made(cJSON_CreateBool(value)));
}

void json_append(cJSON *list, cJSON *item)
{
    (void)cJSON_AddItemToArray(list, item); /* takes no memory */
}
