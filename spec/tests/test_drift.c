/* Drift of the documentation: a checkout is written from the facts, with the traps that the real one has; it must show
   no drift, and each change in it must show as what it is, with page and line. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], said[1 << 20];

#define REFERENCE "docs/virtualization/api/hcs/Reference/"
#define OVERVIEW "docs/virtualization/api/hcs/Overview.md"

static int run(const char *command)
{
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    size_t length = fread(said, 1, sizeof said - 1, pipe);
    said[length] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char *text = calloc(1, 1 << 20);
    text[fread(text, 1, (1 << 20) - 1, file)] = 0;
    fclose(file);
    return text;
}

static cJSON *read_json(const char *path)
{
    char full[512];
    snprintf(full, sizeof full, ROOT "/%s", path);
    char *text = read_text(full);
    cJSON *root = cJSON_Parse(text);
    free(text);
    cr_assert_not_null(root, "%s", path);
    return root;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : "";
}

static FILE *create(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    return file;
}

/* --- pages made from the facts --- */

static void write_results(FILE *file, const char *title, const cJSON *rows)
{
    const cJSON *row;
    fprintf(file, "## %s\n\nSee [the codes](./HCSHResult.md).\n\n", title);
    if (!rows)
        return;
    fprintf(file, "| Value | Description |\n| -- | -- |\n");
    cJSON_ArrayForEach (row, rows)
        fprintf(file, "| `%s` | Row %d of %s with a [link](./x.md), **marks** and a \\| bar. |\n", text_of(row, "code"),
            (int)cJSON_GetObjectItemCaseSensitive(row, "row")->valuedouble, title);
    fprintf(file, "\n");
}

/* HcsCreateOperation's page leaves a comma out. */
static void write_syntax(FILE *file, const cJSON *function)
{
    const cJSON *parameter;
    bool comma = strcmp(text_of(function, "name"), "HcsCreateOperation") != 0;
    fprintf(file, "## Syntax\n\n```cpp\n%s WINAPI\n%s(\n", text_of(function, "return"), text_of(function, "name"));
    cJSON_ArrayForEach (parameter, cJSON_GetObjectItemCaseSensitive(function, "parameters"))
        fprintf(file, "    %s%s%s %s%s\n", text_of(parameter, "annotation"),
            *text_of(parameter, "annotation") ? " " : "", text_of(parameter, "type"), text_of(parameter, "name"),
            parameter->next && comma ? "," : "");
    fprintf(file, "    );\n```\n\n## Parameters\n\n");
    cJSON_ArrayForEach (parameter, cJSON_GetObjectItemCaseSensitive(function, "parameters"))
        fprintf(file, "`%s`\n\nThe text of %s.\n\n", text_of(parameter, "name"), text_of(parameter, "name"));
}

static void write_function(const cJSON *function)
{
    char name[256];
    const char *page = text_of(function, "page");
    const cJSON *item;
    /* two pages lie in a folder of other letter case */
    bool other = !strcmp(page, "HcsCreateComputeSystem") || !strcmp(page, "HcsOpenComputeSystem");
    snprintf(name, sizeof name, "%s%s.md", other ? "docs/virtualization/api/hcs/reference/" : REFERENCE, page);
    FILE *file = create(name);
    fprintf(file, "---\ntitle: %s\n# no heading\n---\n# %s\n\n## Description\n\nDoes something.\n\n", page, page);
    write_syntax(file, function);
    write_results(file, "Return Values", cJSON_GetObjectItemCaseSensitive(function, "returns"));
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(function, "returnsInText"))
        fprintf(file, "The function answers `%s` in the end.\n\n", text_of(item, "code"));
    if (cJSON_GetObjectItemCaseSensitive(function, "operationResults"))
        write_results(file, "Operation Results", cJSON_GetObjectItemCaseSensitive(function, "operationResults"));
    fprintf(file, "## Requirements\n\n|Parameter|Description|\n|---|---|\n| **Dll** | ComputeCore.dll |\n");
    fclose(file);
}

static void write_functions(void)
{
    char path[512];
    DIR *directory = opendir(ROOT "/spec/functions");
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "spec/functions/%s", entry->d_name);
        cJSON *function = read_json(path);
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(function, "documented")))
            write_function(function);
        cJSON_Delete(function);
    }
    closedir(directory);
}

