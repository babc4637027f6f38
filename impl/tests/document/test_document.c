/* Documents: the strict scan, the schema check, where mistakes are, what people are told. */
#include "base/text/utf8.h"
#include "core/text/document.h"
#include "spec_hresults.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEWEST = 7 }; /* schema version 2.7 */

static const char *const valid[] = {"{}", " { \"a\" : [ 1 , -0.5e+3 , true , null ] } ", "[]",
    "\"\\u00e4\\ud83d\\ude00\"", "0", "-0", "1E5", "{\"a\":{\"a\":{}}}", "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\""};
static const char *const invalid[] = {"", " ", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
    "[1,]", "[1 2]", "01", "-", "+1", ".5", "1.", "1e", "tru", "nul", "True", "NaN", "Infinity", "\"", "\"\\x\"",
    "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "{} x", "{}{}",
    "// c\n{}", "{/*c*/}", "\xef\xbb\xbf{}", "{\"a\":1 \"b\":2}", "1 2", "\"\xFF\"", "{\"\xC0\x80\":1}",
    "\"\xED\xA0\x80\"", "[\"\xE2\x82\"]", "[\"a\", \"eight by\xF5\x80\x80\x80\"]"};

Test(document, scan_accepts_what_rfc_8259_allows)
{
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        struct json_fault fault = json_scan(valid[i], strlen(valid[i]));
        cr_expect_null(fault.place, "%s: %s", valid[i], fault.what);
    }
}

Test(document, scan_refuses_everything_else)
{
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        cr_expect_not_null(json_scan(invalid[i], strlen(invalid[i])).place, "%s", invalid[i]);
}

/* These tests do not need the UTF-8 copy. */
static HRESULT parse(
    PCWSTR text, enum spec_type type, unsigned minor, struct document *document, struct document_report *report)
{
    struct document_text utf8;
    struct document_options options = {.minor = minor, .limit = DOCUMENT_MISTAKES};
    HRESULT result = document_parse(text, type, &options, &utf8, document, report);
    document_text_free(&utf8);
    return result;
}

static char *nested(int depth)
{
    char *text = malloc((size_t)depth * 2 + 1);
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[depth * 2] = 0;
    return text;
}

Test(document, nesting_has_a_limit)
{
    char *fits = nested(JSON_DEPTH), *deep = nested(JSON_DEPTH + 1), *very = nested(1000000);
    cr_expect_null(json_scan(fits, strlen(fits)).place);
    cr_expect_not_null(json_scan(deep, strlen(deep)).place);
    cr_expect_not_null(json_scan(very, strlen(very)).place);
    free(fits);
    free(deep);
    free(very);
}

struct mistake {
    enum spec_type type;
    PCWSTR text;
    const char *path;
};

static const struct mistake mistakes[] = {
    {TYPE_ProcessParameters, u"{\"CommandLine\":7}", "$.CommandLine"},
    {TYPE_ProcessParameters, u"{\"CommandArgs\":[\"a\",1]}", "$.CommandArgs[1]"},
    {TYPE_ProcessParameters, u"{\"Environment\":{\"A\":\"b\",\"C\":[]}}", "$.Environment.C"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1]}", "$.ConsoleSize"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,65536]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,-1]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"ConsoleSize\":[1,1.5]}", "$.ConsoleSize[1]"},
    {TYPE_ProcessParameters, u"{\"EmulateConsole\":\"true\"}", "$.EmulateConsole"},
    {TYPE_ProcessParameters, u"[]", "$"},
    {TYPE_SystemQuery, u"{\"Types\":[\"Container\",\"container\"]}", "$.Types[1]"},
    {TYPE_ComputeSystem, u"{\"Container\":{}}", "$.SchemaVersion"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":2},\"Container\":{},\"VirtualMachine\":{}}",
        "$.VirtualMachine"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":2}}", "$"},
    {TYPE_ComputeSystem, u"{\"SchemaVersion\":{\"Major\":3},\"Container\":{}}", "$.SchemaVersion"},
    {TYPE_ComputeSystem,
        u"{\"SchemaVersion\":{\"Major\":2},\"VirtualMachine\":{\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":\"x\"}}}}",
        "$.VirtualMachine.ComputeTopology.Memory.SizeInMB"},
    {TYPE_ProcessModifyRequest, u"{}", "$.Operation"},
    {TYPE_ProcessModifyRequest, u"{\"Operation\":\"CloseHandle\"}", "$.CloseHandle"},
    {TYPE_ProcessModifyRequest, u"{\"Operation\":\"ConsoleSize\"}", "$.ConsoleSize"},
    {TYPE_ModifySettingRequest, u"{\"Settings\":1}", "$.ResourcePath"},
};

