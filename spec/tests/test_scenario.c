/* The scenarios of rows: hcs-spec check refuses all that the library's reader of scenarios refuses, but for what the
   members of a scenario only say together, which is tried here. */
#include "backend/scenario.h"
#include "facts/conform.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct facts facts;
static unsigned refused, tried;

static bool reader_takes(const char *text)
{
    struct scenario scenario;
    const struct engine_option list[] = SCENARIO_OPTIONS(text, NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    if (scenario_read(&options, &scenario) != S_OK)
        return false;
    scenario_free(&scenario);
    return true;
}

/* True if all that is wrong is what the schema of one type does not say. */
static bool only_contradicts(const char *text)
{
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = document_newest_minor(), .people = true, .limit = 100};
    bool only = true;
    if (SUCCEEDED(document_check(text, strlen(text), TYPE_Scenario, &options, &document, &report)))
        document_free(&document);
    for (unsigned i = 0; i < report.count; i++)
        only &= spec_decisions[report.list[i].decision].verdict != VERDICT_ERROR ||
                report.list[i].decision == DECISION_CONTRADICTION;
    report_free(&report);
    return only;
}

static void compare_text(const char *text)
{
    char mistake[400] = "";
    bool taken = reader_takes(text), conforms = conform_check(&facts, "Scenario", text, mistake, sizeof mistake);
    cr_expect(taken || !conforms || only_contradicts(text), "only the reader refuses %s", text);
    tried++;
    refused += !taken;
}

static void compare(const cJSON *root)
{
    char *text = cJSON_PrintUnformatted(root);
    compare_text(text);
    cJSON_free(text);
}

static const char *const values[] = {"null", "true", "-1", "1.5", "0", "4294967296", "1e300", "18446744073709551616",
    "\"\"", "\"x\"", "\"HcsTerminateProcess\"", "\"HcsOpenProcess\"", "\"HcsTerminateComputeSystem\"",
    "\"HcsEnumerateComputeSystems\"", "\"Exit\"", "\"Ignore\"", "\"AwaitCallback\"", "\"AwaitExit\"",
    "\"LoseEndOfOutput\"", "\"LoseStatus\"", "\"EndProcess\"", "\"DelayExit\"", "[]", "{}", "[2,1]", "[null]"};

static const char *const other_names[] = {"", "x", "Seed", "-1", "007", "300", "4294967296", "{3f2504e0}", "1x"};

/* Compares root with each value in the place of a child of parent, without the child, with it twice, and under other
   names. */
static void vary(cJSON *root, cJSON *parent, int index)
{
    cJSON *child = cJSON_GetArrayItem(parent, index), *own = cJSON_Duplicate(child, 1), *more;
    char name[128];
    snprintf(name, sizeof name, "%s", child->string ? child->string : "");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        cJSON *value = cJSON_Parse(values[i]);
        value->string = *name ? strdup(name) : NULL;
        cJSON_ReplaceItemViaPointer(parent, cJSON_GetArrayItem(parent, index), value);
        compare(root);
    }
    cJSON_ReplaceItemViaPointer(parent, cJSON_GetArrayItem(parent, index), own);
    more = cJSON_Duplicate(own, 1);
    if (*name)
        cJSON_AddItemToObject(parent, name, more);
    else
        cJSON_AddItemToArray(parent, more);
    compare(root);
    cJSON_Delete(cJSON_DetachItemViaPointer(parent, more));
    cJSON **link = &parent->child;
    while (*link != own)
        link = &(*link)->next;
    *link = own->next;
    compare(root);
    *link = own;
    char *kept = own->string;
    for (size_t i = 0; kept && i < sizeof other_names / sizeof *other_names; i++) {
        own->string = (char *)other_names[i];
        compare(root);
    }
    own->string = kept;
}

static void vary_all(cJSON *root, cJSON *parent)
{
    for (int i = 0; i < cJSON_GetArraySize(parent); i++) {
        vary_all(root, cJSON_GetArrayItem(parent, i));
        vary(root, parent, i);
    }
}

static void each_of_rows(void (*with)(cJSON *root, cJSON *parent))
{
    const cJSON *row;
    for (size_t i = 0; i < facts.row_count; i++)
        cJSON_ArrayForEach (row, fact_get(facts.rows[i].root, "rows")) {
            const cJSON *first = fact_get(row, "arrange") ? fact_get(row, "arrange")->child : NULL;
            if (!cJSON_IsString(first) || strncmp(first->valuestring, "scenario:", 9) != 0)
                continue;
            cJSON *root = cJSON_Parse(first->valuestring + 9);
            with(root, root);
            cJSON_Delete(root);
        }
}