static void write_enums(void)
{
    char name[256];
    cJSON *root = read_json("spec/types.json");
    const cJSON *type, *value;
    cJSON_ArrayForEach (type, cJSON_GetObjectItemCaseSensitive(root, "enums")) {
        if (!*text_of(type, "page"))
            continue;
        snprintf(name, sizeof name, REFERENCE "%s.md", text_of(type, "page"));
        FILE *file = create(name);
        fprintf(file, "# %s\n\n## Syntax\n\n```cpp\ntypedef enum %s\n{\n", type->string, type->string);
        cJSON_ArrayForEach (value, cJSON_GetObjectItemCaseSensitive(type, "values"))
            fprintf(file, "    %s = %.0f%s\n", text_of(value, "name"),
                cJSON_GetObjectItemCaseSensitive(value, "value")->valuedouble, value->next ? "," : "");
        fprintf(file, "} %s;\n```\n\n## Constants\n\n|Name|Description|\n|---|---|\n", type->string);
        cJSON_ArrayForEach (value, cJSON_GetObjectItemCaseSensitive(type, "values"))
            fprintf(file, "|%s<br>|Means %s.|\n", text_of(value, "name"), text_of(value, "name"));
        fclose(file);
    }
    cJSON_Delete(root);
}

static void write_codes(void)
{
    cJSON *root = read_json("spec/hresults.json");
    const cJSON *item;
    FILE *file = create(REFERENCE "HCSHResult.md");
    fprintf(file, "# HCSHResult\n\n|Code|Value|Description|\n|---|---|---|\n");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(root, "hresults"))
        if (!strcmp(text_of(item, "family"), "hcs"))
            fprintf(file, "|`%s`|%s|The text of %s.|\n", text_of(item, "name"), text_of(item, "value"),
                text_of(item, "name"));
    fclose(file);
    cJSON_Delete(root);
}

/* "array<Layer>" as the page writes it: "<[Layer](#Layer)> array". */
static void write_type(FILE *file, const char *type)
{
    if (!strncmp(type, "array<", 6))
        fprintf(file, "<[%.*s](#x)> array", (int)strcspn(type + 6, ",>"), type + 6);
    else if (!strncmp(type, "Map<", 4)) {
        int key = (int)strcspn(type + 4, ",");
        fprintf(file, "Map<[%.*s](#JSON-type), [%.*s](#x)>", key, type + 4, (int)strcspn(type + 5 + key, ">"),
            type + 5 + key);
    } else
        fprintf(file, "[%s](#%s)<br>", type, type);
}

/* Pages without facts of their own. */
static void write_others(void)
{
    FILE *file = create(REFERENCE "HCS_PROCESS_INFORMATION.md");
    fprintf(file, "# HCS_PROCESS_INFORMATION\n\n## Syntax\n```cpp\n"
                  "typedef struct\n{\n    DWORD ProcessId;\n    HANDLE StdInput;\n} HCS_PROCESS_INFORMATION;\n```\n\n"
                  "## Members\n|Name|Text|\n|---|---|\n|ProcessId|Its id.|\n|StdInput|Its input.|\n");
    fclose(file);
    file = create("docs/virtualization/api/hcs/Overview.md");
    fprintf(file, "# Overview\n\nIt begins.\nPlenty of systems. They run.\n\n- first\n- second\n\n## Versions\n"
                  "|Version|Build|\n|2.1|17763|\n|2.2|18362|\n");
    fclose(file);
}

