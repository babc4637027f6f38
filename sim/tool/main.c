/* hcs-sim: clients against the simulator. Entry point: main(). */
#include "base/allocate.h"
#include "tool.h"

int main(int argc, char **argv)
{
    allocate_json();
    return tool_main(&hcs_sim, argc, argv);
}
