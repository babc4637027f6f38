/* What a Container document asks for. */
#include "lxc/plan.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define C(members) "{\"Container\":{" members "}}"
#define SERVICE(members) C("\"HvSocket\":{\"Config\":{\"ServiceTable\":{" members "}}}")
#define SERVICE_PATH "$.Container.HvSocket.Config.ServiceTable"
#define GUID "00000400-FACB-11E6-BD58-64006A7986D3"
#define LONG_NAME "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *document;
    int error; /* 0: it can be had */
    const char *path;
} documents[] = {
    {"{}", 0, ""},
    {"{\"VirtualMachine\":{}}", EOPNOTSUPP, "$.VirtualMachine"},
    {"{\"HostingSystemId\":\"a\",\"Container\":{}}", EOPNOTSUPP, "$.HostingSystemId"},
    {"{\"HostingSystemId\":\"\",\"VirtualMachine\":null,\"Container\":null}", 0, ""},
    /* settings that can't be had; those that ask for nothing are none */
    {C("\"ContainerCredentialGuard\":{\"Cookie\":\"a\"}"), EOPNOTSUPP, "$.Container.ContainerCredentialGuard"},
    {C("\"ContainerCredentialGuard\":{},\"AssignedDevices\":[],\"RegistryChanges\":null"), 0, ""},
    {C("\"RegistryChanges\":{\"AddValues\":[{}]}"), EOPNOTSUPP, "$.Container.RegistryChanges"},
    {C("\"AssignedDevices\":[{}]"), EOPNOTSUPP, "$.Container.AssignedDevices"},
    {C("\"Storage\":{\"QoS\":{\"IopsMaximum\":1}}"), EOPNOTSUPP, "$.Container.Storage.QoS"},
    {C("\"Networking\":{\"NetworkAdapters\":[\"a\"]}"), EOPNOTSUPP, "$.Container.Networking.NetworkAdapters"},
    {C("\"HvSocket\":{\"EnablePowerShellDirect\":true}"), EOPNOTSUPP, "$.Container.HvSocket.EnablePowerShellDirect"},
    {C("\"HvSocket\":{\"EnablePowerShellDirect\":false}"), 0, ""},
    {C("\"HvSocket\":{\"Config\":{\"ServiceTable\":{}}}"), 0, ""},
    {SERVICE("\"" GUID "\":{}"), 0, ""},
    {SERVICE("\"" GUID "\":{\"BindSecurityDescriptor\":\"D:P(A;;FA;;;SY)(A;;GA;;;BA)\","
             "\"ConnectSecurityDescriptor\":\"D:(A;;FA;;;WD)\",\"AllowWildcardBinds\":true}"),
        0, ""},
    {SERVICE("\"" GUID "\":{},\"00000400-facb-11e6-bd58-64006a7986d3\":{}"), EINVAL,
        SERVICE_PATH "['00000400-facb-11e6-bd58-64006a7986d3']"},
    {SERVICE("\"serial\":{}"), EINVAL, SERVICE_PATH "['serial']"},
    {SERVICE("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA4 cut\":{}"), EINVAL,
        SERVICE_PATH "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']"},
    {SERVICE("\"" GUID "\":{\"BindSecurityDescriptor\":\"D:P(A;;FA;;;WD)\"}"), EOPNOTSUPP, SERVICE_PATH "['" GUID "']"},
    {SERVICE("\"" GUID "\":{\"ConnectSecurityDescriptor\":\"D:P(A;;FA;;;AU)\"}"), EOPNOTSUPP,
        SERVICE_PATH "['" GUID "']"},
    {SERVICE("\"" GUID "\":{\"ConnectSecurityDescriptor\":\"D:P\"}"), EOPNOTSUPP, SERVICE_PATH "['" GUID "']"},
    {C("\"HvSocket\":{\"Config\":{\"DefaultBindSecurityDescriptor\":\"D:P(D;;FA;;;SY)\",\"ServiceTable\":"
       "{\"" GUID "\":{}}}}"),
        EOPNOTSUPP, SERVICE_PATH "['" GUID "']"},
    /* names */
    {C("\"GuestOs\":{\"HostName\":\"name\"},\"Networking\":{\"Namespace\":\"net\"}"), 0, ""},
    {C("\"GuestOs\":{\"HostName\":\"a b\"}"), EINVAL, "$.Container.GuestOs.HostName"},
    {C("\"GuestOs\":{\"HostName\":\"" LONG_NAME "\"}"), EINVAL, "$.Container.GuestOs.HostName"},
    /* storage */
    {C("\"Storage\":{\"Path\":\"/a\",\"Layers\":[{\"Path\":\"/b\"},{\"Path\":\"/c\",\"PathType\":\"AbsolutePath\"}]}"),
        0, ""},
    {C("\"Storage\":{\"Path\":\"a\"}"), EINVAL, "$.Container.Storage.Path"},
    {C("\"Storage\":{\"Layers\":[{}]}"), EINVAL, "$.Container.Storage.Layers[0].Path"},
    {C("\"Storage\":{\"Layers\":[{\"Path\":\"/b\"},{\"Path\":\"b\"}]}"), EINVAL, "$.Container.Storage.Layers[1].Path"},
    {C("\"Storage\":{\"Layers\":[{\"Path\":\"/b\",\"PathType\":\"VirtualSmbShareName\"}]}"), EOPNOTSUPP,
        "$.Container.Storage.Layers[0].Path"},
    /* what the host shares */
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b\",\"ReadOnly\":true}]"), 0, ""},
    {C("\"MappedDirectories\":[{\"HostPath\":\"a\",\"ContainerPath\":\"/b\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"ContainerPath\":\"/b\"}]"), EINVAL, "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\"}]"), EINVAL, "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"b\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b\\nc\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b/./c\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b/../c\"}]"), EINVAL,
        "$.Container.MappedDirectories[0]"},
    {C("\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/...\"},"
       "{\"HostPath\":\"/a\",\"ContainerPath\":\"/b\",\"HostPathType\":\"VirtualSmbShareName\"}]"),
        EOPNOTSUPP, "$.Container.MappedDirectories[1]"},
    {C("\"MappedPipes\":[{\"HostPath\":\"/a\",\"ContainerPipeName\":\"name\"},"
       "{\"HostPath\":\"/a\",\"ContainerPipeName\":\"/run/s\"}]"),
        0, ""},
    {C("\"MappedPipes\":[{\"HostPath\":\"a\",\"ContainerPipeName\":\"name\"}]"), EINVAL, "$.Container.MappedPipes[0]"},
    {C("\"MappedPipes\":[{\"HostPath\":\"/a\",\"ContainerPipeName\":\"../name\"}]"), EINVAL,
        "$.Container.MappedPipes[0]"},
    {C("\"MappedPipes\":[{\"HostPath\":\"/"
       "a\",\"ContainerPipeName\":\"name\",\"HostPathType\":\"VirtualSmbPipeName\"}]"),
        EOPNOTSUPP, "$.Container.MappedPipes[0]"},
    /* limits */
    {C("\"Memory\":{\"SizeInMB\":64},\"Processor\":{\"Count\":2,\"Maximum\":5000,\"Weight\":100}"), 0, ""},
    {C("\"Memory\":{\"SizeInMB\":\"64\"}"), 0, ""},
    {C("\"Processor\":{\"Count\":5000}"), ERANGE, "$.Container.Processor.Count"},
    {C("\"Processor\":{\"Maximum\":-1}"), ERANGE, "$.Container.Processor.Maximum"},
    {C("\"Processor\":{\"Weight\":10001}"), ERANGE, "$.Container.Processor.Weight"},
};

