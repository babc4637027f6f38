/* Checks of submitted requests. Entry points: submitted_read(), submitted_fits(). */
#include "base/text/utf8.h"
#include "submitted.h"
#include "base/text/json_scan.h"
#include <string.h>

enum { ID_UNITS = 256 };

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

/* 1 to 256 UTF-16 units, none of them a control character. */
static bool is_id(const char *id, size_t length)
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
    return units >= 1 && units <= ID_UNITS;
}

bool submitted_fits(const struct wire_submit *submit, const char *id)
{
    const struct spec_request *kind = &spec_requests[submit->request];
    bool named = submit->request == REQUEST_CREATE_SYSTEM || submit->request == REQUEST_OPEN_SYSTEM;
    enum spec_type type = kind->document == TYPE_Any ? TYPE_ShutdownOptions : kind->document; /* as reserved options */
    if (kind->makes && (submit->process || (named && submit->system)))
        return false; /* what the call makes is its target */
    if (submit->has & WIRE_HAS_ID ? !named || !is_id(id, submit->id_length) : named)
        return false;
    return submit->has & WIRE_HAS_DOCUMENT ? submit->type == type : !kind->needs_document;
}

bool submitted_has_target(const struct request *request)
{
    const struct spec_request *kind = &spec_requests[request->kind];
    if (request->kind == REQUEST_CREATE_SYSTEM || request->kind == REQUEST_OPEN_SYSTEM || kind->about == ABOUT_SERVICE)
        return true;
    return kind->about == ABOUT_PROCESS && !kind->makes ? request->process != NULL : request->system != NULL;
}