static void write_schema(void)
{
    cJSON *root = read_json("spec/schema/types.json");
    const cJSON *type, *member;
    FILE *file = create("docs/virtualization/api/hcs/SchemaReference.md");
    fprintf(file, "# Schema Reference\n\n## Schema Version Map\n\n|Schema Version|Release|\n|---|---|\n|2.0|x|\n\n");
    cJSON_ArrayForEach (type, cJSON_GetObjectItemCaseSensitive(root, "types")) {
        bool object = !strcmp(text_of(type, "kind"), "object");
        fprintf(file, "<a name = \"%s\"></a>\n## %s\nReferenced by: [x](#x)\n\n", type->string, type->string);
        const cJSON *members = cJSON_GetObjectItemCaseSensitive(type, object ? "fields" : "values");
        if (!cJSON_GetArraySize(members)) {
            fprintf(file, "\"{}\"\n\n");
            continue;
        }
        fprintf(file, object ? "|Field|Type|NewInVersion|Description|\n|---|---|---|---|\n"
                             : "|Value|NewInVersion|Description|\n|---|---|---|\n");
        cJSON_ArrayForEach (member, members) {
            if (cJSON_GetObjectItemCaseSensitive(member, "rule") && !object)
                continue; /* known from elsewhere */
            fprintf(file, "|**%s**<br>|", text_of(member, "name"));
            if (object) {
                write_type(file, text_of(member, "type"));
                fprintf(file, "|");
            }
            fprintf(file, "[%s](#Schema-Version-Map)|The text of `%s`.|\n", text_of(member, "version"),
                text_of(member, "name"));
        }
        fprintf(file, "\n");
    }
    fclose(file);
    cJSON_Delete(root);
}

/* --- the folder of a test: facts, and a checkout whose sentences the facts have recorded --- */

static void begin(void)
{
    char command[1024];
    snprintf(folder, sizeof folder, "/tmp/hcs-drift-%d", getpid());
    snprintf(command, sizeof command,
        "rm -rf %s && mkdir -p %s/spec %s/" REFERENCE " %s/docs/virtualization/api/hcs/reference && cp -r " ROOT
        "/spec/*.json " ROOT "/spec/functions " ROOT "/spec/states " ROOT "/spec/rows " ROOT "/spec/schema %s/spec/",
        folder, folder, folder, folder, folder);
    cr_assert_eq(run(command), 0);
    write_functions();
    write_enums();
    write_codes();
    write_schema();
    write_others();
    /* half of the real pages end their lines with CR LF */
    snprintf(command, sizeof command, "sed -i 's/$/\\r/' %s/" REFERENCE "HcsS*.md", folder);
    cr_assert_eq(run(command), 0);
    FILE *none_yet = create("spec/documentation.json");
    fprintf(
        none_yet, "{\"repository\":\"r\",\"revision\":\"abcdef1\",\"date\":\"2026-08-07\",\"pages\":{},\"texts\":{}}");
    fclose(none_yet);
    snprintf(command, sizeof command,
        HCS_SPEC " drift --root %s --docs %s/docs --record abcdef12 --date 2026-08-08 2>&1", folder, folder);
    cr_assert_eq(run(command), 0, "%s", said);
    cr_assert_not_null(strstr(said, "pages recorded for revision abcdef12"), "%s", said);
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(run(command), 0);
}

static int drift(void)
{
    char command[512];
    snprintf(command, sizeof command, HCS_SPEC " drift --root %s --docs %s/docs 2>&1", folder, folder);
    return run(command);
}

TestSuite(drift, .init = begin, .fini = end, .timeout = 300);

static void write_many(FILE *file, const char *unit, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += strlen(unit))
        fputs(unit, file);
}

/* What takes a step for each pair of marks would need some 10^12, and does not end within the time of the suite. */
static const struct {
    const char *page, *before, *unit, *after;
} many_marks[] = {
    {REFERENCE "HcsCreateProcess.md", "\n", "[", "\n"}, {REFERENCE "HcsCreateProcess.md", "\n", "](", "\n"},
    {REFERENCE "HcsCreateProcess.md", "\n", "[a](", "\n"}, {REFERENCE "HcsCreateProcess.md", "\n", "[[a](x)", "\n"},
    {REFERENCE "HcsCreateProcess.md", "\n", "`a", "\n"}, {REFERENCE "HcsCreateProcess.md", "\n", "|", "\n"},
    {REFERENCE "HcsCreateProcess.md", "\n", "<", "\n"}, {REFERENCE "HcsCreateProcess.md", "\n", "<a", "\n"},
    {REFERENCE "HcsCreateProcess.md", "\n# ", "[<a", "\n"}, {REFERENCE "HcsCreateProcess.md", "\n|", "[<a", "|\n"},
    {REFERENCE "HCS_EVENT_TYPE.md", NULL, "a,", NULL}, /* the enumerators of a block */
};

