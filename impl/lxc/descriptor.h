/* Role: whom a security descriptor of a document (SDDL) lets in, as far as a Linux host knows such accounts.
   Callers: plan.c. No state; any thread. */
#ifndef LXC_DESCRIPTOR_H
#define LXC_DESCRIPTOR_H

enum descriptor {
    DESCRIPTOR_OWNER,    /* the system and administrators: here root, and the user of the compute system */
    DESCRIPTOR_EVERYONE, /* everybody on the host */
    DESCRIPTOR_OTHER     /* anything else, or no descriptor at all: it can't be honoured */
};

/* Reads "D:P(A;;FA;;;SY)(A;;GA;;;BA)" and the like: entries that allow everything to SY, BA or WD. */
enum descriptor descriptor_read(const char *text);

#endif