Test(document, every_mistake_is_named_by_its_path)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct document document;
        struct document_report report;
        HRESULT result = parse(mistakes[i].text, mistakes[i].type, NEWEST, &document, &report);
        cr_expect_eq(result, HCS_E_INVALID_JSON, "mistake %zu (%s)", i, mistakes[i].path);
        if (FAILED(result))
            cr_expect_str_eq(report.list[0].path, mistakes[i].path, "mistake %zu: %s", i, report.list[0].text);
        report_free(&report);
    }
}

Test(document, syntax_errors_have_line_and_column)
{
    struct document document;
    struct document_report report;
    cr_assert_eq(
        parse(u"{\n  \"a\": 1,\n  b\n}", TYPE_ProcessParameters, NEWEST, &document, &report), HCS_E_INVALID_JSON);
    cr_expect_eq(report.list[0].line, 3);
    cr_expect_eq(report.list[0].column, 3);
    report_free(&report);
}

Test(document, last_of_duplicates_wins_and_letter_case_counts)
{
    struct document document;
    struct document_report report;
    PCWSTR text = u"{\"User\":\"a\",\"user\":\"b\",\"User\":\"c\",\"Unknown\":1,\"CommandLine\":null}";
    cr_assert_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), S_OK);
    cr_expect_str_eq(document_string(&document, ProcessParameters_User), "c");
    cr_expect_null(document.member[ProcessParameters_CommandLine]);
    document_free(&document);
}

Test(document, size_has_a_limit)
{
    struct document document;
    struct document_report report;
    size_t length = JSON_BYTES;
    WCHAR *text = malloc((length + 2) * sizeof *text);
    for (size_t i = 0; i < length; i++)
        text[i] = ' ';
    text[length - 2] = '{';
    text[length - 1] = '}';
    text[length] = 0;
    cr_expect_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), S_OK);
    document_free(&document);
    text[length] = ' ';
    text[length + 1] = 0;
    cr_expect_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), HCS_E_INVALID_JSON);
    report_free(&report);
    free(text);
}

Test(document, a_missing_document_is_an_argument_error)
{
    struct document document;
    struct document_report report;
    cr_expect_eq(parse(NULL, TYPE_ProcessParameters, NEWEST, &document, &report), E_INVALIDARG);
    report_free(&report);
    cr_expect(document_is_absent(NULL));
    cr_expect(document_is_absent(u"null"));
    cr_expect_not(document_is_absent(u"nullx"));
    cr_expect_not(document_is_absent(u""));
}

/* --- all mistakes of a document, each with its place --- */

static void expect_mistake(
    const struct document_report *report, unsigned i, const char *path, unsigned line, unsigned column)
{
    cr_assert_lt(i, report->count, "mistake %u is missing", i);
    cr_expect_str_eq(report->list[i].path, path);
    cr_expect_eq(report->list[i].line, line, "%s: line %u", path, report->list[i].line);
    cr_expect_eq(report->list[i].column, column, "%s: column %u", path, report->list[i].column);
}

