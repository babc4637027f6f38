/* No memory in hcs-spec: never a wrong answer. */
#include "../../impl/tests/failures/memory.h"

Test(memory, facts_are_checked_and_written_rightly_or_not_at_all, .timeout = 300)
{
    char folder[] = "/tmp/hcs-spec-memory-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    expect_no_wrong_answer(folder, HCS_SPEC " check --root " ROOT);
    expect_no_wrong_answer(folder, HCS_SPEC " json-schema --root " ROOT " --type ComputeSystem");
    expect_no_wrong_answer(folder, HCS_SPEC " generate --root " ROOT " --output .");
    cr_expect_eq(command_run("rm -rf %s", folder), 0);
}
