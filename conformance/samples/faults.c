/* Code of a client that is tried with faults of the simulator. */
#include <HcsSim.h>
#include <stdio.h>

/* What is tested: a create that fails is tried again, twice at most. */
static HRESULT create(HCS_OPERATION operation, HCS_SYSTEM *system)
{
    HRESULT result = E_FAIL;
    for (int tries = 0; FAILED(result) && tries < 3; tries++) {
        HcsCreateComputeSystem(
            u"retried", u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}", operation, NULL, system);
        result = HcsWaitForOperationResult(operation, INFINITE, NULL);
        if (FAILED(result))
            HcsCloseComputeSystem(*system);
    }
    return result;
}

int main(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL;

    HcsSimScenario(u"{\"faults\":[{\"call\":\"HcsCreateComputeSystem\",\"effect\":\"Fail\","
                   u"\"hresult\":\"HCS_E_CONNECTION_TIMEOUT\"}]}");
    printf("each create fails: 0x%08X\n", (unsigned)create(operation, &system));
    HcsSimScenario(u"{\"faults\":[{\"call\":\"HcsCreateComputeSystem\",\"effect\":\"Fail\","
                   u"\"hresult\":\"HCS_E_CONNECTION_TIMEOUT\",\"times\":2}]}");
    printf("two fail: 0x%08X\n", (unsigned)create(operation, &system));

    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}
