/* Role: what the system tells a thread of its last failure: errno, and on Windows GetLastError(), too. Callers: the
   recorder, whose failures are none of the client that it works for. Threads: any; each has its own. */
#ifndef PLATFORM_ERRORS_H
#define PLATFORM_ERRORS_H

struct errors {
    int number;
    unsigned long code; /* 0 on other systems */
};

struct errors errors_now(void);
void errors_restore(struct errors errors);

#endif
