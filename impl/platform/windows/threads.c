/* Threads of the process on Windows, which does not show where they wait; see threads.h. Of those that never called the
   library only their age is known. Entry point: platform_look_at_threads(). */
#include "platform/threads.h"
#include "threads.h"
#include <stdatomic.h>
#include <windows.h>
#include <tlhelp32.h>

/* A thread has NEW_SECONDS to make its first call. One that has not called by then may be one of Windows' own, which
   sleep in every process and never call. */
enum { KNOWN = 64, NEW_SECONDS = 1, TICKS_PER_SECOND = 10000000 };

/* A slot is taken by compare-and-swap, and free again once its thread has ended. */
static struct known {
    _Atomic DWORD id; /* 0: free */
    _Atomic(const struct platform_condition *) rests_on;
    _Atomic uint64_t rests; /* how many waits it has begun */
} known[KNOWN];
static atomic_bool too_many;

uint64_t platform_thread(void)
{
    return GetCurrentThreadId();
}

static struct known *find(DWORD id)
{
    for (unsigned i = 0; i < KNOWN; i++)
        if (atomic_load_explicit(&known[i].id, memory_order_relaxed) == id)
            return &known[i];
    return NULL;
}

static bool has_ended(DWORD id)
{
    HANDLE thread = OpenThread(SYNCHRONIZE, FALSE, id);
    bool ended = !thread || WaitForSingleObject(thread, 0) == WAIT_OBJECT_0;
    if (thread)
        CloseHandle(thread);
    return ended;
}

static void drop_ended(void)
{
    for (unsigned i = 0; i < KNOWN; i++) {
        DWORD id = atomic_load(&known[i].id);
        if (id && has_ended(id))
            atomic_compare_exchange_strong(&known[i].id, &id, 0);
    }
}

static bool take_slot(DWORD id)
{
    for (unsigned i = 0; i < KNOWN; i++) {
        DWORD none = 0;
        if (!atomic_compare_exchange_strong(&known[i].id, &none, id))
            continue;
        atomic_store(&known[i].rests_on, NULL);
        return true;
    }
    return false;
}

void threads_note_call(void)
{
    DWORD id = GetCurrentThreadId();
    if (atomic_load_explicit(&too_many, memory_order_relaxed) || find(id) || take_slot(id))
        return;
    drop_ended();
    if (!take_slot(id))
        atomic_store(&too_many, true); /* from now on nothing is said of all threads */
}

void threads_note_rest(const struct platform_condition *condition)
{
    struct known *own = find(GetCurrentThreadId());
    if (!own)
        return;
    atomic_store(&own->rests_on, condition);
    if (condition)
        atomic_fetch_add(&own->rests, 1);
}

void threads_note_notice(const struct platform_condition *condition)
{
    for (unsigned i = 0; i < KNOWN; i++) {
        const struct platform_condition *its = condition;
        atomic_compare_exchange_strong(&known[i].rests_on, &its, NULL);
    }
}

static uint64_t ticks(FILETIME time)
{
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static bool is_new(DWORD id)
{
    FILETIME created, ended, kernel, user, now;
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, id);
    bool there = thread && GetThreadTimes(thread, &created, &ended, &kernel, &user);
    if (thread)
        CloseHandle(thread);
    GetSystemTimeAsFileTime(&now);
    return there && ticks(now) < ticks(created) + NEW_SECONDS * TICKS_PER_SECOND;
}

/* Returns whether a thread other than left_out may be about to make its first call. */
static bool may_one_join(uint64_t left_out)
{
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (all == INVALID_HANDLE_VALUE)
        return true;
    bool may = false;
    for (BOOL there = Thread32First(all, &entry); there && !may; there = Thread32Next(all, &entry))
        may = entry.th32OwnerProcessID == GetCurrentProcessId() && entry.th32ThreadID != left_out &&
              !find(entry.th32ThreadID) && is_new(entry.th32ThreadID);
    CloseHandle(all);
    return may;
}

/* The clock does not rely on it: an older thread that never called may still do so. Only whether all that ever called
   wait inside, and no thread is new, is answered. */
enum platform_stand platform_look_at_threads(const struct platform_look *look)
{
    if (!look->ran || atomic_load(&too_many))
        return PLATFORM_STAND_UNSEEN;
    *look->ran = 0;
    drop_ended();
    for (unsigned i = 0; i < KNOWN; i++) {
        DWORD id = atomic_load(&known[i].id);
        if (!id || id == platform_thread() || id == look->left_out)
            continue;
        if (!atomic_load(&known[i].rests_on))
            return PLATFORM_STAND_AWAY;
        *look->ran += atomic_load(&known[i].rests);
    }
    return may_one_join(look->left_out) ? PLATFORM_STAND_AWAY : PLATFORM_STAND_INSIDE;
}

bool platform_knows_all_threads(void)
{
    return false;
}

void platform_yield(void)
{
    SwitchToThread();
}
