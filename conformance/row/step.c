/* The steps of a row. Entry point: step_run(). */
#include "step.h"
#include "base/text/utf8.h"
#include "call.h"
#include "row/other/other.h"
#include "row.h"
#include <stdio.h>
#include <string.h>

void step_note(struct fixture *fixture, const char *phase, const cJSON *step, uint64_t start)
{
    if (fixture->step_count == STEPS)
        return;
    struct step *note = &fixture->steps[fixture->step_count++];
    bool text = cJSON_IsString(step);
    const char *what = text ? step->valuestring : step->child ? step->child->string : "";
    const char *where = !text && other_makes(step) ? OTHER_PREFIX : "";
    snprintf(note->what, sizeof note->what, "%s %s%.70s", phase, where, what);
    note->milliseconds = (double)(platform_time() - start) / 1e6;
}

/* Carries out a step in this process. */
static bool run_here(struct fixture *fixture, const cJSON *step)
{
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(step, "expect");
    bool ok = cJSON_IsString(step) ? arrange_step(fixture, step->valuestring) : call_make(fixture, step);
    if (ok && expect)
        ok = expect_all(fixture, expect);
    else if (ok && !cJSON_IsString(step) && !strcmp(spec_functions[fixture->function].result, "HRESULT") &&
             ((HRESULT)fixture->value < 0 || (fixture->has_result && fixture->result < 0)))
        ok = fail(fixture, "%s answered %s", step->child->string,
            hresult_name((HRESULT)fixture->value < 0 ? (HRESULT)fixture->value : fixture->result));
    return ok;
}

bool step_run(struct fixture *fixture, const cJSON *step, const char *phase)
{
    char said[TEXT_BYTES];
    uint64_t start = platform_time();
    bool ok = other_makes(step) ? other_step(fixture, step) : run_here(fixture, step);
    step_note(fixture, phase, step, start);
    if (ok)
        return true;
    snprintf(said, sizeof said, "%s: %.*s", phase, utf8_cut(fixture->message, 400), fixture->message);
    snprintf(fixture->message, sizeof fixture->message, "%s", said);
    return false;
}

bool steps_run(struct fixture *fixture, const cJSON *steps, const char *phase)
{
    const cJSON *step;
    cJSON_ArrayForEach (step, steps)
        if (!step_run(fixture, step, phase))
            return false;
    return true;
}
