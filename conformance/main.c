/* hcs-conformance: measures a library of the Host Compute System API with the rows of spec/. Entry point: main(). */
#include "base/allocate.h"
#include "base/files/standard_streams.h"
#include "platform/allocations.h"
#include "platform/waits.h"
#include "row/fixture/pause.h"
#include "row/leak.h"
#include "row/other/other.h"
#include "row/target/worker.h"
#include "runner/host.h"
#include "schedule/replay.h"
#include "tool.h"
#include <string.h>

/* The processes that run rows are this program, too. Their words are its own: they are in no table. */
static bool run_worker(int argc, char **argv, int *code)
{
    standard_streams_open();
    leak_count_blocks_with(allocations_now);
    waits_tell_with(pause_of_target);
    allocate_for(hcs_conformance.name);
    if (argc > 1 && !strcmp(argv[1], "worker"))
        *code = worker_main(argc - 2, argv + 2);
    else if (argc > 1 && !strcmp(argv[1], OTHER_NAME))
        *code = other_main(argc - 2, argv + 2);
    else if (argc == 4 && !strcmp(argv[1], "host-worker"))
        *code = host_worker(argv[2], argv[3]);
    else if (argc == 7 && !strcmp(argv[1], "schedule-worker"))
        *code = replay_worker(argv + 2);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    int code;
    if (run_worker(argc, argv, &code))
        return code;
    allocate_json(); /* not in workers: the library under test may share cJSON, and its clients are told */
    return tool_main(&hcs_conformance, argc, argv);
}
