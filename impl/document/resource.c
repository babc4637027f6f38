/* Finds the resources of HcsModifyComputeSystem by their paths. Entry points: document_resource(), check_resource(). */
#include "base/command/suggest.h"
#include "check.h"
#include "base/text/identity.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_guid(const char *text, size_t size)
{
    char copy[GUID_TEXT];
    snprintf(copy, sizeof copy, "%.*s", (int)size, text);
    return size == GUID_TEXT - 1 && identity_is_guid(copy);
}

/* True if a segment of a path fits one of a pattern: {Identifier} takes any text, {Guid} a GUID, {UnsignedInt} a number
   up to maximum, 0: without limit. A number has one spelling, without zeros before it, since it is also the name under
   which the element is found. */
static bool segment_matches(const char *pattern, size_t length, const char *path, size_t size, unsigned maximum)
{
    if (pattern[0] != '{')
        return length == size && !memcmp(pattern, path, length);
    if (pattern[1] == 'G')
        return is_guid(path, size);
    if (pattern[1] != 'U')
        return size > 0;
    unsigned number = 0;
    for (size_t i = 0; i < size; i++) {
        if (!isdigit((unsigned char)path[i]) || number > 1000000)
            return false;
        number = number * 10 + (unsigned)(path[i] - '0');
    }
    return size > 0 && (size == 1 || *path != '0') && (!maximum || number <= maximum);
}

static bool path_matches(const struct spec_resource *resource, const char *path)
{
    for (const char *pattern = resource->path;;) {
        size_t length = strcspn(pattern, "/"), size = strcspn(path, "/");
        if (!segment_matches(pattern, length, path, size, resource->maximum) || !pattern[length] != !path[size])
            return false;
        if (!pattern[length])
            return true;
        pattern += length + 1;
        path += size + 1;
    }
}

int document_resource(const char *path)
{
    for (unsigned i = 0; i < spec_resource_count; i++)
        if (path_matches(&spec_resources[i], path))
            return (int)i;
    return -1;
}

/* --- for the validator: what the call will refuse --- */

enum { SEGMENTS = 64, SEGMENT_BYTES = 48 };

/* The names that are possible for one segment of a path. */
struct segments {
    char names[SEGMENTS][SEGMENT_BYTES];
    unsigned count;
};

static const char *next_segment(const void *context, unsigned i)
{
    const struct segments *segments = context;
    return i < segments->count ? segments->names[i] : NULL;
}

/* Returns the rest of a resource's pattern after the part that the first bytes of path match, or NULL if they don't. */
static const char *rest_of(const struct spec_resource *resource, const char *path, size_t bytes)
{
    const char *pattern = resource->path, *end = path + bytes;
    while (path < end) {
        size_t length = strcspn(pattern, "/"), size = strcspn(path, "/");
        if (!segment_matches(pattern, length, path, size, resource->maximum) || !pattern[length])
            return NULL;
        pattern += length + 1;
        path += size + 1;
    }
    return pattern;
}

static void list_segments(struct segments *segments, const char *path, size_t bytes)
{
    segments->count = 0;
    for (unsigned i = 0; i < spec_resource_count && segments->count < SEGMENTS; i++) {
        const char *rest = rest_of(&spec_resources[i], path, bytes);
        if (rest && *rest != '{')
            snprintf(segments->names[segments->count++], SEGMENT_BYTES, "%.*s", (int)strcspn(rest, "/"), rest);
    }
}

static bool has_segment(const struct segments *segments, const char *name)
{
    for (unsigned i = 0; i < segments->count; i++)
        if (!strcmp(segments->names[i], name))
            return true;
    return false;
}

/* Finds the first segment that no resource has at its place, and a similar one that some resource has there. Returns
   false if none is similar. */