Test(drift, a_line_of_a_million_marks_takes_as_long_as_any_other, .timeout = 100)
{
    enum { BYTES = 2000000 };
    for (size_t i = 0; i < sizeof many_marks / sizeof *many_marks; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, many_marks[i].page);
        char *old = read_text(path);
        const char *place = many_marks[i].before ? old + strlen(old) : strstr(old, "{\n") + 2;
        FILE *file = create(many_marks[i].page);
        fprintf(file, "%.*s%s", (int)(place - old), old, many_marks[i].before ? many_marks[i].before : "");
        write_many(file, many_marks[i].unit, BYTES);
        fprintf(file, "%s%s", many_marks[i].after ? many_marks[i].after : "", place);
        fclose(file);
        char command[512];
        snprintf(command, sizeof command,
            HCS_SPEC " drift --root %s --docs %s/docs >%s/told; echo code $?; tail -n 1 %s/told", folder, folder,
            folder, folder);
        cr_expect_eq(run(command), 0);
        cr_expect(
            !strncmp(said, "code 1\n", 7) && strstr(said, "pages read, "), "%s: %.400s", many_marks[i].unit, said);
        file = create(many_marks[i].page);
        fputs(old, file);
        fclose(file);
        free(old);
    }
}

/* Every bracket of a million is the end of a link within a link. */
Test(drift, links_within_links_need_no_stack, .timeout = 100)
{
    enum { LINKS = 1000000 };
    char path[256];
    snprintf(path, sizeof path, "%s/" OVERVIEW, folder);
    FILE *file = fopen(path, "a");
    fputs("\n", file);
    write_many(file, "[", LINKS);
    fputs("deep", file);
    write_many(file, "](x)", 4 * (size_t)LINKS);
    fputs(" down\n", file);
    fclose(file);
    cr_expect_eq(drift(), 1);
    cr_expect_not_null(strstr(said, "added: in \"Versions\": \"deep down\""), "%.400s", said);
}

Test(drift, a_checkout_that_says_what_spec_says_shows_none)
{
    cr_expect_eq(drift(), 0, "%s", said);
    cr_expect_not_null(strstr(said, ": 0 findings"), "%s", said);
    const char *sentences = strstr(said, "pages read, ");
    unsigned met = 0, known = 1;
    cr_assert(sentences && sscanf(sentences, "pages read, %u sentences, %u of them", &met, &known) == 2, "%s", said);
    cr_expect_gt(met, 900, "%s", said);
    cr_expect_eq(met, known, "%s", said);
}

/* --- one change at a time --- */

struct change {
    const char *page, *from, *to; /* to NULL: the page is removed */
    const char *finding;
};

#define SCHEMA "docs/virtualization/api/hcs/SchemaReference.md"

#define OTHER REFERENCE "HCS_PROCESS_INFORMATION.md"

