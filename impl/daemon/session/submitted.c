/* Checks of submitted requests. Entry points: submitted_read(), submitted_fits(). */
#include "base/text/utf8.h"
#include "submitted.h"
#include "base/text/json_scan.h"
#include <string.h>

enum { ID_UNITS = 256, PATH_UNITS = 32767 };

bool submitted_read(const struct message *message, struct wire_submit *submit)
{
    if (!message->id || !message->text || message->length < sizeof *submit)
        return false;
    memcpy(submit, message->text, sizeof *submit);
    const char *id = message->text + sizeof *submit;
    uint64_t length = sizeof *submit + (uint64_t)submit->id_length + 1 + submit->document_length + 1;
    return length == message->length && submit->request < REQUEST_KINDS && submit->type < TYPE_COUNT &&
           strlen(id) == submit->id_length && strlen(id + submit->id_length + 1) == submit->document_length;
}

/* 1 to that many UTF-16 units, none of them a control character. */
static bool is_printable(const char *id, size_t length, size_t most)
{
    size_t units = 0;
    if (utf8_invalid(id, length))
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)id[i];
        bool starts = (byte & 0xC0) != 0x80, wide = byte >= 0xF0; /* a surrogate pair */
        if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && (unsigned char)id[i + 1] < 0xA0))
            return false;
        units += starts + wide;
    }
    return units >= 1 && units <= most;
}

bool submitted_fits(const struct wire_submit *submit, const char *id)
{
    const struct spec_request *kind = &spec_requests[submit->request];
    bool makes = submit->request == REQUEST_CREATE_SYSTEM || submit->request == REQUEST_OPEN_SYSTEM;
    bool named = makes || submit->request == REQUEST_GRANT_VM || submit->request == REQUEST_REVOKE_VM;
    const char *path = id + submit->id_length + 1;
    enum spec_type type = kind->document == TYPE_Any ? TYPE_ShutdownOptions : kind->document; /* as reserved options */
    if (kind->makes && (submit->process || (makes && submit->system)))
        return false; /* what the call makes is its target */
    if (submit->has & WIRE_HAS_ID ? !named || !is_printable(id, submit->id_length, ID_UNITS) : named)
        return false;
    if (kind->about == ABOUT_FILE)
        return (submit->has & (WIRE_HAS_PATH | WIRE_HAS_DOCUMENT)) == WIRE_HAS_PATH &&
               is_printable(path, submit->document_length, PATH_UNITS);
    if (submit->has & WIRE_HAS_PATH)
        return false;
    return submit->has & WIRE_HAS_DOCUMENT ? submit->type == type : !kind->needs_document;
}

bool submitted_has_target(const struct request *request)
{
    const struct spec_request *kind = &spec_requests[request->kind];
    if (request->kind == REQUEST_CREATE_SYSTEM || request->kind == REQUEST_OPEN_SYSTEM ||
        kind->about == ABOUT_SERVICE || kind->about == ABOUT_FILE)
        return true;
    return kind->about == ABOUT_PROCESS && !kind->makes ? request->process != NULL : request->system != NULL;
}