Test(document, all_mistakes_come_at_once_in_the_order_of_the_text)
{
    struct document document;
    struct document_report report;
    PCWSTR text = u"{\n"
                  u"  \"ConsoleSize\": [1, 70000, 3],\n"
                  u"  \"User\": 7, \"Environment\": {\"\u00e4\": \"\u00e4\", \"b c\": 1},\n"
                  u"\t\"EmulateConsole\": null, \"CreateStdInPipe\": \"x\"\n}";
    cr_assert_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), HCS_E_INVALID_JSON);
    cr_expect_eq(report.total, 5);
    expect_mistake(&report, 0, "$.ConsoleSize", 2, 18);
    expect_mistake(&report, 1, "$.ConsoleSize[1]", 2, 22);
    expect_mistake(&report, 2, "$.User", 3, 11);
    expect_mistake(&report, 3, "$.Environment['b c']", 3, 47);
    expect_mistake(&report, 4, "$.CreateStdInPipe", 4, 45);
    cr_expect_str_eq(report.list[1].expected, "an integer from 0 to 65535");
    cr_expect_str_eq(report.list[1].found, "the number 70000");
    report_free(&report);
}

Test(document, mistakes_beyond_the_most_are_counted)
{
    struct document document;
    struct document_report report;
    enum { MANY = 1000 };
    WCHAR *text = malloc((size_t)(MANY * 2 + 64) * sizeof *text), *p = text;
    for (const char *c = "{\"CommandArgs\":["; *c; c++)
        *p++ = (WCHAR)*c;
    for (int i = 0; i < MANY; i++) {
        *p++ = '1';
        *p++ = i + 1 < MANY ? ',' : ']';
    }
    *p++ = '}';
    *p = 0;
    cr_assert_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), HCS_E_INVALID_JSON);
    cr_expect_eq(report.total, MANY);
    cr_expect_eq(report.count, DOCUMENT_MISTAKES);
    report_free(&report);
    free(text);
}

Test(document, an_unpaired_surrogate_has_its_place)
{
    struct document document;
    struct document_report report;
    const WCHAR text[] = {'{', '\n', '"', 0xD83D, 0xDE00, 0xD800, '"', 0};
    cr_assert_eq(parse(text, TYPE_ProcessParameters, NEWEST, &document, &report), HCS_E_INVALID_JSON);
    expect_mistake(&report, 0, "$", 2, 3);
    report_free(&report);
}

/* --- integers that no double holds --- */

#define REGION(length) u"{\"SectionName\":\"x\",\"Length\":" length u"}"

static const struct {
    PCWSTR text;
    bool fits;
    uint64_t value;
} large[] = {{REGION(u"9007199254740993"), true, 9007199254740993u},
    {REGION(u"18446744073709551615"), true, UINT64_MAX}, {REGION(u"18446744073709551616"), false, 0},
    {REGION(u"-1"), false, 0}, {REGION(u"9223372036854775807"), true, INT64_MAX},
    {REGION(u"1e19"), true, 10000000000000000000u}, {REGION(u"1e20"), false, 0}, {REGION(u"1.0"), true, 1},
    {REGION(u"1.5"), false, 0}, {REGION(u"1e999"), false, 0}, {REGION(u"-9007199254740993"), false, 0}};

Test(document, integers_beyond_2_to_the_53_survive_exactly)
{
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        struct document document;
        struct document_report report;
        uint64_t value = 0;
        HRESULT result = parse(large[i].text, TYPE_SharedMemoryRegion, NEWEST, &document, &report);
        cr_expect_eq(SUCCEEDED(result), large[i].fits, "number %zu", i);
        if (SUCCEEDED(result)) {
            cr_expect(document_unsigned(document.member[SharedMemoryRegion_Length], &value), "number %zu", i);
            cr_expect_eq(value, large[i].value, "number %zu: %llu", i, (unsigned long long)value);
            document_free(&document);
        } else
            cr_expect_str_eq(report.list[0].path, "$.Length");
        report_free(&report);
    }
}

