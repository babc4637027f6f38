/* Role: what can be told of the machine that a run takes place on. Callers: conformance. Single thread. */
#ifndef PLATFORM_HOST_H
#define PLATFORM_HOST_H

/* Called once a fact; value is "unknown" for what could not be read. */
typedef void (*host_teller)(void *context, const char *name, const char *value);

/* Tells of the system, and of the library that lies at path (may be NULL). */
void host_describe(const char *library, host_teller tell, void *context);

/* The build of the Windows that runs here; 0 elsewhere, or if it can't be told. */
unsigned host_build(void);

#endif
