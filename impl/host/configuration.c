/* Configurations of systems. Entry points: configuration_keep(), configuration_modify(), configuration_find(). */
#include "configuration.h"
#include "base/check.h"
#include "base/text/identity.h"
#include "base/text/json_writer.h"
#include "document/tree.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT = 256, FRACTION = 40, LONGEST = 64 << 10 /* a longer text is kept as a tree at once */ };

struct configuration {
    cJSON *tree; /* NULL: not read yet */
    char text[]; /* of the tree, when it was made */
};

struct configuration *configuration_keep(const cJSON *root)
{
    struct writer writer = {.text.limit = LONGEST};
    configuration_write(&writer, NULL, root);
    char *text = writer_finish(&writer);
    size_t size = text ? strlen(text) + 1 : 0;
    cJSON *tree = text ? NULL : cJSON_Duplicate(root, true);
    struct configuration *configuration = text || tree ? malloc(sizeof *configuration + size) : NULL;
    if (configuration) {
        configuration->tree = tree;
        memcpy(configuration->text, text ? text : "", size);
    } else {
        cJSON_Delete(tree);
    }
    free(text);
    return configuration;
}

cJSON *configuration_tree(struct configuration *configuration)
{
    if (configuration->tree)
        return configuration->tree;
    size_t length = strlen(configuration->text);
    struct json_fault fault = json_scan(configuration->text, length);
    CHECK(!fault.place); /* it was written from a tree */
    if (fault.place)
        return NULL;
    cJSON *block = tree_build(configuration->text, length, fault.values);
    configuration->tree = block ? cJSON_Duplicate(block, true) : NULL; /* of nodes that can be changed */
    free(block);
    return configuration->tree;
}

void configuration_free(struct configuration *configuration)
{
    if (configuration)
        cJSON_Delete(configuration->tree);
    free(configuration);
}

/* Copies the next segment of a path and moves the path on. Returns false at its end, or if the segment is too long for
   a name. */
static bool next_segment(const char **path, char segment[SEGMENT])
{
    size_t length = strcspn(*path, "/");
    if (!length || length >= SEGMENT)
        return false;
    memcpy(segment, *path, length);
    segment[length] = 0;
    *path += length + ((*path)[length] == '/');
    return true;
}

/* HCS-ROW: F-04 GUIDs are values, other names are texts */
static bool same_name(const char *a, const char *b)
{
    return identity_is_guid(a) ? identity_same(a, b) : !strcmp(a, b);
}

static cJSON *member(const cJSON *object, const char *name)
{
    cJSON *item, *found = NULL;
    if (!cJSON_IsObject(object))
        return NULL;
    cJSON_ArrayForEach (item, object)
        if (same_name(item->string, name))
            found = item;
    return found;
}

const cJSON *configuration_find(const cJSON *root, const char *path)
{
    char segment[SEGMENT];
    while (root && *path)
        root = next_segment(&path, segment) ? member(root, segment) : NULL;
    return cJSON_IsNull(root) ? NULL : root;
}

static const cJSON *first_in(const cJSON *parent)
{
    return parent ? parent->child : NULL;
}

bool configuration_next_disk(struct configuration *configuration, struct configuration_disk *disk)
{
    static const char path[] =
        FIELD_ComputeSystem_VirtualMachine "/" FIELD_VirtualMachine_Devices "/" FIELD_Devices_Scsi;
    const cJSON *scsi = disk->scsi, *attachment = disk->attachment ? disk->attachment->next : NULL;
    if (!scsi) {
        scsi = first_in(configuration_find(configuration_tree(configuration), path));
        attachment = first_in(document_member(scsi, FIELD_Scsi_Attachments));
    }
    while (scsi && !document_text(attachment, FIELD_Attachment_Path)) {
        scsi = attachment ? scsi : scsi->next;
        attachment = attachment ? attachment->next : first_in(document_member(scsi, FIELD_Scsi_Attachments));
    }
    if (!scsi)
        return false;
    *disk = (struct configuration_disk){.path = document_text(attachment, FIELD_Attachment_Path),
        .controller = scsi->string,
        .scsi = scsi,
        .attachment = attachment};
    return true;
}

const char *configuration_file_of_disk(const cJSON *attachment)
{
    const char *type = document_text(attachment, FIELD_Attachment_Type);
    bool of_host = type && !strcmp(type, VALUE_AttachmentType_PassThru);
    const char *path = document_text(attachment, FIELD_Attachment_Path);
    return of_host || !path || !*path ? NULL : path;
}

