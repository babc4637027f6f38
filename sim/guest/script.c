/* Programs that a scenario describes. Entry point: script_find(). */
#include "script.h"
#include "backend/named.h"
#include "document/document.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MILLISECOND = 1000000 };

static bool take_text(const cJSON *value, const char *member, char **text)
{
    const char *found = document_text(value, member);
    *text = found ? strdup(found) : NULL;
    // -fanalyzer: no leak: the script owns its texts, also when one is missing
    return !found || *text;
}

enum {
    INPUT_Ignore = SCRIPT_IGNORE,
    INPUT_Read = SCRIPT_READ,
    INPUT_Echo = SCRIPT_ECHO,
};
#define INPUT(name) {VALUE_ScenarioInput_##name, INPUT_##name},
static const struct named inputs[] = {VALUES_ScenarioInput(INPUT)};

enum { END_Exits, END_Crashes, END_Hangs };
#define END(name) {VALUE_ScenarioEnd_##name, END_##name},
static const struct named ends[] = {VALUES_ScenarioEnd(END)};

static bool read_one(const cJSON *value, struct script *script)
{
    uint64_t time = 0;
    size_t end = NAMED(ends, document_text(value, FIELD_ScenarioProgram_ends), END_Exits);
    (void)document_unsigned(document_member(value, FIELD_ScenarioProgram_runMs), &time);
    script->duration = time < UINT64_MAX / MILLISECOND ? time * MILLISECOND : UINT64_MAX;
    if (end == END_Hangs)
        script->duration = UINT64_MAX;
    script->crashes = end == END_Crashes;
    script->input = (enum script_input)NAMED(inputs, document_text(value, FIELD_ScenarioProgram_input), SCRIPT_IGNORE);
    script->exit_code = document_number(value, FIELD_ScenarioProgram_exitCode, 0);
    script->ignores_signals = cJSON_IsTrue(document_member(value, FIELD_ScenarioProgram_ignoresSignals));
    return take_text(value, FIELD_ScenarioProgram_name, &script->name) &&
           take_text(value, FIELD_ScenarioProgram_output, &script->output) &&
           take_text(value, FIELD_ScenarioProgram_error, &script->error);
}

bool scripts_read(const cJSON *list, struct script **scripts, unsigned *count)
{
    const cJSON *item;
    bool good = true;
    *count = 0;
    *scripts = list ? calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof **scripts) : NULL;
    if (list && !*scripts)
        return false;
    cJSON_ArrayForEach (item, list)
        if (!cJSON_IsNull(item))
            good = read_one(item, &(*scripts)[(*count)++]) && good;
    return good;
}

void scripts_free(struct script *scripts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(scripts[i].name);
        free(scripts[i].output);
        free(scripts[i].error);
    }
    free(scripts);
}

const struct script *script_find(const struct script *scripts, unsigned count, const char *name, size_t length)
{
    for (unsigned i = count; i-- > 0;)
        if (strlen(scripts[i].name) == length && !strncasecmp(scripts[i].name, name, length))
            return &scripts[i];
    return NULL;
}
