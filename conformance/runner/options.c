/* What the options mean together. Entry point: options_settle(). */
#include "options.h"
#include "base/allocate.h"
#include "base/command/command_line.h"
#include "base/text/pattern.h"
#include "document/document.h"
#include "row/target/builtin.h"
#include "row/target/profile.h"
#include "row/row.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LACKING_BYTES = 256 };

/* FILE of FILE.part: the path that an interrupted run's result was meant for. */
static const char *whole_name(const char *path)
{
    static char name[4096];
    size_t length = strlen(path);
    if (length > 5 && !strcmp(path + length - 5, ".part"))
        length -= 5;
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    return name;
}

/* The missing capabilities, separated by blanks. */
static const char *lacking_words(unsigned lacking)
{
    static char words[LACKING_BYTES];
    words[0] = 0;
    for (unsigned i = 0; capability_names[i]; i++)
        if (lacking & 1u << i) {
            size_t length = strlen(words);
            snprintf(words + length, sizeof words - length, "%s%s", length ? " " : "", capability_names[i]);
        }
    return words;
}

void options_take_without(struct options *options, const char *words)
{
    options->lacking = 0;
    for (unsigned i = 0; capability_names[i]; i++)
        if (strstr(words, capability_names[i]))
            options->lacking |= 1u << i;
    options->without = lacking_words(options->lacking);
}

static void name_build(const struct options *options)
{
    char build[16];
    snprintf(build, sizeof build, "%u", options->os_build);
    if (options->os_build)
        allocate_variable("COMPUTECORE_OS_BUILD", build);
}

int options_settle(struct options *options)
{
    if (options->os_build && !document_minor_of_build(options->os_build))
        return command_wrong(
            "--os-build takes a Windows build from %u on, not %u", spec_hosts[0].build, options->os_build);
    if (options->mode == MODE_QUICK)
        options->lacking |= CAPABILITIES_OF_IMAGES;
    options->without = lacking_words(options->lacking);
    bool containers = options->engine == ENGINE_HOST;
    if (containers && !options->expect)
        options->expect = BUILTIN "linux-container.expect.json";
    options->profile = options->profile ? options->profile : containers ? BUILTIN "linux-container.json" : "";
    options->host = options->engine == ENGINE_HOST && options->daemon ? options->daemon : "";
    options->daemon = options->engine != ENGINE_HOST && options->daemon ? options->daemon : "";
    if (options->resume && !options->json)
        options->json = whole_name(options->resume);
    name_build(options);
    return 0;
}

bool options_choose(const struct options *options, const struct spec_row *row)
{
    if (options->strengths && !(options->strengths & 1u << row->strength))
        return false;
    if (options->mode == MODE_QUICK && (strstr(row->needs, "container") || strstr(row->needs, "guest-process")))
        return false; /* rows that take any system run on a virtual machine then */
    if (options->mode == MODE_SAFE && row->hazard)
        return false;
    if (!options->filter)
        return true;
    return strpbrk(options->filter, "*?") ? pattern_fits(options->filter, row->id)
                                          : strstr(row->id, options->filter) != NULL;
}

bool options_take_position(const struct options *options, unsigned position)
{
    return !options->shard.of || position % options->shard.of == options->shard.part - 1;
}
