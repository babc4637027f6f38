/* The synchronous exports of the service: documents come through out pointers, error documents as well. */
#include "../client.h"

static bool contains(PCWSTR text, const char *part)
{
    char narrow[8192];
    size_t length = 0;
    for (; text && text[length] && length + 1 < sizeof narrow; length++)
        narrow[length] = (char)text[length];
    narrow[length] = 0;
    return strstr(narrow, part) != NULL;
}

Test(service, properties_come_at_once)
{
    PWSTR document = NULL;
    must(HcsGetServiceProperties(NULL, &document));
    cr_expect(contains(document, "{\"Properties\":[{\"SupportedSchemaVersions\":[{\"Major\":2,\"Minor\":"));
    LocalFree(document);
    must(HcsGetServiceProperties(u"null", &document)); /* C-07 */
    LocalFree(document);
    cr_expect_eq(HcsGetServiceProperties(NULL, NULL), E_INVALIDARG);
}

Test(service, a_refused_document_leaves_an_error_document)
{
    PWSTR document = (PWSTR)(uintptr_t)1;
    cr_expect_eq(HcsGetServiceProperties(u"", &document), HCS_E_INVALID_JSON);
    cr_expect(contains(document, "\"ErrorEvents\""));
    LocalFree(document);
    cr_expect_eq(HcsModifyServiceSettings(u"{\"PropertyType\":7,\"Settings\":{}}", &document), HCS_E_INVALID_JSON);
    cr_expect(contains(document, "$.PropertyType"));
    LocalFree(document);
    cr_expect_eq(HcsModifyServiceSettings(NULL, &document), E_INVALIDARG);
    cr_expect(contains(document, "a document is required"));
    LocalFree(document);
}

Test(service, a_failure_of_the_service_leaves_one_as_well)
{
    PWSTR document = NULL;
    PCWSTR text = u"{\"PropertyType\":\"CpuGroup\",\"Settings\":{\"Operation\":\"DeleteGroup\",\"OperationDetails\":"
                  u"{\"GroupId\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"}}}";
    cr_expect_eq(HcsModifyServiceSettings(text, &document), HRESULT_ERROR_NOT_FOUND);
    cr_expect(contains(document, "$.Settings.OperationDetails.GroupId"));
    LocalFree(document);
    cr_expect_eq(HcsModifyServiceSettings(text, NULL), HRESULT_ERROR_NOT_FOUND);
    cr_expect_eq(HcsModifyServiceSettings(u"{", NULL), HCS_E_INVALID_JSON);
}

Test(service, success_without_a_document_leaves_null)
{
    PWSTR document = (PWSTR)(uintptr_t)1;
    PCWSTR text = u"{\"PropertyType\":\"CpuGroup\",\"Settings\":{\"Operation\":\"CreateGroup\",\"OperationDetails\":"
                  u"{\"GroupId\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"}}}";
    must(HcsModifyServiceSettings(text, &document));
    cr_expect_null(document);
    cr_expect_eq(HcsSubmitWerReport(u"{\"SystemId\":\"x\"}"), S_OK);
    cr_expect_eq(HcsSubmitWerReport(u"{}"), E_INVALIDARG);
    cr_expect_eq(HcsSubmitWerReport(NULL), E_INVALIDARG);
}