Test(document, int64_has_its_own_bounds)
{
    static const struct {
        PCWSTR text;
        bool fits;
    } cases[] = {{u"{\"DirectFileMappingInMB\":-9223372036854775808}", true},
        {u"{\"DirectFileMappingInMB\":-9223372036854775809}", false},
        {u"{\"DirectFileMappingInMB\":9223372036854775807}", true},
        {u"{\"DirectFileMappingInMB\":9223372036854775808}", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document document;
        struct document_report report;
        HRESULT result = parse(cases[i].text, TYPE_VirtualSmb, NEWEST, &document, &report);
        cr_expect_eq(SUCCEEDED(result), cases[i].fits, "case %zu", i);
        document_free(&document);
        report_free(&report);
    }
}

/* --- versions --- */

#define VM(minor, services)                                                                                            \
    u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":" minor u"},\"VirtualMachine\":{\"Services\":" services u"}}"

Test(document, a_version_hides_what_is_newer_and_must_be_the_hosts)
{
    static const struct {
        PCWSTR text;
        unsigned host;
        HRESULT result;
        bool seen;
    } cases[] = {{VM(u"1", u"{}"), 7, S_OK, false}, {VM(u"1", u"7"), 7, S_OK, false}, {VM(u"3", u"{}"), 7, S_OK, true},
        {VM(u"3", u"7"), 7, HCS_E_INVALID_JSON, false}, {VM(u"3", u"{\"Shutdown\":7}"), 7, S_OK, true},
        {VM(u"5", u"{\"Shutdown\":7}"), 7, HCS_E_INVALID_JSON, false}, {VM(u"5", u"{}"), 1, HCS_E_INVALID_JSON, false},
        {VM(u"1", u"{}"), 1, S_OK, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document document;
        struct document_report report;
        HRESULT result = parse(cases[i].text, TYPE_ComputeSystem, cases[i].host, &document, &report);
        cr_expect_eq(result, cases[i].result, "case %zu", i);
        if (SUCCEEDED(result)) {
            const cJSON *services =
                document_member(document.member[ComputeSystem_VirtualMachine], FIELD_VirtualMachine_Services);
            cr_expect_eq(services != NULL, cases[i].seen, "case %zu", i);
        }
        document_free(&document);
        report_free(&report);
    }
}

/* HCS-ROW: J-12 a hosted document has a version of its own, that of the service in the machine */
Test(document, the_version_of_a_hosted_system_is_in_force_inside_it_alone)
{
    static const struct {
        const char *outer, *inner;
        bool seen;
    } cases[] = {{"7", "{\"Major\":2,\"Minor\":2}", false}, {"7", "{\"Major\":2,\"Minor\":3}", true},
        {"2", "{\"Major\":2,\"Minor\":3}", true}, {"2", "{\"Major\":2,\"Minor\":99}", true}, {"2", "null", false},
        {"3", "null", true}, {"2", "{\"Major\":3,\"Minor\":3}", false}};
    char text[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document document;
        struct document_report report;
        const struct document_options options = {.minor = NEWEST, .limit = 100};
        int length = snprintf(text, sizeof text,
            "{\"SchemaVersion\":{\"Major\":2,\"Minor\":%s},\"HostedSystem\":{\"SchemaVersion\":%s,\"Container\":{"
            "\"AdditionalDeviceNamespace\":{}}}}",
            cases[i].outer, cases[i].inner);
        HRESULT result = document_check(text, (size_t)length, TYPE_ComputeSystem, &options, &document, &report);
        cr_assert_eq(result, S_OK, "%s", text);
        const cJSON *container =
            document_member(document.member[ComputeSystem_HostedSystem], FIELD_HostedSystem_Container);
        cr_expect_eq(
            document_member(container, FIELD_Container_AdditionalDeviceNamespace) != NULL, cases[i].seen, "%s", text);
        document_free(&document);
        report_free(&report);
    }
}

Test(document, builds_have_the_versions_of_the_facts)
{
    static const unsigned known[][2] = {
        {16299, 0}, {17763, 1}, {18363, 2}, {19045, 3}, {20348, 5}, {22000, 6}, {22621, 7}, {26100, 7}, {99999, 7}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_expect_eq(document_minor_of_build(known[i][0]), known[i][1], "build %u", known[i][0]);
    cr_expect_eq(document_newest_minor(), NEWEST);
}

/* --- formats, keys, and the settings that a path decides --- */

struct verdict {
    enum spec_type type;
    const char *text;
    const char *path; /* NULL: valid */
    enum spec_decision decision;
};

static const struct verdict verdicts[] = {
    {TYPE_NetworkAdapter, "{\"EndpointId\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"}", NULL, 0},
    {TYPE_NetworkAdapter, "{\"EndpointId\":\"{3f2504e0-4f89-11d3-9a0c-0305e82c3301}\"}", "$.EndpointId",
        DECISION_BAD_FORMAT},
    {TYPE_NetworkAdapter, "{\"MacAddress\":\"00-15-5D-00-00-01\"}", NULL, 0},
    {TYPE_NetworkAdapter, "{\"MacAddress\":\"00:15:5d:00:00:01\"}", NULL, 0},
    {TYPE_NetworkAdapter, "{\"MacAddress\":\"00-15:5D-00-00-01\"}", "$.MacAddress", DECISION_BAD_FORMAT},
    {TYPE_ProcessDetails, "{\"CreateTimestamp\":\"2026-01-01T00:00:00.1234567Z\"}", NULL, 0},
    {TYPE_ProcessDetails, "{\"CreateTimestamp\":\"2026-01-01T00:00:00+01:00\"}", NULL, 0},
    {TYPE_ProcessDetails, "{\"CreateTimestamp\":\"2026-01-01\"}", "$.CreateTimestamp", DECISION_BAD_FORMAT},
    {TYPE_RegistryValue, "{\"BinaryValue\":\"AAA=\"}", NULL, 0},
    {TYPE_RegistryValue, "{\"BinaryValue\":\"AAA\"}", "$.BinaryValue", DECISION_BAD_FORMAT},
    {TYPE_RegistryValue, "{}", "$", DECISION_MISSING_MEMBER},
    {TYPE_RegistryValue, "{\"StringValue\":\"x\",\"DWordValue\":1}", "$.DWordValue", DECISION_EXCLUDED_MEMBER},
    {TYPE_Container_Processor, "{\"Weight\":10000}", NULL, 0},
    {TYPE_Container_Processor, "{\"Weight\":10001}", "$.Weight", DECISION_OUT_OF_RANGE},
    {TYPE_Container_Processor, "{\"Maximum\":1,\"Count\":1}", "$.Count", DECISION_EXCLUDED_MEMBER},
    {TYPE_Scsi, "{\"Attachments\":{\"0\":{\"Type\":\"Iso\"}}}", NULL, 0},
    {TYPE_Scsi, "{\"Attachments\":{\"first\":{}}}", "$.Attachments.first", DECISION_BAD_KEY},
    {TYPE_Scsi, "{\"Attachments\":{\"4294967296\":{}}}", "$.Attachments.4294967296", DECISION_BAD_KEY},
    {TYPE_SignalProcessOptions, "{\"Signal\":9}", NULL, 0},
    {TYPE_SaveOptions, "{\"SaveType\":0}", "$.SaveType", DECISION_WRONG_TYPE},
    {TYPE_SaveOptions, "{\"SaveType\":\"tofile\"}", "$.SaveType", DECISION_VALUE_CASE},
    {TYPE_SaveOptions, "{\"SaveType\":\"ToDisk\"}", "$.SaveType", DECISION_UNKNOWN_VALUE},
    {TYPE_ComputeSystem, "{\"SchemaVersion\":{\"Major\":2},\"HostedSystem\":{\"Container\":7}}",
        "$.HostedSystem.Container", DECISION_WRONG_TYPE},
    {TYPE_ModificationRequest,
        "{\"PropertyType\":\"CpuGroup\",\"Settings\":{\"Operation\":\"DeleteGroup\","
        "\"OperationDetails\":{\"GroupId\":7}}}",
        "$.Settings.OperationDetails.GroupId", DECISION_WRONG_TYPE},
    {TYPE_ModifySettingRequest,
        "{\"ResourcePath\":\"VirtualMachine/Devices/ComPorts/0\",\"Settings\":{\"NamedPipe\":7}}",
        "$.Settings.NamedPipe", DECISION_WRONG_TYPE},
    {TYPE_ModifySettingRequest, "{\"ResourcePath\":\"VirtualMachine/Nowhere\",\"Settings\":7}", NULL, 0},
    {TYPE_ModifySettingRequest,
        "{\"ResourcePath\":\"VirtualMachine/Devices/VirtualPMem/Devices/0\",\"RequestType\":\"Remove\","
        "\"Settings\":{\"HostPath\":7}}",
        NULL, 0},
};

static HRESULT check_with(
    const char *text, enum spec_type type, const struct document_options *options, struct document_report *report)
{
    struct document document;
    HRESULT result = document_check(text, strlen(text), type, options, &document, report);
    document_free(&document);
    return result;
}

static HRESULT check(const char *text, enum spec_type type, bool people, struct document_report *report)
{
    return check_with(text, type, &(struct document_options){.minor = NEWEST, .people = people, .limit = 100}, report);
}

Test(document, formats_keys_constraints_and_variants)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const struct verdict *v = &verdicts[i];
        struct document_report report;
        HRESULT result = check(v->text, v->type, false, &report);
        cr_expect_eq(result, v->path ? HCS_E_INVALID_JSON : S_OK, "%s", v->text);
        if (v->path && report.count) {
            cr_expect_str_eq(report.list[0].path, v->path);
            cr_expect_eq(report.list[0].decision, v->decision, "%s: %s", v->text, report.list[0].text);
        }
        report_free(&report);
    }
}

/* --- what people are told and the API ignores --- */

#define HOSTED(outer, inner, more)                                                                                     \
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":" outer                                                                 \
    "},\"HostingSystemId\":\"x\",\"HostedSystem\":{\"SchemaVersion\":{\"Major\":2,\"Minor\":" inner                    \
    "},\"Container\":{\"AdditionalDeviceNamespace\":{}}}" more "}"

static const struct verdict remarks[] = {
    {TYPE_ProcessParameters, "{\"CommandLin\":\"x\"}", "$.CommandLin", DECISION_UNKNOWN_MEMBER},
    {TYPE_ProcessParameters, "{\"commandLine\":\"x\"}", "$.commandLine", DECISION_LETTER_CASE},
    {TYPE_ProcessParameters, "{\"User\":\"x\",\"User\":\"y\"}", "$.User", DECISION_DUPLICATE_MEMBER},
    {TYPE_ProcessParameters, "{\"Environment\":{\"A\":\"x\",\"A\":\"y\"}}", "$.Environment.A",
        DECISION_DUPLICATE_MEMBER},
    {TYPE_ProcessParameters, "{\"EmulateConsole\":true,\"CreateStdErrPipe\":true}", "$.CreateStdErrPipe",
        DECISION_UNREAD_MEMBER},
    {TYPE_Device, "{\"Type\":\"DeviceInstance\",\"InterfaceClassGuid\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"}",
        "$.InterfaceClassGuid", DECISION_UNREAD_MEMBER},
    {TYPE_RegistryLayer, "{\"fileaccesstoken\":1}", "$.fileaccesstoken", DECISION_UNREAD_MEMBER},
    {TYPE_VirtualMachine_Memory, "{\"SizeInMB\":1025}", "$.SizeInMB", DECISION_UNEVEN_SIZE},
    {TYPE_ComputeSystem, "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"Services\":{}}}",
        "$.VirtualMachine.Services", DECISION_NEWER_MEMBER},
    {TYPE_ComputeSystem, HOSTED("7", "1", ""), "$.HostedSystem.Container.AdditionalDeviceNamespace",
        DECISION_NEWER_MEMBER},
    {TYPE_ComputeSystem, HOSTED("1", "3", ",\"Owner\":\"x\",\"Owner\":\"y\""), "$.Owner", DECISION_DUPLICATE_MEMBER},
};

