/* Documents of the target against the schema version of its build. Entry points: expect_schema() and
   expect_event_schema(). */
#include "base/allocate.h"
#include "document/document.h"
#include "json.h"
#include "row.h"
#include "spec_hresults.h"
#include <string.h>

enum { MOST = 32 };

/* With strict every mistake counts. Another target's build may be newer than the schema: then only mistakes count that
   are wrong on every build. */
static bool counts(const struct fixture *fixture, const struct document_mistake *mistake)
{
    enum spec_decision decision = mistake->decision;
    if (fixture->strict)
        return mistake->refused || spec_decisions[decision].verdict == VERDICT_ERROR ||
               decision == DECISION_NEWER_MEMBER;
    return decision == DECISION_WRONG_TYPE || decision == DECISION_NOT_INTEGRAL || decision == DECISION_OUT_OF_RANGE;
}

/* True if a document is valid for its type. */
static bool fits(struct fixture *fixture, const char *text, enum spec_type type, const char *what)
{
    struct document document;
    struct document_report report;
    struct document_options options = {
        .minor = target_schema_minor(fixture->target), .people = fixture->strict, .limit = MOST};
    HRESULT result = document_check(text, strlen(text), type, &options, &document, &report);
    bool ok = true;
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    for (unsigned i = 0; i < report.count && ok; i++) {
        const struct document_mistake *mistake = &report.list[i];
        if (counts(fixture, mistake))
            ok = fail(fixture, "%s does not fit %s: %s: %s", what, spec_types[type].name, mistake->path, mistake->text);
    }
    if (SUCCEEDED(result))
        document_free(&document);
    report_free(&report);
    return ok;
}

/* An array of documents of one type. */
static bool elements_fit(struct fixture *fixture, const char *text, enum spec_type type, const char *what)
{
    const cJSON *item;
    cJSON *array = json_read(text);
    bool ok = cJSON_IsArray(array) || fail(fixture, "%s is no array", what);
    cJSON_ArrayForEach (item, array) {
        char *one = ok ? json_text(item) : NULL;
        if (one)
            ok = fits(fixture, one, type, what);
        free(one);
    }
    cJSON_Delete(array);
    return ok;
}

bool expect_schema(struct fixture *fixture)
{
    const struct spec_function *function = &spec_functions[fixture->function];
    const char *type = function->result_document;
    char name[96];
    bool hresult = !strcmp(function->result, "HRESULT");
    HRESULT code = (HRESULT)fixture->value < 0 || !fixture->has_result ? (HRESULT)fixture->value : fixture->result;
    if (!fixture->document || !*fixture->document || !hresult)
        return true;
    if (code < 0)
        return fits(fixture, fixture->document, TYPE_ResultError, "the error document");
    if (!type)
        return true;
    bool array = !strncmp(type, "array<", 6);
    size_t length = strcspn(type + (array ? 6 : 0), ">");
    if (length >= sizeof name)
        return true;
    memcpy(name, type + (array ? 6 : 0), length);
    name[length] = 0;
    enum spec_type known = document_type_named(name);
    if (known == TYPE_COUNT)
        return fail(fixture, "the result has the unknown type %s", name);
    return (array ? elements_fit : fits)(fixture, fixture->document, known, "the result");
}

static enum spec_type event_type(int event)
{
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        if (spec_enumerators[i].document && spec_enumerators[i].value == event)
            return document_type_named(spec_enumerators[i].document);
    return TYPE_COUNT;
}

bool expect_event_schema(struct fixture *fixture)
{
    bool ok = true;
    platform_lock(&fixture->lock);
    for (unsigned i = 0; i < fixture->record_count && ok; i++) {
        const struct record *record = &fixture->records[i];
        enum spec_type type = event_type(record->type);
        if (type != TYPE_COUNT && record->data && *record->data)
            ok = fits(fixture, record->data, type, "the document of the event");
    }
    platform_unlock(&fixture->lock);
    return ok;
}
