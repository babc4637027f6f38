/* Role: what a target may do to the process that it runs in, by name. Callers: faulty.c. */
#ifndef TESTS_FAULTY_PROCESS_H
#define TESTS_FAULTY_PROCESS_H

/* In a call: floods, line (64 KiB without an end), chats, forges (a result that says pass), scribbles (over every
   descriptor), closes (all, then hangs), stops (itself), forks (a process that keeps everything open). */
void misbehave(const char *fault);

#endif
