/* HRESULTs in documents that people write. Entry point: document_hresult(). */
#include "document.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { CODE_DIGITS = 8 };

static bool read_digits(const char *text, uint32_t *code)
{
    size_t digits = strspn(text, "0123456789abcdefABCDEF");
    if (!digits || digits > CODE_DIGITS || text[digits])
        return false;
    *code = (uint32_t)strtoul(text, NULL, 16);
    return true;
}

/* HCS-ROW: F-17 hosts give HRESULTs that no header names. */
bool document_hresult(const cJSON *value, HRESULT *result)
{
    const char *text = cJSON_GetStringValue(value);
    const struct spec_hresult *known = text ? spec_hresult_named(text) : NULL;
    uint32_t code = 0;
    if (known)
        code = (uint32_t)known->value;
    else if (text) {
        if (strncmp(text, "0x", 2) || !read_digits(text + 2, &code))
            return false;
    } else {
        double number = cJSON_IsNumber(value) ? value->valuedouble : -DOCUMENT_EXACT;
        if (number < INT32_MIN || number > UINT32_MAX || number != (double)(int64_t)number)
            return false;
        code = (uint32_t)(int64_t)number;
    }
    if (SUCCEEDED((HRESULT)code))
        return false;
    *result = (HRESULT)code;
    return true;
}
