/* Distributions as integer tables, since the simulator uses no floating point. Entry point: emit_tables(). */
#include "emit.h"
#include "facts/output.h"
#include <math.h>

#define INPUTS "emit_tables.c"

enum { STEPS = 1024, ONE = 65536 };

/* Writes quantiles of the exponential distribution with mean 1, times 65536, at the midpoints of equal steps of
   probability. */
bool emit_tables(const char *folder)
{
    struct text header, out;
    output_begin(&header, INPUTS, 0);
    text_printf(&header,
        "#ifndef SPEC_TABLES_H\n#define SPEC_TABLES_H\n\n#include <stdint.h>\n\nenum { SPEC_EXPONENTIAL_STEPS = %d, "
        "SPEC_EXPONENTIAL_ONE = %d };\n\n/* Quantiles of the exponential distribution with mean 1, times "
        "SPEC_EXPONENTIAL_ONE. */\nextern const uint32_t spec_exponential[SPEC_EXPONENTIAL_STEPS];\n\n#endif\n",
        STEPS, ONE);
    output_begin(&out, INPUTS, 0);
    text_puts(&out, "#include \"spec_tables.h\"\n\nconst uint32_t spec_exponential[SPEC_EXPONENTIAL_STEPS] = {");
    for (int i = 0; i < STEPS; i++)
        text_printf(&out, "%s%u,", i % 12 ? " " : "\n    ", (unsigned)lround(-log(1 - (i + 0.5) / STEPS) * ONE));
    text_puts(&out, "\n};\n");
    return output_end(&header, folder, "spec_tables.h") && output_end(&out, folder, "spec_tables.c");
}
