/* The program hcs-spec. */
#include "base/allocate.h"
#include "hcs_spec.h"

int main(int argc, char **argv)
{
    allocate_json();
    return tool_main(&hcs_spec, argc, argv);
}