/* What no row has yet. */
static const char *const more[] = {
    "{\"latencies\":{\"HcsStartComputeSystem\":{\"uniformUs\":[1,2]},\"exitAfterShutDown\":{\"empiricalUs\":[1]},"
    "\"HcsCreateProcess\":{\"fixedUs\":1},\"HcsModifyProcess\":{\"exponentialUs\":1}}}",
    "{\"systems\":[{\"id\":\"a\",\"state\":\"Running\",\"configuration\":{\"Owner\":\"x\",\"SchemaVersion\":{\"Major\":"
    "2,"
    "\"Minor\":1},\"Container\":{\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b\"}]}}}]}",
    "{\"systems\":[{\"id\":\"b\",\"configuration\":{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{"
    "\"Devices\":{\"ComPorts\":{\"0\":{\"NamedPipe\":\"p\"}},\"VirtualPMem\":{\"Devices\":{\"1\":{\"HostPath\":\"p\"}}}"
    ","
    "\"NetworkAdapters\":{\"n\":{\"MacAddress\":\"00-15-5D-00-00-01\",\"EndpointId\":"
    "\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"}}}}}}]}",
    "{\"systems\":[{\"id\":\"c\",\"configuration\":{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{"
    "\"HvSocket\":{\"Config\":{\"ServiceTable\":{\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\":{\"BindSecurityDescriptor\":"
    "\"x\"}}}},\"RegistryChanges\":{\"AddValues\":[{\"Key\":{\"Hive\":\"System\",\"Name\":\"k\"},\"Name\":\"v\","
    "\"Type\":"
    "\"Binary\",\"BinaryValue\":\"AAAA\"}]}}}}]}",
    "{\"systems\":[{\"id\":\"d\",\"configuration\":{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"HostedSystem\":{"
    "\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"GuestOs\":{\"HostName\":\"h\"}}}}}]}",
    "{\"programs\":[{\"name\":\"p\",\"input\":\"Echo\",\"runMs\":1,\"exitCode\":1,\"ends\":\"Exits\"}],"
    "\"files\":[{\"path\":\"a\",\"text\":\"b\"}],\"users\":[\"u\"],\"time\":\"Realtime\",\"speed\":2,\"seed\":1}",
    "{\"faults\":[{\"call\":\"HcsSignalProcess\",\"effect\":\"AwaitExit\",\"kind\":\"Container\",\"state\":\"Running\","
    "\"before\":\"check\",\"times\":1,\"perMille\":10,\"fromMs\":1,\"toMs\":2,\"withinMsOfExit\":1}]}",
    "{\"faults\":[{\"call\":\"HcsModifyComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"0x80004005\",\"resource\":\"a*"
    "\"},"
    "{\"call\":\"HcsGetServiceProperties\",\"effect\":\"Fail\",\"hresult\":-1,\"property\":\"Memory\"},"
    "{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Exit\",\"exitType\":\"GracefulExit\"},"
    "{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\",\"document\":{},"
    "\"state\":\"Running\",\"withinMsOfStart\":1},"
    "{\"call\":\"HcsStartComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_FAIL\",\"events\":\"DiskNotOpened\","
    "\"attribution\":\"ConstructFailed\",\"countPer\":\"handle\",\"nth\":1,\"before\":\"check\",\"afterMsOfStart\":1},"
    "{\"call\":\"HcsSignalProcess\",\"effect\":\"DelayExit\",\"delayMs\":1}]}"};

/* Compares the text with each of these at each place behind its first brace, and without each of its bytes. */
static void vary_text(const char *text)
{
    static const char *const additions[] = {
        "0", "+", ".", "e", "-", ",", "\"", "'", "//", "\x01", "\x0b", "\\u0000", "\\ud800", "\xff", "}", "null"};
    size_t length = strlen(text);
    char changed[4096];
    for (size_t at = 1; at < length; at++) {
        for (size_t i = 0; i < sizeof additions / sizeof *additions; i++) {
            snprintf(changed, sizeof changed, "%.*s%s%s", (int)at, text, additions[i], text + at);
            compare_text(changed);
        }
        snprintf(changed, sizeof changed, "%.*s%s", (int)at, text, text + at + 1);
        compare_text(changed);
    }
}

/* A scenario of a system with that configuration. */
static void vary_system(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/fixtures/documents/valid/system/%s", ROOT, name);
    char *text = facts_read(path, NULL);
    cJSON *root = cJSON_Parse("{\"systems\":[{\"id\":\"a\"}]}"), *configuration = cJSON_Parse(text);
    cJSON *system = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "systems"), 0);
    cJSON_AddItemToObject(system, "configuration", configuration);
    vary_all(root, configuration);
    cJSON_Delete(root);
    free(text);
}

static void expect_taken(cJSON *root, cJSON *parent)
{
    char *text = cJSON_PrintUnformatted(root);
    (void)parent;
    cr_expect(reader_takes(text), "%s", text);
    cJSON_free(text);
    tried++;
}

Test(scenario_of_rows, the_reader_takes_each)
{
    cr_assert_eq(facts_load(&facts, ROOT), 0);
    each_of_rows(expect_taken);
    facts_free(&facts);
    cr_expect_gt(tried, 100);
}

Test(scenario_of_rows, what_the_reader_refuses_the_check_refuses, .timeout = 600)
{
    int nowhere = open("/dev/null", O_WRONLY), errors = dup(2);
    cr_assert_eq(facts_load(&facts, ROOT), 0);
    dup2(nowhere, 2);
    each_of_rows(vary_all);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        cJSON *root = cJSON_Parse(more[i]);
        cr_expect(reader_takes(more[i]), "%s", more[i]);
        vary_text(more[i]);
        vary_all(root, root);
        cJSON_Delete(root);
    }
    size_t count;
    char **names = facts_list(ROOT "/fixtures/documents/valid/system", ".json", &count);
    for (size_t i = 0; i < count; i++) {
        vary_system(names[i]);
        free(names[i]);
    }
    free(names);
    dup2(errors, 2);
    close(nowhere);
    close(errors);
    facts_free(&facts);
    cr_expect(refused > 1000 && refused < tried, "%u of %u refused", refused, tried);
}
