/* Rows on parameters, made from the signatures and the schema. Entry point: rows_from_parameters(). */
#include "rows.h"
#include <stdio.h>
#include <string.h>

struct maker {
    const struct facts *facts;
    struct rows *rows;
    const struct fact_file *file;
    const char *function;
    const cJSON *parameter;
};

static bool is_handle(const char *type)
{
    return !strcmp(type, "HCS_OPERATION") || !strcmp(type, "HCS_SYSTEM") || !strcmp(type, "HCS_PROCESS");
}

static bool has_type(const cJSON *function, const char *type)
{
    return fact_find(fact_get(function, "parameters"), "type", type) != NULL;
}

/* Adds the steps that make the function's other arguments. */
void rows_arrange(cJSON *row, const cJSON *function)
{
    static const char *const systems[][2] = {{"HcsStartComputeSystem", "system:any/created"},
        {"HcsModifyComputeSystem", "system:vm/running"}, {"HcsPauseComputeSystem", "system:vm/running"},
        {"HcsCrashComputeSystem", "system:vm/running"}, {"HcsResumeComputeSystem", "system:vm/paused"},
        {"HcsSaveComputeSystem", "system:vm/paused"}, {"HcsCreateProcess", "system:container/running"},
        {"HcsOpenProcess", "system:container/running"}, {"HcsShutDownComputeSystem", "system:container/running"}};
    cJSON *arrange = cJSON_AddArrayToObject(row, "arrange");
    const char *name = fact_text(function, "name"), *system = "system:any/running";
    bool process = has_type(function, "HCS_PROCESS");
    if (!process && !has_type(function, "HCS_SYSTEM") && strcmp(name, "HcsOpenComputeSystem"))
        return;
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (!strcmp(name, systems[i][0]))
            system = systems[i][1];
    cJSON_AddItemToArray(arrange, cJSON_CreateString(process ? "system:container/running" : system));
    if (process)
        cJSON_AddItemToArray(arrange, cJSON_CreateString("process:running"));
}

/* Adds the capabilities of the host that these steps need. */
void rows_add_needs(cJSON *row, const cJSON *function)
{
    cJSON *needs = cJSON_AddArrayToObject(row, "needs");
    const cJSON *first = fact_get(row, "arrange")->child;
    const char *name = fact_text(function, "name");
    const char *need = !first                                ? strcmp(name, "HcsCreateComputeSystem") ? NULL : "system"
                       : strstr(first->valuestring, ":vm/")  ? "virtual-machine"
                       : strstr(first->valuestring, ":any/") ? "system"
                                                             : "container";
    if (need)
        cJSON_AddItemToArray(needs, cJSON_CreateString(need));
    if (need && !strcmp(need, "container") && strcmp(name, "HcsShutDownComputeSystem"))
        cJSON_AddItemToArray(needs, cJSON_CreateString("guest-process"));
}

/* Starts a row; the caller adds the argument and the expectations. */
static cJSON *begin(const struct maker *m, const char *what, const char *strength, const char *rule, bool hazard,
    const char *value, cJSON **expect)
{
    char id[192];
    cJSON *row = cJSON_CreateObject();
    const cJSON *function = m->file->root;
    snprintf(id, sizeof id, "%s.parameter.%s.%s", m->function, fact_text(m->parameter, "name"), what);
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", strength);
    cJSON_AddStringToObject(row, "rule", rule);
    if (hazard)
        cJSON_AddTrueToObject(row, "hazard");
    rows_arrange(row, function);
    rows_add_needs(row, function);
    cJSON *arguments = cJSON_AddObjectToObject(cJSON_AddObjectToObject(row, "call"), m->function);
    cJSON_AddStringToObject(arguments, fact_text(m->parameter, "name"), value);
    *expect = cJSON_AddObjectToObject(row, "expect");
    return row;
}

