/* The configuration tree: paths, changes, and digits that survive them. */
#include "host/configuration.h"
#include "base/text/json_writer.h"
#include "spec_hresults.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static cJSON *root;

static void begin(void)
{
    root = cJSON_Parse(
        "{\"VirtualMachine\":{\"Devices\":{\"Scsi\":{\"main\":{}},\"Plan9\":{\"Shares\":[{\"Name\":\"a\"}]}}}}");
}

static void end(void)
{
    cJSON_Delete(root);
}

TestSuite(configuration, .init = begin, .fini = end);

static HRESULT modify(const char *path, char request, const char *settings)
{
    struct modification *modification = calloc(1, sizeof *modification);
    modification->resource = document_resource(path);
    cr_assert_geq(modification->resource, 0, "%s", path);
    modification->path = strdup(path);
    modification->request = request;
    modification->settings = settings ? cJSON_Parse(settings) : NULL;
    HRESULT result = configuration_modify(root, modification);
    modification_free(modification);
    return result;
}

static void expect_at(const char *path, const char *text)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    const cJSON *found = configuration_find(root, path);
    if (!text) {
        cr_expect_null(found, "%s", path);
        return;
    }
    cr_assert_not_null(found, "%s", path);
    configuration_write(&writer, NULL, found);
    char *written = writer_finish(&writer);
    cr_expect_str_eq(written, text, "%s: %s", path, written);
    free(written);
}

#define SCSI "VirtualMachine/Devices/Scsi/"

Test(configuration, what_is_keyed_comes_once_changes_and_goes)
{
    cr_expect_eq(modify(SCSI "main/Attachments/0", 'A', "{\"Path\":\"x\",\"Type\":\"Iso\"}"), S_OK);
    expect_at(SCSI "main/Attachments/0", "{\"Path\":\"x\",\"Type\":\"Iso\"}");
    cr_expect_eq(modify(SCSI "main/Attachments/0", 'A', "{}"), HRESULT_ERROR_OBJECT_ALREADY_EXISTS);
    cr_expect_eq(modify(SCSI "main/Attachments/0", 'U', "{\"Path\":\"y\"}"), S_OK);
    expect_at(SCSI "main/Attachments/0", "{\"Type\":\"Iso\",\"Path\":\"y\"}");
    cr_expect_eq(modify(SCSI "main/Attachments/1", 'U', "{}"), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify(SCSI "main/Attachments/0", 'R', NULL), S_OK);
    cr_expect_eq(modify(SCSI "main/Attachments/0", 'R', NULL), HRESULT_ERROR_NOT_FOUND);
    expect_at(SCSI "main/Attachments/0", NULL);
}

Test(configuration, what_a_client_named_must_be_there_to_hold_more)
{
    cr_expect_eq(modify(SCSI "other/Attachments/0", 'A', "{}"), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify("VirtualMachine/Devices/ComPorts/1", 'A', "{\"NamedPipe\":\"p\"}"), S_OK);
    expect_at("VirtualMachine/Devices/ComPorts/1/NamedPipe", "\"p\"");
}

Test(configuration, elements_of_lists_are_found_by_their_name)
{
    const char *shares = "VirtualMachine/Devices/Plan9/Shares";
    cr_expect_eq(modify(shares, 'A', "{\"Name\":\"a\"}"), HRESULT_ERROR_OBJECT_ALREADY_EXISTS);
    cr_expect_eq(modify(shares, 'A', "{\"Name\":\"b\",\"Port\":1}"), S_OK);
    cr_expect_eq(modify(shares, 'U', "{\"Name\":\"b\",\"Port\":2}"), S_OK);
    cr_expect_eq(modify(shares, 'U', "{\"Name\":\"c\"}"), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify(shares, 'R', "{\"Name\":\"a\"}"), S_OK);
    cr_expect_eq(modify(shares, 'R', "{}"), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify(shares, 0, "{\"Name\":\"d\"}"), S_OK);
    expect_at(shares, "[{\"Name\":\"b\",\"Port\":2},{\"Name\":\"d\"}]");
    cr_expect_eq(modify("VirtualMachine/Devices/VirtualSmb/Shares", 'A', "{\"Name\":\"s\"}"), S_OK);
    expect_at("VirtualMachine/Devices/VirtualSmb/Shares", "[{\"Name\":\"s\"}]");
}

Test(configuration, single_values_are_set_and_unset)
{
    const char *cap = "VirtualMachine/ComputeTopology/Processor/CpuFrequencyPowerCap";
    cr_expect_eq(modify(cap, 'R', NULL), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(modify(cap, 'U', "5"), S_OK);
    cr_expect_eq(modify(cap, 'A', "7"), S_OK);
    expect_at(cap, "7");
    cr_expect_eq(modify(cap, 'R', NULL), S_OK);
    expect_at(cap, NULL);
}

Test(configuration, numbers_are_written_as_they_were_given)
{
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = 7, .limit = 1};
    static const char text[] = "{\"SectionName\":\"\\u00e4\\n\",\"Length\":18446744073709551615,\"StartOffset\":1e3}";
    cr_assert_eq(document_check(text, sizeof text - 1, TYPE_SharedMemoryRegion, &options, &document, &report), S_OK);
    cJSON *copy = cJSON_Duplicate(document.root, 1);
    cJSON_AddItemToObject(root, "copy", copy);
    expect_at("copy", "{\"SectionName\":\"\xC3\xA4\\u000a\",\"Length\":18446744073709551615,\"StartOffset\":1000}");
    document_free(&document);
}

Test(configuration, odd_paths_find_nothing)
{
    static const char *const odd[] = {"/", "VirtualMachine//Devices", "Nowhere",
        "VirtualMachine/Devices/Plan9/Shares/0", "VirtualMachine/Devices/None"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        expect_at(odd[i], NULL);
}
