/* Exit documents: shared by systems that ended in the same way. */
#include "core/event.h"
#include "core/exit_text.h"
#include "core/lock.h"
#include <criterion/criterion.h>
#include <string.h>

Test(exit_text, equal_documents_are_one_text)
{
    char document[] = "{\"Status\":0}";
    core_lock();
    cr_assert(exit_text_reserve());
    const char *first = exit_text_take(document), *second = exit_text_take("{\"Status\":0}");
    document[0] = 0; /* it is a copy */
    cr_expect_str_eq(first, "{\"Status\":0}");
    cr_expect_eq(first, second);
    exit_text_give(first);
    cr_expect_str_eq(second, "{\"Status\":0}");
    exit_text_give(second);
    core_unlock();
}

Test(exit_text, other_documents_are_texts_of_their_own)
{
    core_lock();
    const char *first = exit_text_take("{\"Status\":0}"), *second = exit_text_take("{\"Status\":1}"),
               *third = exit_text_take("{\"Status\":2}");
    exit_text_give(second);
    cr_expect_str_eq(first, "{\"Status\":0}");
    cr_expect_str_eq(third, "{\"Status\":2}");
    exit_text_give(first);
    exit_text_give(third);
    cr_expect_null(exit_text_take(NULL));
    exit_text_give(NULL);
    core_unlock();
}

Test(exit_text, a_document_may_have_any_length)
{
    char longest[EVENT_INLINE_BYTES], longer[EVENT_INLINE_BYTES + 1];
    memset(longest, 'a', sizeof longest - 1);
    memset(longer, 'a', sizeof longer - 1);
    longest[sizeof longest - 1] = longer[sizeof longer - 1] = 0;
    core_lock();
    const char *first = exit_text_take(longest), *second = exit_text_take(longer), *third = exit_text_take(longer);
    cr_expect_str_eq(first, longest);
    cr_expect_str_eq(second, longer);
    exit_text_give(second);
    cr_expect_str_eq(third, longer);
    exit_text_give(third);
    exit_text_give(first);
    core_unlock();
}
