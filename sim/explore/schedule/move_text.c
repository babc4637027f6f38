/* The texts of moves. Entry point: move_text(). */
#include "move_text.h"
#include "core/text/text.h"
#include "spec_rows.h"
#include <string.h>

enum { TEXTS = 64 }; /* at least as many as move_text_names has */

static const char *utf8_of(const char *name)
{
    if (!strncmp(name, "id:", 3))
        return name + 3;
    for (unsigned i = 0; i < spec_document_count; i++)
        if (!strcmp(spec_documents[i].alias, name))
            return spec_documents[i].text;
    return "";
}

PCWSTR move_text(int choice)
{
    static PWSTR texts[TEXTS]; /* kept until the program ends */
    if (choice < 0 || choice >= TEXTS)
        return NULL;
    if (!texts[choice]) {
        const char *text = utf8_of(move_text_names[choice]);
        texts[choice] = text_to_utf16(text, strlen(text));
    }
    return texts[choice];
}

const char *move_text_utf8(int choice)
{
    return utf8_of(move_text_names[choice]);
}

bool move_text_has(int choice, const char *member)
{
    const char *at = choice < 0 ? NULL : strstr(utf8_of(move_text_names[choice]), member);
    return at && !strncmp(at + strlen(member), "\": true", 7);
}
