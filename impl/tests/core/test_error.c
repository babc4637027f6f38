/* Error documents and the report of misuse. */
#include "../client.h"
#include "core/text/document.h"
#include "core/text/error.h"
#include <cjson/cJSON.h>
#include <sys/wait.h>

Test(error, document_has_the_older_form_of_hcs_codes)
{
    char *text = error_document(HCS_E_INVALID_JSON, "$.User", "a \"quoted\" cause");
    cJSON *root = cJSON_Parse(text);
    cr_assert_not_null(root);
    cr_expect_eq((int32_t)cJSON_GetObjectItem(root, "Error")->valuedouble, (int32_t)0xC037010D);
    const cJSON *event = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "ErrorEvents"), 0);
    cr_expect_str_eq(cJSON_GetObjectItem(event, "Message")->valuestring, "$.User: a \"quoted\" cause");
    cr_expect_str_eq(
        cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(event, "Data"), 1), "Value")->valuestring, "$.User");
    cJSON_Delete(root);
    free(text);
}

Test(error, codes_of_other_families_stay_as_they_are)
{
    char *text = error_document(HRESULT_ERROR_FILE_NOT_FOUND, NULL, NULL);
    cJSON *root = cJSON_Parse(text);
    cr_expect_eq((int32_t)cJSON_GetObjectItem(root, "Error")->valuedouble, HRESULT_ERROR_FILE_NOT_FOUND);
    cJSON_Delete(root);
    free(text);
}

static const char *data_at(const cJSON *event, int index)
{
    const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItem(event, "Data"), index);
    return cJSON_GetStringValue(cJSON_GetObjectItem(item, "Value"));
}

Test(error, every_mistake_of_a_document_is_an_event)
{
    struct document document;
    struct document_text utf8;
    struct document_report report;
    PCWSTR text = u"{\n\"User\": 7,\n\"CommandLine\": []}";
    struct document_options options = {.minor = 7, .limit = DOCUMENT_MISTAKES};
    cr_assert_eq(document_parse(text, TYPE_ProcessParameters, &options, &utf8, &document, &report), HCS_E_INVALID_JSON);
    document_text_free(&utf8);
    char *made = error_report_document(&report);
    cJSON *root = cJSON_Parse(made);
    cr_assert_not_null(root);
    const cJSON *events = cJSON_GetObjectItem(root, "ErrorEvents"), *second = cJSON_GetArrayItem(events, 1);
    cr_expect_str_eq(cJSON_GetObjectItem(root, "ErrorMessage")->valuestring,
        "$.User: expected a string, found the number 7 (line 2, column 9), and 1 more mistake");
    cr_expect_eq(cJSON_GetArraySize(events), 2);
    cr_expect_str_eq(cJSON_GetObjectItem(second, "Message")->valuestring,
        "$.CommandLine: expected a string, found an array (line 3, column 16)");
    cr_expect_str_eq(data_at(second, 1), "$.CommandLine");
    cr_expect_str_eq(data_at(second, 2), "3:16");
    cr_expect_str_eq(data_at(second, 3), "a string");
    cr_expect_str_eq(data_at(second, 4), "an array");
    cJSON_Delete(root);
    free(made);
    report_free(&report);
}

static void close_twice(void)
{
    HcsCloseOperation((HCS_OPERATION)(uintptr_t)0x1234);
    HcsCloseOperation((HCS_OPERATION)(uintptr_t)0x1234);
}

static void misspell(void)
{
    PWSTR result;
    HcsGetServiceProperties(
        u"{\"PropertyTypes\":[\"Basic\"],\"PropertyQuerys\":{},\"PropertyTypes\":[\"Basic\"]}", &result);
    LocalFree(result);
}

static int misuse_in_child(void (*misuse)(void), const char *how, char *said, size_t size)
{
    int pipes[2], status;
    cr_assert_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (!child) {
        dup2(pipes[1], 2);
        setenv("COMPUTECORE_MISUSE", how, 1);
        misuse();
        _exit(0);
    }
    close(pipes[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(pipes[0], said + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(pipes[0]);
    waitpid(child, &status, 0);
    return status;
}

Test(error, misuse_is_answered_reported_or_fatal)
{
    char said[256];
    cr_expect_eq(misuse_in_child(close_twice, "", said, sizeof said), 0);
    cr_expect_str_empty(said);
    cr_expect_eq(misuse_in_child(close_twice, "report", said, sizeof said), 0);
    cr_expect_not_null(strstr(said, "HcsCloseOperation"));
    int status = misuse_in_child(close_twice, "abort", said, sizeof said);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* A document that hosts take is no reason to end the program. */
Test(error, what_a_call_ignores_of_its_document_is_reported)
{
    char said[1024];
    cr_expect_eq(misuse_in_child(misspell, "", said, sizeof said), 0);
    cr_expect_str_empty(said);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(misuse_in_child(misspell, i ? "abort" : "report", said, sizeof said), 0);
        cr_expect_str_eq(said,
            "computecore: HcsGetServiceProperties ignores a part of its document: $.PropertyQuerys: 'PropertyQuerys' "
            "is not a member of Service_PropertyQuery; did you mean 'PropertyQueries'? (line 1, column 28)\n"
            "computecore: HcsGetServiceProperties ignores a part of its document: $.PropertyTypes: 'PropertyTypes' "
            "occurs twice; the last one counts (line 1, column 48)\n");
    }
}

Test(error, a_way_to_treat_misuse_that_is_none_is_named_once)
{
    char said[512];
    cr_expect_eq(misuse_in_child(close_twice, "bogus", said, sizeof said), 0);
    cr_expect_str_eq(
        said, "computecore: COMPUTECORE_MISUSE must be report or abort, not 'bogus'; bad handles are only answered\n");
}