static const struct change changes[] = {
    /* signatures */
    {REFERENCE "HcsCreateProcess.md", "    _In_ HCS_OPERATION operation,\n", "",
        "HcsCreateProcess.md:18: removed: parameter operation of HcsCreateProcess, before this"},
    {REFERENCE "HcsCreateProcess.md", "    _Out_ HCS_PROCESS* process\n", "",
        "HcsCreateProcess.md:20: removed: parameter process of HcsCreateProcess"},
    {REFERENCE "HcsCreateProcess.md", "HcsCreateProcess(", "HcsMakeProcess(",
        "HcsCreateProcess.md:15: changed: the function is HcsMakeProcess; spec has HcsCreateProcess"},
    /* prose */
    {REFERENCE "HcsCreateProcess.md", "Does something.", "Does something else.",
        "HcsCreateProcess.md:9: reworded: in \"Description\": \"Does something else.\"; on line 9 of revision "
        "abcdef12"},
    {REFERENCE "HcsCreateProcess.md", "Does something.", "Does something. And more.",
        "HcsCreateProcess.md:9: added: in \"Description\": \"And more.\""},
    {REFERENCE "HcsCreateProcess.md", "Does something.\n\n", "",
        "HcsCreateProcess.md:9: removed: before this in \"Syntax\": the text on line 9 of revision abcdef12"},
    {REFERENCE "HcsCreateProcess.md", "## Requirements", "## Remarks\n\nMind the gap.\n\n## Requirements",
        "added: in \"Remarks\": \"Mind the gap.\""},
    {REFERENCE "HcsCreateProcess.md", "See [the codes](./HCSHResult.md).", "See the list of codes.",
        "reworded: in \"Return Values\": \"See the list of codes.\""},
    {REFERENCE "HcsCreateProcess.md", "See [the codes](./HCSHResult.md).", "See [the codes](./Other.md).", NULL},
    {REFERENCE "HcsCreateProcess.md", "| **Dll** | ComputeCore.dll |", "| **Dll** | ComputeCore2.dll |",
        "reworded: in \"Requirements\": \"Dll | ComputeCore2.dll\""},
    {REFERENCE "HcsCreateProcess.md", "| **Dll** |", "| **Minimum** | 2 |\n| **Dll** |",
        "added: in \"Requirements\": \"Minimum | 2\""},
    /* structures, callbacks, samples, other pages */
    {OTHER, "    DWORD ProcessId;\n", "    UINT64 ProcessId;\n",
        "HCS_PROCESS_INFORMATION.md:7: reworded: in \"Syntax\": \"UINT64 ProcessId;\"; on line 7 of revision abcdef12"},
    {OTHER, "    DWORD ProcessId;\n", "    DWORD ProcessId;\n    DWORD New;\n",
        "HCS_PROCESS_INFORMATION.md:8: added: in \"Syntax\""},
    {OTHER, "    DWORD ProcessId;\n", "", "HCS_PROCESS_INFORMATION.md:7: removed: before this in \"Syntax\""},
    {OTHER, "Its id.", "Its number.",
        "HCS_PROCESS_INFORMATION.md:15: reworded: in \"Members\": \"ProcessId | Its number.\""},
    {OVERVIEW, "Plenty of systems.", "Plenty of machines.",
        "Overview.md:4: reworded: in \"Overview\": \"Plenty of machines.\""},
    {OVERVIEW, "- second", "- second, changed", "Overview.md:7: reworded"},
    {OVERVIEW, "It begins.", "It ends.", "Overview.md:3: reworded"},
    {OVERVIEW, "|2.1|17763|", "|2.1|18362|", "Overview.md:11: reworded: in \"Versions\": \"2.1 | 18362\""},
    {OVERVIEW, "|2.1|17763|\n", "", "Overview.md:11: removed: before this in \"Versions\""},
    {OVERVIEW, "|2.1|17763|\n", "|2.1|17763|\n|2.9|30000|\n",
        "Overview.md:12: added: in \"Versions\": \"2.9 | 30000\""},
    {OVERVIEW, "# Overview", "# Summary", "Overview.md:1: reworded: in \"Summary\": \"Summary\""},
    {OVERVIEW, NULL, NULL, "removed: the page Overview"},
    /* descriptions in the tables of the schema, and enumerations */
    {SCHEMA, "|**VirtualDisk**<br>|", "|**Disk**<br>|", "removed: AttachmentType.VirtualDisk"},
    {SCHEMA, "|**VirtualDisk**<br>|", "|**New**<br>|[2.7](#x)|It is new.|\n|**VirtualDisk**<br>|",
        "added: AttachmentType.New"},
    {SCHEMA, "The text of `VirtualDisk`.", "It is a disk.", "reworded: the text of AttachmentType.VirtualDisk"},
    {SCHEMA, "|2.0|x|", "|2.0|y|", "reworded: in \"Schema Version Map\": \"2.0 | y\""},
    {REFERENCE "HCSHResult.md", "The text of HCS_E_INVALID_JSON.", "Bad.", "reworded: the text of HCS_E_INVALID_JSON"},
    {REFERENCE "HcsCreateProcess.md", "_In_ PCWSTR processParameters", "_In_opt_ PCWSTR processParameters",
        "HcsCreateProcess.md:17: changed: parameter processParameters is annotated _In_opt_; spec has _In_"},
    {REFERENCE "HcsCreateProcess.md", "PCWSTR processParameters,", "PCWSTR parameters,",
        "HcsCreateProcess.md:17: changed: parameter 2 is parameters; spec has processParameters"},
    {REFERENCE "HcsCreateProcess.md", "HRESULT WINAPI", "void WINAPI",
        "HcsCreateProcess.md:14: changed: HcsCreateProcess returns void; spec has HRESULT"},
    {REFERENCE "HcsCreateProcess.md", "HCS_PROCESS* process\n", "HCS_PROCESS* process,\n    _In_ DWORD flags\n",
        "HcsCreateProcess.md:21: added: parameter flags of HcsCreateProcess"},
    {REFERENCE "HcsCreateOperation.md", "HCS_OPERATION_COMPLETION callback", "HCS_EVENT_CALLBACK callback",
        "changed: parameter callback is of type HCS_EVENT_CALLBACK; spec has HCS_OPERATION_COMPLETION"},
    {REFERENCE "HcsStartComputeSystem.md", "The text of options.", "Another text of options.",
        "HcsStartComputeSystem.md:34: reworded: the text of Parameters/options; it was on line 34 of revision "
        "abcdef12"},
    {REFERENCE "HcsCreateProcess.md", "| `S_OK` | Row 1 of Operation", "| `S_FALSE` | Row 1 of Operation",
        "changed: Operation Results, row 1 is S_FALSE; spec has S_OK"},
    {REFERENCE "HcsSaveComputeSystem.md", "| `HCS_E_INVALID_STATE`",
        "| `E_FAIL` | Something else. |\r\n| `HCS_E_INVALID_STATE`",
        "HcsSaveComputeSystem.md:47: added: Operation Results, row 2: E_FAIL"},
    {REFERENCE "HcsCreateProcess.md", "Row 1 of Operation Results with", "Row one of Operation Results with",
        "reworded: the text of Operation Results/1"},
    {REFERENCE "HcsCreateProcess.md", "with a [link](./x.md), **marks**", "with a link, marks", NULL},
    {REFERENCE "HcsCancelOperation.md", "answers `E_NOTIMPL`", "answers `E_FAIL`",
        "HcsCancelOperation.md:1: removed: the text that says E_NOTIMPL"},
    {REFERENCE "HcsPauseComputeSystem.md", NULL, NULL, "removed: the page HcsPauseComputeSystem of a function"},
    {"docs/virtualization/api/hcs/reference/HcsOpenComputeSystem.md", "_In_ DWORD", "_In_ UINT32",
        "hcs/reference/HcsOpenComputeSystem.md:"},
    {REFERENCE "HCS_OPERATION_TYPE.md", "HcsOperationTypeStart = 2", "HcsOperationTypeStart = 99",
        "changed: HcsOperationTypeStart is 99; spec has 2"},
    {REFERENCE "HCS_EVENT_TYPE.md", "    HcsEventInvalid = 0,\n", "    HcsEventInvalid = 0,\n    HcsEventNew = 77,\n",
        "added: HcsEventNew of HCS_EVENT_TYPE"},
    {REFERENCE "HCS_EVENT_TYPE.md", "    HcsEventSystemExited = 1,\n", "",
        "HCS_EVENT_TYPE.md:9: removed: HcsEventSystemExited of HCS_EVENT_TYPE"},
    {REFERENCE "HCS_EVENT_TYPE.md", "Means HcsEventSystemExited.", "Says HcsEventSystemExited.",
        "reworded: the text of Constants/HcsEventSystemExited"},
    {REFERENCE "HCSHResult.md", "0x8037010E", "0x8037010D",
        "changed: HCS_E_SYSTEM_NOT_FOUND is 0x8037010D; spec has 0x8037010E"},
    {REFERENCE "HCSHResult.md", "|`HCS_E_INVALID_JSON`", "|`HCS_E_BAD_JSON`", "added: HCS_E_BAD_JSON, 0x8037010D"},
    {SCHEMA, "|**NamedPipe**<br>|[string](#string)<br>", "|**NamedPipe**<br>|[uint8](#uint8)<br>",
        "changed: ComPort.NamedPipe is of type uint8; spec has string"},
    {SCHEMA, "|**Attachments**<br>|Map<[uint32]", "|**Attachments**<br>|Map<[string]",
        "changed: Scsi.Attachments is of type Map<string, Attachment>; spec has Map<uint32,Attachment>"},
    {SCHEMA, "|**AlwaysAllowSparseFiles**<br>|[bool](#bool)<br>|[2.6]",
        "|**AlwaysAllowSparseFiles**<br>|[bool](#bool)<br>|[2.7]",
        "changed: Attachment.AlwaysAllowSparseFiles is of schema version 2.7; spec has 2.6"},
    {SCHEMA, "|**NamedPipe**", "|**Speed**<br>|[uint32](#uint32)<br>|[2.7](#x)|New.|\n|**NamedPipe**",
        "added: ComPort.Speed, schema version 2.7"},
    {SCHEMA, "|**NamedPipe**", "|**Pipe**", "removed: ComPort.NamedPipe"},
    {SCHEMA, "## ComPort\n", "## SerialPort\n", "removed: type ComPort"},
    {SCHEMA, "## ComPort\n", "## SerialPort\n", "added: type SerialPort"},
    {SCHEMA, "The text of `NamedPipe`.", "Another text.", "reworded: the text of ComPort.NamedPipe"},
};

