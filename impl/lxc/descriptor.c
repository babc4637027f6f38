/* Security descriptors in the few forms that a Linux host can honour. Entry point: descriptor_read(). */
#include "descriptor.h"
#include <stddef.h>
#include <string.h>

/* Returns what follows the word; NULL: another one is there. */
static const char *after(const char *text, const char *word)
{
    size_t length = strlen(word);
    return text && !strncmp(text, word, length) ? text + length : NULL;
}

/* One of two words. */
static const char *after_either(const char *text, const char *one, const char *other)
{
    const char *rest = after(text, one);
    return rest ? rest : after(text, other);
}

enum descriptor descriptor_read(const char *text)
{
    enum descriptor found = DESCRIPTOR_OTHER;
    const char *rest = after(text, "D:");
    if (rest)
        rest += strspn(rest, "PARI"); /* protected, inherited: there is nothing to inherit */
    while (rest && *rest) {
        const char *who = after_either(after(rest, "(A;;"), "FA;;;", "GA;;;");
        const char *everyone = after(who, "WD)");
        rest = everyone ? everyone : after_either(who, "SY)", "BA)");
        found = everyone || found == DESCRIPTOR_EVERYONE ? DESCRIPTOR_EVERYONE : DESCRIPTOR_OWNER;
    }
    return rest ? found : DESCRIPTOR_OTHER;
}