/* Of a call that is refused for this argument alone: what its other arguments would take is not made. */
static void make_nothing(cJSON *row)
{
    if (!fact_get(row, "arrange")->child)
        return;
    cJSON_ReplaceItemInObjectCaseSensitive(row, "arrange", cJSON_CreateArray());
    cJSON_ReplaceItemInObjectCaseSensitive(row, "needs", cJSON_CreateArray());
}

static void finish(const struct maker *m, cJSON *row)
{
    rows_add(m->rows, m->file, m->parameter, row);
}

static void expect_codes(cJSON *expect, const char *key, const char *const *codes, const char *strict)
{
    cJSON *array = cJSON_AddArrayToObject(expect, key);
    for (; *codes; codes++)
        cJSON_AddItemToArray(array, cJSON_CreateString(*codes));
    cJSON_AddStringToObject(expect, "strict", strict);
}

static void add_handle_rows(const struct maker *m)
{
    static const char *const what[][3] = {{"null", "NULL", "H-06"}, {"stale", "stale", "H-03"},
        {"forged", "forged", "H-03"}, {"wrong-kind", "wrong-kind", "H-01"}};
    const char *result = fact_text(m->file->root, "return");
    for (int i = 0; i < 4; i++) {
        cJSON *expect, *row = begin(m, what[i][0], "unspecified", what[i][2], true, what[i][1], &expect);
        const char *codes[] = {i ? "E_HANDLE" : "E_INVALIDARG", NULL};
        if (strcmp(what[i][0], "stale") && strcmp(fact_text(m->parameter, "type"), "HCS_OPERATION"))
            make_nothing(row);
        if (!strcmp(result, "HRESULT") && !strcmp(m->function, "HcsCancelOperation")) {
            const char *cancel[] = {"E_NOTIMPL", codes[0], NULL};
            expect_codes(expect, "return", cancel, codes[0]);
        } else if (!strcmp(result, "HRESULT"))
            expect_codes(expect, "return", codes, codes[0]);
        else if (!strcmp(result, "HCS_OPERATION_TYPE"))
            cJSON_AddStringToObject(expect, "value", "HcsOperationTypeNone");
        else if (!strcmp(result, "UINT64"))
            cJSON_AddStringToObject(expect, "value", "HCS_INVALID_OPERATION_ID");
        else if (strcmp(result, "void"))
            cJSON_AddStringToObject(expect, "value", "NULL");
        finish(m, row);
    }
}

static const char *const malformed_codes[] = {"HCS_E_INVALID_JSON", "HRESULT_ERROR_INVALID_DATA", NULL};
static const char *const document_codes[] = {"HCS_E_INVALID_JSON", "HRESULT_ERROR_INVALID_DATA", "E_INVALIDARG", NULL};

