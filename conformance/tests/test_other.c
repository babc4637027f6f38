/* Rows with a second process: where they run, and a second process that misbehaves. */
#include "../../impl/tests/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(other, .timeout = 300);

Test(other, a_simulator_in_the_process_has_no_second_client)
{
    cr_expect_eq(command_run("timeout 60 " TOOL " run --filter shared.opened-by-another --verbose"), 0, "%s", said);
    SAYS("the simulator is in this process, where no other finds it; see --daemon");
    SAYS("1 skipped");
}

Test(other, a_daemon_has_one_and_nothing_is_left)
{
    cr_expect_eq(command_run("TMPDIR=$SCRATCH timeout 60 " TOOL " run --daemon " COMPUTECORED
                             " --filter shared.opened-by-another && ls -A $SCRATCH"),
        0, "%s", said);
    SAYS("1 passed, 0 failed, 0 skipped");
    cr_expect_null(strstr(said, ".sock"), "%s", said);
}

Test(other, what_the_target_is_said_to_lack_is_not_tried)
{
    cr_expect_eq(command_run("timeout 60 " TOOL " run --daemon " COMPUTECORED
                             " --without shared-host --filter shared.opened-by-another --verbose"),
        0, "%s", said);
    SAYS("this target is said to have no shared-host");
}

Test(other, the_list_names_rows_of_two_processes)
{
    cr_expect_eq(command_run(TOOL " list --filter shared.opened-by-another"), 0, "%s", said);
    SAYS("H-10  (two processes)");
}

/* The only call that this row makes in its second process is one in which the target misbehaves; without a fault the
   row fails, because there is no document. */
static const struct fault {
    const char *name, *outcome, *said;
} faults[] = {
    {"none", "skip", "HcsCreateComputeSystem is not in this build"},
    {"crash", "crash", "in other: the process was ended by signal 6"},
    {"floods", "timeout", "no end within 1 seconds"},
    {"line", "skip", "HcsCreateComputeSystem is not in this build"},
    {"chats", "skip", "HcsCreateComputeSystem is not in this build"},
    {"forges", "skip", "HcsCreateComputeSystem is not in this build"},
    {"scribbles", "crash", "in other: "},
    {"closes", "timeout", "no end within 1 seconds"},
    {"stops", "timeout", "no end within 1 seconds"},
    {"forks", "skip", "HcsCreateComputeSystem is not in this build"},
};

Test(other, what_it_does_is_the_row_s_alone)
{
    char orphan[32]; /* other runs of this test have others */
    snprintf(orphan, sizeof orphan, "other-orphan-%d", (int)getpid());
    setenv("FAULTY_ORPHAN", orphan, 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        setenv("FAULTY_TARGET", faults[i].name, 1);
        int code = command_run("timeout 60 " TOOL " run --timeout 1 --strict --verbose --target " FAULTY
                               " --filter shared.credential-guard-outlives-its-process");
        cr_expect_eq(code, strcmp(faults[i].outcome, "skip") != 0, "%s: %s", faults[i].name, said);
        cr_expect(strncmp(said, faults[i].outcome, strlen(faults[i].outcome)) == 0 && strstr(said, faults[i].said),
            "%s should be %s, %s:\n%s", faults[i].name, faults[i].outcome, faults[i].said, said);
    }
}