static bool find_similar(const char *path, char wrong[SEGMENT_BYTES], char similar[SEGMENT_BYTES])
{
    struct segments segments;
    for (size_t start = 0, size;; start += size + 1) {
        size = strcspn(path + start, "/");
        snprintf(wrong, SEGMENT_BYTES, "%.*s", (int)size, path + start);
        list_segments(&segments, path, start);
        if (segments.count && !has_segment(&segments, wrong)) {
            const char *name = suggest_name(wrong, next_segment, &segments);
            snprintf(similar, SEGMENT_BYTES, "%s", name ? name : "");
            return name;
        }
        if (!path[start + size])
            return false;
    }
}

static bool has_zeros_before(const char *path)
{
    for (size_t size;; path += size + 1) {
        size = strcspn(path, "/");
        if (*path == '0' && size > 1 && strspn(path, "0123456789") == size)
            return true;
        if (!path[size])
            return false;
    }
}

static void unknown_path(struct check *check, const struct place *place, const char *path)
{
    char text[320], shown[128], wrong[SEGMENT_BYTES], similar[SEGMENT_BYTES] = "";
    report_copy(shown, sizeof shown, path);
    if (has_zeros_before(path))
        snprintf(text, sizeof text, "no resource has the path '%s': a number there has no zeros before it", shown);
    else if (find_similar(path, wrong, similar))
        snprintf(text, sizeof text, "no resource has the path '%s'; did you mean '%s' where '%s' stands?", shown,
            similar, wrong);
    else
        snprintf(text, sizeof text, "no resource has the path '%s'", shown);
    check_remark(check, place, &(struct remark){.decision = DECISION_UNKNOWN_PATH, .hint = similar, .text = text});
}

/* HCS-ROW: C-24 RequestType is optional */
bool document_request_fits(const struct spec_resource *resource, const char *type)
{
    if (!type)
        return true;
    return (resource->add && !strcmp(type, VALUE_ModifyRequestType_Add)) ||
           (resource->remove && !strcmp(type, VALUE_ModifyRequestType_Remove)) ||
           (resource->update && !strcmp(type, VALUE_ModifyRequestType_Update));
}

bool document_settings_read(const struct spec_resource *resource, const char *type)
{
    bool removal = type && !strcmp(type, VALUE_ModifyRequestType_Remove);
    return resource->settings != TYPE_Any && !(removal && (resource->ignored_on_remove || !resource->element));
}

/* HCS-ROW: S-16 an unknown path, or a request type that the path does not have, fails */
void check_resource(struct check *check, const struct place *place, const cJSON *const *members)
{
    const cJSON *path = members[ModifySettingRequest_ResourcePath];
    const char *type = cJSON_GetStringValue(members[ModifySettingRequest_RequestType]);
    if (!check->report || !check->options->people || !cJSON_IsString(path))
        return; /* the call itself refuses it, after its other checks */
    struct place below = {place, FIELD_ModifySettingRequest_ResourcePath, 0, path};
    int index = document_resource(path->valuestring);
    if (index < 0) {
        unknown_path(check, &below, path->valuestring);
        return;
    }
    const struct spec_resource *resource = &spec_resources[index];
    char text[256];
    if (!document_request_fits(resource, type)) {
        below =
            (struct place){place, FIELD_ModifySettingRequest_RequestType, 0, members[ModifySettingRequest_RequestType]};
        snprintf(text, sizeof text, "the resource does not support %s, only%s%s%s", type, resource->add ? " Add" : "",
            resource->remove ? " Remove" : "", resource->update ? " Update" : "");
        check_remark(check, &below, &(struct remark){.decision = DECISION_UNFIT_REQUEST, .text = text});
    } else if (document_settings_read(resource, type) && !members[ModifySettingRequest_Settings]) {
        below = (struct place){place, FIELD_ModifySettingRequest_Settings, 0, place->node};
        check_remark(check, &below,
            &(struct remark){.decision = DECISION_UNFIT_REQUEST, .text = "the member 'Settings' is required here"});
    }
}
