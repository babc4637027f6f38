/* The exports of the group Service. They are synchronous: no operation, no callback. computecore.h has HRESULTs,
   parameters and pages. HCS-ROW: V-15 */
#include "call.h"
#include "core/text/text.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

/* Sets *result to a UTF-16 copy of the text, or to NULL when out of memory, and frees the text. */
static void give(PWSTR *result, char *text)
{
    if (result && text)
        *result = text_to_utf16(text, strlen(text));
    free(text);
}

static HRESULT submit(
    enum request_kind kind, struct document *document, const struct document_text *text, PWSTR *result)
{
    CHECK(!core_is_held());
    struct request request = {.kind = kind, .document = document};
    if (text) {
        request.document_text = text->text;
        request.document_length = text->length;
    }
    HRESULT answer = call_alone(&request);
    bool wanted = SUCCEEDED(answer) && result && request.answer;
    give(result, FAILED(answer) && !request.answer ? error_document(answer, NULL, NULL) : request.answer);
    return wanted && !*result ? HCS_E_OPERATION_RESULT_ALLOCATION_FAILED : answer;
}

/* Checks the document, which may be absent if optional, submits the request and waits for it. */
static HRESULT serve(enum request_kind kind, PCWSTR text, enum spec_type type, bool optional, PWSTR *result)
{
    struct document document;
    struct document_text utf8;
    struct document_report report;
    if (result)
        *result = NULL;
    if (optional && document_is_absent(text))
        return submit(kind, NULL, NULL, result);
    HRESULT answer = call_parse(spec_requests[kind].function, text, type, &utf8, &document, &report);
    if (FAILED(answer)) {
        give(result, error_report_document(&report));
        document_text_free(&utf8);
        report_free(&report);
        return answer;
    }
    answer = submit(kind, &document, &utf8, result);
    document_free(&document);
    document_text_free(&utf8);
    report_free(&report);
    return answer;
}

/* HCS-ROW: V-01, V-02 */
HRESULT HcsGetServiceProperties(PCWSTR propertyQuery, PWSTR *result)
{
    if (!result)
        return E_INVALIDARG;
    return serve(REQUEST_GET_SERVICE_PROPERTIES, propertyQuery, TYPE_Service_PropertyQuery, true, result);
}

/* HCS-ROW: V-03 */
HRESULT HcsModifyServiceSettings(PCWSTR settings, PWSTR *result)
{
    return serve(REQUEST_MODIFY_SERVICE, settings, TYPE_ModificationRequest, false, result);
}

/* HCS-ROW: V-12 */
HRESULT HcsSubmitWerReport(PCWSTR settings)
{
    return serve(REQUEST_SUBMIT_CRASH_REPORT, settings, TYPE_CrashReport, false, NULL);
}
