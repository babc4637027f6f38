/* Documents of clients. Entry point: document_parse(). */
#include "document.h"
#include "spec_hresults.h"
#include "base/text/utf16.h"
#include <stdlib.h>

static HRESULT refuse(struct document_report *report, HRESULT code, enum spec_decision decision, const char *what)
{
    report_single(report, code, decision, what, NULL, NULL);
    return code;
}

/* Reports the first unpaired surrogate with its line and column, counted as in text that can be converted. */
static HRESULT refuse_surrogate(PCWSTR text, struct document_report *report)
{
    refuse(report, HCS_E_INVALID_JSON, DECISION_BAD_ENCODING, "unpaired surrogate");
    unsigned line = 1, column = 1;
    for (;; text++) {
        bool high = (*text & 0xFC00) == 0xD800, pair = high && (text[1] & 0xFC00) == 0xDC00;
        if ((*text & 0xF800) == 0xD800 && !pair)
            break;
        text += pair;
        line += *text == '\n';
        column = *text == '\n' ? 1 : column + 1;
    }
    if (report->count) {
        report->list[0].line = line;
        report->list[0].column = column;
    }
    return report->code;
}

void document_text_free(struct document_text *utf8)
{
    if (utf8->text != utf8->inline_text)
        free(utf8->text);
    utf8->text = NULL;
}

HRESULT document_parse(PCWSTR text, enum spec_type type, const struct document_options *options,
    struct document_text *utf8, struct document *document, struct document_report *report)
{
    utf8->text = NULL;
    document->type = type;
    document->root = NULL;
    report_init(report);
    if (!text)
        return refuse(report, E_INVALIDARG, DECISION_MALFORMED, "a document is required");
    size_t length = utf16_length(text, JSON_BYTES);
    if (length > JSON_BYTES)
        return refuse(report, HCS_E_INVALID_JSON, DECISION_TOO_LARGE, "the document is larger than 16 MiB");
    utf8->text = length * 3 + 1 > sizeof utf8->inline_text ? malloc(length * 3 + 1) : utf8->inline_text;
    if (!utf8->text)
        return refuse(report, E_OUTOFMEMORY, DECISION_TOO_LARGE, "out of memory");
    ptrdiff_t bytes = utf16_to_utf8(text, length, utf8->text);
    if (bytes < 0)
        return refuse_surrogate(text, report);
    utf8->length = (size_t)bytes;
    return document_check(utf8->text, utf8->length, type, options, document, report);
}

bool document_is_absent(PCWSTR text)
{
    return !text || (text[0] == 'n' && text[1] == 'u' && text[2] == 'l' && text[3] == 'l' && !text[4]);
}