Test(document, people_are_told_what_the_api_ignores)
{
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        struct document_report report;
        cr_expect_eq(check(remarks[i].text, remarks[i].type, false, &report), S_OK, "%s", remarks[i].text);
        cr_expect_eq(report.total, 0);
        report_free(&report);
        cr_expect_eq(check(remarks[i].text, remarks[i].type, true, &report), S_OK, "%s", remarks[i].text);
        cr_assert_eq(report.count, 1, "%s: %u mistakes", remarks[i].text, report.count);
        cr_expect_str_eq(report.list[0].path, remarks[i].path);
        cr_expect_eq(report.list[0].decision, remarks[i].decision, "%s", report.list[0].text);
        report_free(&report);
    }
}

Test(document, misspelt_names_get_a_suggestion)
{
    static const char *const cases[][2] = {{"{\"CommandLin\":\"x\"}", "CommandLine"},
        {"{\"CommnadLine\":\"x\"}", "CommandLine"}, {"{\"commandline\":\"x\"}", "CommandLine"},
        {"{\"CreateStdOut\":true}", "CreateStdOutPipe"}, {"{\"Envrionment\":{}}", "Environment"}, {"{\"Xyzzy\":1}", ""},
        {"{\"Usr\":\"x\"}", "User"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document_report report;
        check(cases[i][0], TYPE_ProcessParameters, true, &report);
        cr_assert_eq(report.count, 1, "%s", cases[i][0]);
        cr_expect_str_eq(report.list[0].hint, cases[i][1], "%s", cases[i][0]);
        report_free(&report);
    }
}

Test(document, bytes_that_are_no_utf8_are_found)
{
    static const struct {
        const char *text;
        int place;
    } cases[] = {{"abc", -1}, {"\xC3\xA4", -1}, {"\xF0\x9F\x98\x80", -1}, {"a\xFF", 1}, {"\xC0\x80", 0},
        {"\xED\xA0\x80", 0}, {"\xE2\x82", 0}, {"ab\xF5\x80\x80\x80", 2}, {"\xE0\x80\x80", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *place = utf8_invalid(cases[i].text, strlen(cases[i].text));
        cr_expect_eq(place ? (int)(place - cases[i].text) : -1, cases[i].place, "case %zu", i);
    }
    for (size_t i = 0; i < 40; i++) {
        char text[41];
        memset(text, 'a', sizeof text - 1);
        text[sizeof text - 1] = 0;
        text[i] = (char)0x80;
        cr_expect_eq(utf8_invalid(text, sizeof text - 1), text + i, "at %zu", i);
    }
}

Test(document, a_text_is_cut_between_characters)
{
    static const struct {
        const char *text;
        int most, length;
    } cases[] = {{"abc", 2, 2}, {"abc", 9, 3}, {"", 4, 0}, {"a\xC3\xA4", 2, 1}, {"a\xC3\xA4", 3, 3}, {"\xC3\xA4", 1, 0},
        {"a\xE2\x82\xAC", 2, 1}, {"a\xE2\x82\xAC", 3, 1}, {"a\xE2\x82\xAC", 4, 4}, {"\xF0\x9F\x98\x80", 3, 0},
        {"\xF0\x9F\x98\x80", 4, 4}, {"a\xF0\x9F\x98\x80", 2, 1}, {"a\xE2\x82", 9, 1}, {"a\xC3", 9, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(utf8_cut(cases[i].text, cases[i].most), cases[i].length, "case %zu", i);
}

/* Not those that hosts honour after all: an uneven size, names that production clients send, a null. */
Test(document, strict_documents_have_nothing_that_the_api_drops)
{
    static const struct verdict honoured[] = {
        {TYPE_ProcessParameters, "{\"User\":null}", NULL, 0},
        {TYPE_VirtualMachine, "{\"SecuritySettings\":{}}", NULL, 0},
    };
    const struct document_options strict = {.minor = NEWEST, .limit = 100, .strict = true};
    struct document_report report;
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        bool drops = remarks[i].decision != DECISION_UNEVEN_SIZE;
        HRESULT result = check_with(remarks[i].text, remarks[i].type, &strict, &report);
        cr_expect_eq(result, drops ? HCS_E_INVALID_JSON : S_OK, "%s", remarks[i].text);
        cr_assert_eq(report.count, drops, "%s: %u mistakes", remarks[i].text, report.count);
        if (drops) {
            cr_expect_str_eq(report.list[0].path, remarks[i].path);
            cr_expect_eq(report.list[0].decision, remarks[i].decision, "%s", report.list[0].text);
        }
        report_free(&report);
    }
    for (size_t i = 0; i < sizeof honoured / sizeof *honoured; i++) {
        cr_expect_eq(check_with(honoured[i].text, honoured[i].type, &strict, &report), S_OK, "%s", honoured[i].text);
        cr_expect_eq(report.count, 0);
        report_free(&report);
    }
}