Test(plan, what_can_not_be_had_is_refused_with_its_path)
{
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct failure failure = {0};
        struct plan plan;
        cJSON *json = cJSON_Parse(documents[i].document);
        cr_assert(json, "%s", documents[i].document);
        bool made = plan_make(&plan, json, &failure);
        cr_expect_eq(made, documents[i].error == 0, "%s", documents[i].document);
        cr_expect_eq(failure.error, documents[i].error, "%s: %d", documents[i].document, failure.error);
        cr_expect_str_eq(failure.path, documents[i].path, "%s", documents[i].document);
        cr_expect(made || failure.message[0], "%s", documents[i].document);
        plan_free(&plan);
        cJSON_Delete(json);
    }
}

Test(plan, what_can_be_had_is_taken_over)
{
    struct failure failure = {0};
    struct plan plan;
    cJSON *json =
        cJSON_Parse(C("\"GuestOs\":{\"HostName\":\"host\"},\"Networking\":{\"Namespace\":\"net\"},"
                      "\"Storage\":{\"Path\":\"/up\",\"Layers\":[{\"Path\":\"/one\"},{\"Path\":\"/two\"}]},"
                      "\"MappedDirectories\":[{\"HostPath\":\"/a\",\"ContainerPath\":\"/b\",\"ReadOnly\":true}],"
                      "\"MappedPipes\":[{\"HostPath\":\"/s\",\"ContainerPipeName\":\"name\"}],"
                      "\"HvSocket\":{\"Config\":{\"DefaultConnectSecurityDescriptor\":\"D:P(A;;FA;;;WD)\","
                      "\"ServiceTable\":{\"" GUID "\":{\"AllowWildcardBinds\":true},"
                      "\"11111400-FACB-11E6-BD58-64006A7986D3\":{\"ConnectSecurityDescriptor\":\"D:(A;;FA;;;SY)\"}}}},"
                      "\"Memory\":{\"SizeInMB\":64},\"Processor\":{\"Count\":2,\"Maximum\":5000,\"Weight\":100}"));
    cr_assert(plan_make(&plan, json, &failure), "%s", failure.message);
    cr_expect_str_eq(plan.host_name, "host");
    cr_expect_str_eq(plan.network, "net");
    cr_expect_str_eq(plan.upper, "/up");
    cr_assert_eq(plan.layer_count, 2);
    cr_expect_str_eq(plan.layers[1], "/two");
    cr_assert_eq(plan.share_count, 2);
    cr_expect(plan.shares[0].read_only && !plan.shares[0].socket);
    cr_expect_str_eq(plan.shares[1].container, "/run/computecore/pipe/name");
    cr_expect(plan.shares[1].socket);
    cr_assert_eq(plan.service_count, 2);
    cr_expect_str_eq(plan.services[0].id, "00000400-facb-11e6-bd58-64006a7986d3");
    cr_expect(plan.services[0].everyone && plan.services[0].wildcard);
    cr_expect(!plan.services[1].everyone && !plan.services[1].wildcard);
    cr_expect_eq(plan.memory_mb, 64);
    cr_expect(plan.processor_count == 2 && plan.processor_maximum == 5000 && plan.processor_weight == 100);
    plan_free(&plan);
    cJSON_Delete(json);
}

Test(plan, more_is_shared_than_can_be)
{
    struct failure failure = {0};
    struct plan plan;
    cJSON *json = cJSON_CreateObject(), *container = cJSON_AddObjectToObject(json, "Container");
    cJSON *list = cJSON_AddArrayToObject(container, "MappedDirectories");
    for (int i = 0; i < 257; i++)
        cJSON_AddItemToArray(list, cJSON_CreateObject());
    cr_expect_not(plan_make(&plan, json, &failure));
    cr_expect_eq(failure.error, E2BIG);
    plan_free(&plan);
    cJSON_Delete(json);
}
