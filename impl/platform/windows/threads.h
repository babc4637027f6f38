/* Role: what the threads of the library and its clients do, kept by the locks and waits of platform.c, since Windows
   does not show where a thread waits. A thread is known from the first lock that it takes. Threads: any; no lock is
   taken. */
#ifndef PLATFORM_WINDOWS_THREADS_H
#define PLATFORM_WINDOWS_THREADS_H

struct platform_condition;

/* The calling thread takes a lock of the library. */
void threads_note_call(void);
/* The calling thread begins to wait for the condition; NULL: it has ended to. */
void threads_note_rest(const struct platform_condition *condition);
/* Threads that wait for the condition are about to run. */
void threads_note_notice(const struct platform_condition *condition);

#endif
