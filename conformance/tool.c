/* The commands of hcs-conformance. */
#include "tool.h"
#include "compare/compare.h"
#include "compare/expectations.h"
#include "history/history_commands.h"
#include "result/adopt.h"
#include "result/report.h"
#include "result/verify.h"
#include "runner/commands.h"
#include "validate/validate.h"

static const struct command *const commands[] = {&run_command, &list_command, &probe_command, &cleanup_command,
    &validate_command, &compare_command, &report_command, &verify_command, &adopt_command, &expect_update_command,
    &expect_check_command, &history_add_command, &history_list_command, &history_grid_command, &history_row_command,
    &history_query_command, &history_flaky_command, &history_export_command, NULL};

const struct tool hcs_conformance = {"hcs-conformance",
    "Tests libraries that export the Host Compute System API, and checks documents of clients.", commands};
