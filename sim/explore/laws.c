/* Laws that depend only on the kind of a request and a state. Entry points: law_…(). */
#include "laws.h"
#include "spec_hresults.h"

bool law_is_end(enum request_kind kind)
{
    return kind < REQUEST_KINDS && spec_requests[kind].ends;
}

bool law_is_lifecycle(enum request_kind kind)
{
    return kind < REQUEST_KINDS && spec_requests[kind].lifecycle;
}

bool law_is_process_call(enum request_kind kind)
{
    return kind < REQUEST_KINDS && spec_requests[kind].about == ABOUT_PROCESS && !spec_requests[kind].makes;
}

bool law_is_signal(enum request_kind kind)
{
    return kind < REQUEST_KINDS && spec_requests[kind].signals;
}

/* HCS-ROW: O-28 pending calls fail when their system ends */
bool law_is_ended_code(enum request_kind kind, HRESULT result)
{
    if (law_is_process_call(kind))
        return result == HCS_E_SYSTEM_ALREADY_STOPPED;
    return result == (kind == REQUEST_START ? HCS_E_TERMINATED_DURING_START : HCS_E_TERMINATED);
}

enum spec_state law_under_way(enum request_kind kind)
{
    return law_is_end(kind) ? STATE_STOPPING : STATE_BUSY;
}

enum spec_state law_process_state(bool gone, bool ended, enum spec_state system)
{
    if (gone)
        return STATE_EXITED;
    if (ended)
        return STATE_ENDED;
    return system == STATE_PAUSED ? STATE_PAUSED : STATE_RUNNING;
}
