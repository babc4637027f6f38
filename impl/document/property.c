/* The properties of systems and of the service. Entry points: document_has_property(), document_may_ask(). */
#include "document.h"
#include <string.h>

static bool has_value(enum spec_type type, const char *name)
{
    const struct spec_type_info *info = &spec_types[type];
    int i = 0;
    while (i < info->count && strcmp(info->values[i].name, name) != 0)
        i++;
    return i < info->count;
}

static bool is_sent(enum spec_type type, const char *name)
{
    const char *const *known = spec_types[type].known;
    while (known && *known && strcmp(*known, name) != 0)
        known++;
    return known && *known;
}

/* HCS-ROW: Q-07 Basic is in queries of systems, and in no answer */
bool document_has_property(bool of_system, const char *name)
{
    if (of_system)
        return has_value(TYPE_System_PropertyType, name) && strcmp(name, VALUE_System_PropertyType_Basic) != 0;
    return has_value(TYPE_GetPropertyType, name) || has_value(TYPE_ServicePropertyOfClients, name);
}

/* HCS-ROW: F-12 names that clients send; D-43 since schema 2.5 the path of a resource, too */
bool document_may_ask(bool of_system, const char *name)
{
    enum spec_type type = of_system ? TYPE_System_PropertyType : TYPE_GetPropertyType;
    return has_value(type, name) || is_sent(type, name) || document_has_property(of_system, name) ||
           (of_system && strchr(name, '/'));
}