/* As few digits as give the number again. Where the locale has its decimal point, JSON has a full stop. */
static void print_fraction(double number, char text[FRACTION])
{
    snprintf(text, FRACTION, "%.15g", number);
    if (strtod(text, NULL) != number)
        snprintf(text, FRACTION, "%.17g", number);
    size_t digits = strspn(text, "-0123456789"), rest = digits + strcspn(text + digits, "0123456789e");
    if (rest > digits) {
        text[digits] = '.';
        memmove(text + digits + 1, text + rest, strlen(text + rest) + 1);
    }
}

static void write_number(struct writer *writer, const char *name, const cJSON *value)
{
    char text[FRACTION];
    double number = value->valuedouble;
    if (value->valuestring) { /* the digits, if a double can't hold the number exactly */
        writer_literal(writer, name, value->valuestring);
    } else if (number > -DOCUMENT_EXACT && number < DOCUMENT_EXACT && number == (double)(int64_t)number) {
        writer_integer(writer, name, (int64_t)number);
    } else {
        print_fraction(number, text);
        writer_literal(writer, name, text);
    }
}

void configuration_write(struct writer *writer, const char *name, const cJSON *value)
{
    const cJSON *item;
    if (cJSON_IsString(value)) {
        writer_string(writer, name, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        write_number(writer, name, value);
    } else if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
        writer_open(writer, name, cJSON_IsObject(value) ? '{' : '[');
        cJSON_ArrayForEach (item, value)
            configuration_write(writer, cJSON_IsObject(value) ? item->string : NULL, item);
        writer_close(writer, cJSON_IsObject(value) ? '}' : ']');
    } else
        writer_literal(writer, name, cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : "null");
}

char *configuration_text(const cJSON *value)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    configuration_write(&writer, NULL, value);
    return writer_finish(&writer);
}

void modification_free(struct modification *modification)
{
    if (!modification)
        return;
    cJSON_Delete(modification->settings);
    free(modification->path);
    free(modification);
}

/* --- changes --- */

/* Removes all members of that name except kept, which may be NULL. */
static void drop_others(cJSON *object, const char *name, const cJSON *kept)
{
    cJSON *item = object->child;
    while (item) {
        cJSON *other = item;
        item = item->next;
        if (other != kept && same_name(other->string, name))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, other));
    }
}

/* Replaces all members of that name by one item, which it takes over. Returns false, with nothing changed, when out of
   memory. */
static bool put(cJSON *object, const char *name, cJSON *item)
{
    if (!cJSON_AddItemToObject(object, name, item)) {
        cJSON_Delete(item);
        return false;
    }
    drop_others(object, name, item);
    return true;
}

cJSON *configuration_element(cJSON *list, const char *key, const char *text)
{
    cJSON *item, *found = NULL;
    cJSON_ArrayForEach (item, list) {
        const char *own = cJSON_GetStringValue(member(item, key));
        if (own && text && same_name(own, text))
            found = item;
    }
    return found;
}

static bool same_port(const cJSON *share, const cJSON *settings)
{
    const cJSON *own = member(share, FIELD_Plan9Share_Port), *wanted = member(settings, FIELD_Plan9Share_Port);
    return !wanted || (own && own->valuedouble <= wanted->valuedouble && own->valuedouble >= wanted->valuedouble);
}

/* HCS-ROW: F-24 returns the share that a client names only by its access name and port, or NULL */
static cJSON *share_accessed(cJSON *list, const cJSON *settings)
{
    const char *wanted = cJSON_GetStringValue(member(settings, FIELD_Plan9Share_AccessName));
    cJSON *item, *found = NULL;
    cJSON_ArrayForEach (item, list) {
        const char *own = cJSON_GetStringValue(member(item, FIELD_Plan9Share_AccessName));
        if (own && wanted && !strcmp(own, wanted) && same_port(item, settings))
            found = item;
    }
    return found;
}

