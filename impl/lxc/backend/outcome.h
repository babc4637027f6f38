/* Role: translates errors of the system to HRESULTs. Callers: the backend. No state; any thread. */
#ifndef LXC_OUTCOME_H
#define LXC_OUTCOME_H

#include <windows.h>

/* For a value of errno. */
HRESULT outcome_of(int error);
/* For a process that did not start: step is the keeper's word for what failed (keeper_wire.h). HCS-ROW: P-03, P-04,
   P-05 */
HRESULT outcome_of_step(const char *step, int error);

#endif
