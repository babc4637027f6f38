/* Linked into programs whose lines are counted: a process that ends by _exit(), or becomes another program, writes its
   counters, too. While counters are written no call fails (failing_calls.c). */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's and libgcov's names
void __gcov_dump(void);
void __gcov_reset(void);
_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
int __real_execvp(const char *path, char *const arguments[]);
int __wrap_execvp(const char *path, char *const arguments[]);

/* As a destructor it comes before libgcov's own. */
__attribute__((destructor)) static void end_failures(void)
{
    void (*end)(void) = (void (*)(void))(uintptr_t)dlsym(RTLD_DEFAULT, "failing_calls_end");
    if (end)
        end();
}

_Noreturn void __wrap__exit(int code)
{
    end_failures();
    __gcov_dump();
    __real__exit(code);
}

int __wrap_execvp(const char *path, char *const arguments[])
{
    end_failures();
    __gcov_dump();
    __gcov_reset(); /* what it does if there is no such program is counted once */
    return __real_execvp(path, arguments);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