/* Changes one element of a list such as Shares; its member key has the name. */
static HRESULT modify_list(cJSON *holder, const char *name, const char *key, struct modification *modification)
{
    const char *wanted = cJSON_GetStringValue(member(modification->settings, key));
    cJSON *list = member(holder, name), *element = configuration_element(list, key, wanted);
    bool named = wanted && *wanted, shares = modification->resource == RESOURCE_VirtualMachine_Devices_Plan9_Shares;
    if (!named && shares && modification->request == 'R')
        element = share_accessed(list, modification->settings);
    else if (!wanted)
        return HRESULT_ERROR_NOT_FOUND;
    if (element && modification->request == 'A')
        return HRESULT_ERROR_OBJECT_ALREADY_EXISTS;
    if (!element && modification->request && modification->request != 'A')
        return HRESULT_ERROR_NOT_FOUND;
    if (modification->request == 'R') {
        cJSON_Delete(cJSON_DetachItemViaPointer(list, element));
        return S_OK;
    }
    if (!cJSON_IsArray(list)) {
        list = cJSON_CreateArray();
        if (!put(holder, name, list))
            return E_OUTOFMEMORY;
    }
    if (element)
        cJSON_ReplaceItemViaPointer(list, element, modification->settings);
    else
        cJSON_AddItemToArray(list, modification->settings);
    modification->settings = NULL;
    return S_OK;
}

/* Members of the settings replace those of the target. */
static HRESULT update_members(cJSON *target, struct modification *modification)
{
    while (modification->settings->child) {
        cJSON *item = cJSON_DetachItemViaPointer(modification->settings, modification->settings->child);
        (void)cJSON_AddItemToArray(target, item); /* keeps the item's name, so needs no memory and can't fail */
        drop_others(target, item->string, item);
    }
    return S_OK;
}

static bool has_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(member(object, name));
    return text && *text;
}

/* HCS-ROW: F-26 an update that disables a service and gives it no descriptor removes it */
static bool removes_service(const struct modification *modification)
{
    const cJSON *settings = modification->settings;
    return modification->resource == RESOURCE_VirtualMachine_Devices_HvSocket_HvSocketConfig_ServiceTable__Guid_ &&
           cJSON_IsTrue(member(settings, KNOWN_HvSocketServiceConfig_Disabled)) &&
           !has_text(settings, FIELD_HvSocketServiceConfig_BindSecurityDescriptor) &&
           !has_text(settings, FIELD_HvSocketServiceConfig_ConnectSecurityDescriptor);
}

/* keyed: the client's path names the member, so it must exist to be updated, unless that adds it, and must not exist to
   be added. */
static HRESULT modify_member(cJSON *holder, const char *name, bool keyed, struct modification *modification)
{
    cJSON *value = member(holder, name);
    bool there = value && !cJSON_IsNull(value);
    if (modification->request == 'R' || (there && removes_service(modification))) {
        drop_others(holder, name, NULL);
        return there ? S_OK : HRESULT_ERROR_NOT_FOUND;
    }
    if (keyed && there && modification->request == 'A')
        return HRESULT_ERROR_OBJECT_ALREADY_EXISTS;
    if (keyed && !there && modification->request == 'U' && !spec_resources[modification->resource].update_adds)
        return HRESULT_ERROR_NOT_FOUND;
    if (there && cJSON_IsObject(value) && cJSON_IsObject(modification->settings))
        return update_members(value, modification);
    cJSON *settings = modification->settings ? modification->settings : cJSON_CreateObject();
    modification->settings = NULL;
    return put(holder, name, settings) ? S_OK : E_OUTOFMEMORY;
}

/* Moves *holder to its member of that name. A member that is missing is created, or is an error if keyed: the client's
   path then names it. */
static HRESULT enter(cJSON **holder, const char *name, bool keyed)
{
    cJSON *value = member(*holder, name);
    if (!cJSON_IsObject(value) && !keyed) {
        value = cJSON_CreateObject();
        if (!put(*holder, name, value))
            return E_OUTOFMEMORY;
    }
    *holder = value;
    return value ? S_OK : HRESULT_ERROR_NOT_FOUND;
}

HRESULT configuration_modify(cJSON *root, struct modification *modification)
{
    const struct spec_resource *resource = &spec_resources[modification->resource];
    const char *path = modification->path, *pattern = resource->path;
    char segment[SEGMENT], kind[SEGMENT];
    HRESULT result = root ? S_OK : HRESULT_ERROR_NOT_FOUND;
    while (SUCCEEDED(result) && next_segment(&path, segment) && next_segment(&pattern, kind)) {
        bool keyed = kind[0] == '{';
        if (!*path)
            return resource->element ? modify_list(root, segment, resource->element, modification)
                                     : modify_member(root, segment, keyed, modification);
        result = enter(&root, segment, keyed);
    }
    return FAILED(result) ? result : HRESULT_ERROR_NOT_FOUND;
}
