/* hcs-spec as a program: its command lines, and what they print where nothing can be written. */
#include "../../impl/tests/command_table.h"
#include "hcs_spec.h"

Test(command_line, every_command_says_how_and_refuses_wrong_use, .timeout = 300)
{
    expect_table_holds(HCS_SPEC, &hcs_spec);
}

Test(command_line, what_a_command_needs_is_named)
{
    expect_refused(&hcs_spec, HCS_SPEC " generate", "--output DIR is missing");
    expect_refused(&hcs_spec, HCS_SPEC " drift", "--docs DIR is missing");
    expect_refused(&hcs_spec, HCS_SPEC " json-schema", "--type TYPE is missing");
    expect_refused(&hcs_spec, HCS_SPEC " json-schema --types --type X", "--type excludes --types");
    expect_refused(&hcs_spec, HCS_SPEC " check facts", "unexpected argument 'facts'");
}

Test(command_line, a_full_disk_behind_standard_output_is_an_error)
{
    expect_refused(
        &hcs_spec, "(" HCS_SPEC " json-schema --root " ROOT " --types >/dev/full)", "No space left on device");
    expect_refused(&hcs_spec, "(" HCS_SPEC " json-schema --root " ROOT " --type ComputeSystem >/dev/full)",
        "standard output can't be written");
}
