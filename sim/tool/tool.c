/* The commands of hcs-sim. */
#include "tool.h"
#include "tool/calibrate/calibrate.h"
#include "check.h"
#include "explore.h"
#include "failures.h"
#include "farm.h"
#include "record.h"
#include "tool/replay/replay.h"
#include "scenario_set.h"
#include "scenario_check.h"
#include "scenario_shrink.h"
#include "tool/trace/trace_show.h"

static const struct command *const commands[] = {&run_command, &scenario_shrink_command, &merge_command,
    &record_command, &calibrate_command, &explore_command, &trace_command, &replay_command, &check_command,
    &scenario_check_command, &scenario_set_command, &failures_command, NULL};

const struct tool hcs_sim = {
    "hcs-sim", "Runs and checks clients of the Host Compute System API with the simulator.", commands};
