/* HRESULT constants and their names. Entry point: emit_hresults(). */
#include "emit.h"
#include "facts/output.h"
#include <string.h>

#define INPUTS "spec/hresults.json"

/* Returns the prefix of a constant's name. Win32 codes need one, since on Windows ERROR_NOT_FOUND itself is the Win32
   number. */
static const char *prefix(const cJSON *item)
{
    const char *family = fact_text(item, "family");
    return family && !strcmp(family, "win32") ? "HRESULT_" : "";
}

static bool emit_constants(const struct facts *facts, const char *folder)
{
    struct text out;
    const cJSON *item;
    output_begin(&out, INPUTS, facts->hresults.digest);
    text_puts(&out, "#ifndef SPEC_HRESULTS_H\n#define SPEC_HRESULTS_H\n\n#include <windows.h>\n\n");
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults")) {
        const char *name = fact_text(item, "name");
        text_printf(&out, "#ifndef %s%s\n#define %s%s ((HRESULT)%s)\n#endif\n", prefix(item), name, prefix(item), name,
            fact_text(item, "value"));
    }
    text_puts(&out,
        "\nstruct spec_hresult {\n    HRESULT value;\n    const char *name, *text;\n    int hcs;   /* 1: one of the "
        "HCS_E codes */\n    int older; /* 1: error documents have it as 0xC037xxxx */\n};\n\n"
        "extern const struct spec_hresult spec_hresults[];\nextern const unsigned spec_hresult_count;\n\n"
        "/* Return the first entry with that value or name, or NULL. */\n"
        "const struct spec_hresult *spec_hresult_of(HRESULT value);\n"
        "const struct spec_hresult *spec_hresult_named(const char *name);\n\n"
        "#endif\n");
    return output_end(&out, folder, "spec_hresults.h");
}

static const char look_up_by_value[] =
    "const struct spec_hresult *spec_hresult_of(HRESULT value)\n{\n"
    "    for (unsigned i = 0; i < spec_hresult_count; i++)\n        if (spec_hresults[i].value == value)\n"
    "            return &spec_hresults[i];\n    return 0;\n}\n\n";
static const char look_up_by_name[] =
    "const struct spec_hresult *spec_hresult_named(const char *name)\n{\n"
    "    for (unsigned i = 0; i < spec_hresult_count; i++)\n        if (!strcmp(spec_hresults[i].name, name))\n"
    "            return &spec_hresults[i];\n    return 0;\n}\n";

bool emit_hresults(const struct facts *facts, const char *folder)
{
    struct text out;
    const cJSON *item;
    output_begin(&out, INPUTS, facts->hresults.digest);
    text_puts(
        &out, "#include \"spec_hresults.h\"\n#include <string.h>\n\nconst struct spec_hresult spec_hresults[] = {\n");
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults")) {
        const char *name = fact_text(item, "name");
        text_printf(&out, "    {%s%s, \"%s\", ", prefix(item), name, name);
        output_literal(&out, fact_text(item, "text"));
        bool hcs = !strcmp(fact_text(item, "family"), "hcs");
        text_printf(&out, ", %d, %d},\n", hcs, hcs && !cJSON_IsTrue(fact_get(item, "newer")));
    }
    text_puts(&out, "};\n\nconst unsigned spec_hresult_count = sizeof spec_hresults / sizeof "
                    "*spec_hresults;\n\n");
    text_puts(&out, look_up_by_value);
    text_puts(&out, look_up_by_name);
    return emit_constants(facts, folder) && output_end(&out, folder, "spec_hresults.c");
}