static void change(const struct change *c)
{
    char path[512], *text, *at;
    snprintf(path, sizeof path, "%s/%s", folder, c->page);
    if (!c->to) {
        remove(path);
        return;
    }
    text = read_text(path);
    at = strstr(text, c->from);
    cr_assert_not_null(at, "%s: no '%s'", c->page, c->from);
    FILE *file = fopen(path, "w");
    fprintf(file, "%.*s%s%s", (int)(at - text), text, c->to, at + strlen(c->from));
    fclose(file);
    free(text);
}

Test(drift, what_is_recorded_needs_a_revision_and_a_day)
{
    static const struct {
        const char *options, *says;
    } wrong[] = {{"--record abcdef12", "--record and --date go together"},
        {"--date 2026-08-08", "--record and --date go together"},
        {"--record 'x\"y' --date 2026-08-08", "--record takes a revision of 7 to 40 hexadecimal digits, not 'x\"y'"},
        {"--record abcdef12 --date yesterday", "--date takes a day such as 2026-08-07, not 'yesterday'"},
        {"--record abcdef12 --date 2026-13-01", "--date takes a day such as 2026-08-07, not '2026-13-01'"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char command[512];
        snprintf(command, sizeof command, HCS_SPEC " drift --root %s --docs %s/docs %s 2>&1", folder, folder,
            wrong[i].options);
        cr_expect_eq(run(command), 2, "%s: %s", wrong[i].options, said);
        cr_expect_not_null(strstr(said, wrong[i].says), "%s: %s", wrong[i].options, said);
    }
    cr_expect_eq(drift(), 0, "what was recorded stays: %s", said);
}

Test(drift, each_change_shows_with_page_and_line)
{
    char command[512];
    snprintf(command, sizeof command, "cp -r %s/docs %s/kept", folder, folder);
    cr_assert_eq(run(command), 0);
    snprintf(command, sizeof command, "rm -rf %s/docs && cp -r %s/kept %s/docs", folder, folder, folder);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        change(&changes[i]);
        int code = drift();
        if (changes[i].finding)
            cr_expect(
                code == 1 && strstr(said, changes[i].finding), "%s: code %d:\n%s", changes[i].finding, code, said);
        else
            cr_expect_eq(code, 0, "%s is no drift:\n%s", changes[i].to, said);
        cr_assert_eq(run(command), 0);
    }
}

