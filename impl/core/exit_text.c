/* Shared exit documents. Entry point: exit_text_take(). */
#include "exit_text.h"
#include "event.h"
#include "lock.h"
#include "pool.h"
#include <stdlib.h>
#include <string.h>

/* There are few: a host has some types of exits and statuses. Longer texts are not shared. */
struct shared {
    struct shared *next;
    unsigned references;
    char text[EVENT_INLINE_BYTES];
};

static struct pool pool = POOL(struct shared);
static struct shared *first;

bool exit_text_reserve(void)
{
    CHECK_HELD();
    return pool.reserved || pool_reserve(&pool, 1);
}

static struct shared **find(const char *text)
{
    struct shared **link = &first;
    while (*link && strcmp((*link)->text, text) != 0)
        link = &(*link)->next;
    return link;
}

static struct shared *make(const char *document, size_t size)
{
    struct shared *made = pool.reserved ? pool_take_reserved(&pool) : pool_take(&pool);
    if (!made)
        return NULL;
    memcpy(made->text, document, size);
    made->next = first;
    first = made;
    (void)exit_text_reserve(); /* for the next exit of a new kind; without memory the next create tries again */
    return made;
}

const char *exit_text_take(const char *document)
{
    CHECK_HELD();
    size_t size = document ? strlen(document) + 1 : 0;
    if (!size || size > EVENT_INLINE_BYTES)
        return size ? strdup(document) : NULL;
    struct shared *shared = *find(document);
    if (!shared)
        shared = make(document, size);
    if (!shared)
        return NULL;
    shared->references++;
    return shared->text;
}

void exit_text_give(const char *text)
{
    CHECK_HELD();
    if (!text)
        return;
    struct shared **link = find(text), *shared = *link;
    if (!shared) {
        free((char *)(uintptr_t)text); /* a longer one, not shared */
        return;
    }
    CHECK(shared->references > 0 && shared->text == text);
    if (--shared->references)
        return;
    *link = shared->next;
    pool_give(&pool, shared);
}
