/* HRESULTs in documents that people write. Entry point: document_hresult(). */
#include "base/text/format.h"
#include "document.h"
#include "spec_hresults.h"

/* HCS-ROW: F-17 hosts give HRESULTs that no header names. */
bool document_hresult(const cJSON *value, HRESULT *result)
{
    const char *text = cJSON_GetStringValue(value);
    const struct spec_hresult *known = text ? spec_hresult_named(text) : NULL;
    uint32_t code = 0;
    if (known)
        code = (uint32_t)known->value;
    else if (text) {
        if (!format_read_code(text, &code))
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