static void shell(const char *format, ...)
{
    char command[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    cr_assert_eq(run(command), 0, "%s: %s", command, said);
}

static void expect_finding(const char *finding)
{
    cr_expect_eq(drift(), 1);
    cr_expect_not_null(strstr(said, finding), "%s is not in\n%s", finding, said);
}

Test(drift, a_renamed_page_is_known_again)
{
    shell("cd %s/" REFERENCE
          " && sed 's/Does something/Does more/' HcsPauseComputeSystem.md >HcsHaltComputeSystem.md && rm "
          "HcsPauseComputeSystem.md",
        folder);
    expect_finding("HcsHaltComputeSystem.md:1: renamed: the page HcsPauseComputeSystem is now HcsHaltComputeSystem");
    cr_expect_not_null(strstr(said, "HcsHaltComputeSystem.md:9: reworded: in \"Description\""), "%s", said);
    cr_expect_not_null(strstr(said, ": 2 findings"), "%s", said);
}

Test(drift, a_page_without_facts_shows_when_it_is_new)
{
    shell("cd %s/" REFERENCE " && echo '# News' >News.md", folder);
    expect_finding("News.md:1: added: the page News");
}

Test(drift, two_changes_of_a_page_are_two_findings)
{
    shell("cd %s/docs/virtualization/api/hcs && sed -i 's/It begins/It ends/; s/- first/- prime/' Overview.md", folder);
    expect_finding(": 2 findings");
}

Test(drift, lines_that_end_otherwise_are_no_drift)
{
    shell("cd %s/docs/virtualization/api/hcs && sed -i 's/$/\\r/' Overview.md SchemaReference.md", folder);
    cr_expect_eq(drift(), 0, "%s", said);
}

static void expect_refusal(const char *why)
{
    cr_expect_eq(drift(), 2, "%s", said);
    cr_expect_not_null(strstr(said, why), "%s", said);
    cr_expect_eq(strcspn(said, "\n") + 1, strlen(said), "more than one line: %s", said);
}

Test(drift, a_checkout_of_another_language_is_refused)
{
    shell("find %s/docs -name '*.md' -exec sed -i 's/[a-z]/x/g' {} +", folder);
    expect_refusal("is it the English reference?");
}

/* A checkout of one page must not replace what the rows rely on. */
Test(drift, what_lacks_most_sentences_is_not_recorded)
{
    char command[512];
    shell("cp %s/spec/documentation.json %s/kept.json && cp -r %s/docs %s/whole", folder, folder, folder, folder);
    shell("find %s/docs -name '*.md' ! -name Overview.md -delete && printf '# Overview\n\nA page.\n' "
          ">%s/" OVERVIEW,
        folder, folder);
    snprintf(command, sizeof command,
        HCS_SPEC " drift --root %s --docs %s/docs --record abcdef1 --date 2026-11-29 2>&1", folder, folder);
    cr_expect_eq(run(command), 2, "%s", said);
    cr_expect_not_null(strstr(said, "lacks most sentences of the recorded pages"), "%s", said);
    shell("cmp %s/spec/documentation.json %s/kept.json && rm -r %s/docs && mv %s/whole %s/docs", folder, folder, folder,
        folder, folder);
    cr_expect_eq(drift(), 0, "%s", said);
}

Test(drift, a_page_that_is_not_utf_8_is_refused)
{
    shell("printf 'caf\\351\\n' >>%s/docs/virtualization/api/hcs/Overview.md", folder);
    expect_refusal("Overview.md can't be read, or is not UTF-8");
}

/* UTF-16 without a mark at its beginning is ASCII and zeros, which are UTF-8 too. */
Test(drift, a_page_with_zeros_is_refused)
{
    shell("printf '#\\0 \\0H\\0' >%s/docs/virtualization/api/hcs/Overview.md", folder);
    expect_refusal("Overview.md can't be read, or is not UTF-8");
}

Test(drift, a_byte_order_mark_is_no_drift)
{
    shell("cd %s/docs/virtualization/api/hcs && for page in Overview.md SchemaReference.md; do "
          "printf '\\357\\273\\277' | cat - $page >marked && mv marked $page; done",
        folder);
    cr_expect_eq(drift(), 0, "%s", said);
}

Test(drift, an_empty_checkout_is_refused)
{
    shell("rm -rf %s/docs && mkdir %s/docs", folder, folder);
    expect_refusal("has no page of the documentation");
}

Test(drift, a_new_page_shows_its_function)
{
    FILE *file = create(REFERENCE "HcsSomethingNew.md");
    fprintf(file,
        "# HcsSomethingNew\n\n## Syntax\n\n```cpp\nHRESULT WINAPI\nHcsSomethingNew(\n    _In_ DWORD x\n    );\n```\n");
    fclose(file);
    cr_expect_eq(drift(), 1);
    cr_expect_not_null(strstr(said, "HcsSomethingNew.md:6: added: function HcsSomethingNew"), "%s", said);
}

Test(drift, no_documentation_is_wrong_use)
{
    char command[256];
    snprintf(command, sizeof command, HCS_SPEC " drift --root %s --docs %s/spec 2>&1", folder, folder);
    cr_expect_eq(run(command), 2);
    cr_expect_not_null(strstr(said, "has no page of the documentation"), "%s", said);
}