static void add_malformed_rows(const struct maker *m)
{
    static const char *const texts[][3] = {{"malformed", "text:{", "J-01"}, {"not-json", "text:hello", "J-01"},
        {"array", "text:[]", "J-09"}, {"trailing-text", "text:{} x", "J-03"}, {"comment", "text:{/*x*/}", "J-03"},
        {"single-quotes", "text:{'Owner':'x'}", "J-03"}, {"byte-order-mark", "generated:byte-order-mark", "J-02"},
        {"unpaired-surrogate", "generated:unpaired-surrogate", "J-01"}, {"too-deep", "generated:too-deep", "J-01"},
        {"too-large", "generated:too-large", "J-01"}, {"escaped-nul", "generated:escaped-nul", "J-01"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *strength =
            !strcmp(texts[i][2], "J-03") || !strcmp(texts[i][2], "J-09") || i > 6 ? "unspecified" : "observed";
        cJSON *expect, *row = begin(m, texts[i][0], strength, texts[i][2], false, texts[i][1], &expect);
        expect_codes(expect, "either", i ? document_codes : malformed_codes, "HCS_E_INVALID_JSON");
        if (rows_gives_document(m->file->root))
            cJSON_AddStringToObject(expect, "error", "document");
        finish(m, row);
    }
}

static bool is_optional(const cJSON *parameter)
{
    const char *annotation = fact_text(parameter, "annotation");
    return annotation && strstr(annotation, "opt");
}

static void add_document_rows(const struct maker *m, const char *type)
{
    static const char *const nothing[] = {"S_OK", "HCS_E_INVALID_JSON", "HRESULT_ERROR_INVALID_DATA", NULL};
    static const char *const missing[] = {"E_INVALIDARG", "HCS_E_INVALID_JSON", "HRESULT_ERROR_INVALID_DATA", NULL};
    cJSON *expect, *row;
    if (is_optional(m->parameter)) {
        row = begin(m, "null", "observed", "J-04", false, "NULL", &expect);
        cJSON_AddStringToObject(expect, "either", "S_OK");
        finish(m, row);
        bool query = strstr(type, "Query") || !strcmp(type, "ProcessStatus");
        row = begin(m, "empty", "observed", "J-04", false, "text:", &expect);
        expect_codes(expect, "either", nothing, query ? "HCS_E_INVALID_JSON" : "S_OK");
        finish(m, row);
    } else {
        row = begin(m, "missing", "unspecified", "J-11", true, "NULL", &expect);
        expect_codes(expect, "either", missing, "E_INVALIDARG");
        finish(m, row);
        row = begin(m, "empty", "observed", "J-04", false, "text:", &expect);
        expect_codes(expect, "either", document_codes, "HCS_E_INVALID_JSON");
        finish(m, row);
    }
    add_malformed_rows(m);
}

static void add_reserved_rows(const struct maker *m)
{
    const char *type = fact_text(m->parameter, "type"), *must = fact_text(m->parameter, "mustBe");
    static const char *const codes[] = {"E_INVALIDARG", "S_OK", "E_ACCESSDENIED", NULL};
    cJSON *expect, *row;
    if (!strcmp(must, "GENERIC_ALL")) {
        row = begin(m, "generic-read", "observed", "H-09", false, "2147483648", &expect);
        cJSON_AddStringToObject(expect, "return", "E_INVALIDARG");
        finish(m, row);
    } else if (!strcmp(type, "PCWSTR")) {
        static const char *const texts[][2] = {{"empty", "text:"}, {"empty-object", "text:{}"}};
        for (int i = 0; i < 2; i++) {
            row = begin(m, texts[i][0], "observed", "O-32", false, texts[i][1], &expect);
            cJSON_AddStringToObject(expect, "return", "S_OK");
            finish(m, row);
        }
    } else {
        row = begin(m, "not-null", "unspecified", "P-13", true, "forged", &expect);
        expect_codes(expect, "either", codes, "E_INVALIDARG");
        finish(m, row);
    }
}

static void add_out_rows(const struct maker *m)
{
    static const char *const codes[] = {"E_INVALIDARG", "E_POINTER", NULL};
    cJSON *expect, *row = begin(m, "null", "unspecified", "H-05", true, "NULL", &expect);
    expect_codes(expect, "either", codes, "E_INVALIDARG");
    finish(m, row);
}

static void add_id_rows(const struct maker *m)
{
    static const char *const ids[][2] = {{"null", "NULL"}, {"empty", "text:"}, {"too-long", "generated:id-257"},
        {"control-character", "generated:id-control"}, {"unpaired-surrogate", "generated:unpaired-surrogate"}};
    static const char *const codes[] = {"E_INVALIDARG", "HCS_E_INVALID_JSON", "HCS_E_SYSTEM_NOT_FOUND", NULL};
    for (int i = 0; i < 5; i++) {
        cJSON *expect, *row = begin(m, ids[i][0], "unspecified", "H-08", true, ids[i][1], &expect);
        make_nothing(row);
        expect_codes(expect, "either", codes, "E_INVALIDARG");
        finish(m, row);
    }
}

/* Paths of files, and the virtual machines that may open them. */
static void add_file_rows(const struct maker *m, bool is_path)
{
    static const char *const texts[][2] = {{"null", "NULL"}, {"empty", "text:"}, {"too-long", "generated:path-32768"},
        {"control-character", "generated:id-control"}, {"unpaired-surrogate", "generated:unpaired-surrogate"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool long_id = i == 2 && !is_path;
        cJSON *expect, *row = begin(m, texts[i][0], "unspecified", is_path ? "V-06" : "V-07", true,
                           long_id ? "generated:id-257" : texts[i][1], &expect);
        cJSON_AddStringToObject(expect, "return", "failure");
        cJSON_AddStringToObject(expect, "strict", "E_INVALIDARG");
        finish(m, row);
    }
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);
    return (length > 4 && !strcmp(name + length - 4, "Path")) || !strcmp(name, "RuntimeFileName");
}

static void add_parameter(const struct maker *m)
{
    const char *type = fact_text(m->parameter, "type"), *name = fact_text(m->parameter, "name");
    const char *annotation = fact_text(m->parameter, "annotation"), *document = fact_text(m->parameter, "document");
    bool out = annotation && strstr(annotation, "_Out");
    if (is_handle(type))
        add_handle_rows(m);
    else if (fact_text(m->parameter, "mustBe"))
        add_reserved_rows(m);
    else if (out && !is_optional(m->parameter))
        add_out_rows(m);
    else if (!out && document)
        add_document_rows(m, document);
    else if (!strcmp(name, "id"))
        add_id_rows(m);
    else if (!strcmp(type, "PCWSTR") && (!strcmp(name, "vmId") || is_path(name)))
        add_file_rows(m, is_path(name));
}

/* Adds a row for each function that is exported but only returns E_NOTIMPL; the suite reports it as not-implemented. */
static void add_unimplemented(const struct facts *facts, struct rows *rows, const struct fact_file *file)
{
    (void)facts;
    const cJSON *root = file->root;
    char id[128];
    cJSON *row = cJSON_CreateObject();
    snprintf(id, sizeof id, "%s.implemented", fact_text(root, "name"));
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", fact_true(root, "documented") ? "documented" : "unspecified");
    cJSON_AddTrueToObject(row, "hazard");
    if (has_type(root, "HCS_SYSTEM")) {
        static const char *const need = "virtual-machine", *const running = "system:vm/running";
        cJSON_AddItemToObject(row, "needs", cJSON_CreateStringArray(&need, 1));
        cJSON_AddItemToObject(row, "arrange", cJSON_CreateStringArray(&running, 1));
    }
    cJSON *arguments = cJSON_AddObjectToObject(cJSON_AddObjectToObject(row, "call"), fact_text(root, "name"));
    const cJSON *parameter;
    cJSON_ArrayForEach (parameter, fact_get(root, "parameters"))
        if (!strcmp(fact_text(parameter, "type"), "PCWSTR"))
            cJSON_AddStringToObject(arguments, fact_text(parameter, "name"),
                strcmp(fact_text(parameter, "name"), "propertyQuery") ? "text:no such thing" : "NULL");
    bool hresult = !strcmp(fact_text(root, "return"), "HRESULT");
    cJSON_AddStringToObject(
        cJSON_AddObjectToObject(row, "expect"), hresult ? "return" : "value", hresult ? "implemented" : "nonzero");
    rows_add(rows, file, root, row);
}

void rows_from_parameters(const struct facts *facts, struct rows *rows)
{
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *root = facts->functions[i].root;
        if (!facts_is_exported(root))
            continue;
        if (!fact_true(root, "implemented")) {
            add_unimplemented(facts, rows, &facts->functions[i]);
            continue;
        }
        struct maker m = {facts, rows, &facts->functions[i], fact_text(root, "name"), NULL};
        cJSON_ArrayForEach (m.parameter, fact_get(root, "parameters"))
            add_parameter(&m);
    }
}
