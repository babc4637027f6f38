/* Role: facts about the machine on which a run takes place. Callers: conformance. Single thread. */
#ifndef PLATFORM_HOST_H
#define PLATFORM_HOST_H

/* Called once per fact; value is "unknown" if it could not be read. */
typedef void (*host_teller)(void *context, const char *name, const char *value);

/* Reports facts about the system, and about the library at a path (may be NULL). */
void host_describe(const char *library, host_teller tell, void *context);

/* Reports the names by which a text may identify the user, the host and the user's folders: a call with "user", "host"
   or "folder" for each name. */
void host_identify(host_teller tell, void *context);

/* The build of the running Windows; 0 on other systems, or if not known. */
unsigned host_build(void);

#endif
