/* Role: the service of the host: its processors, CPU groups, credential guards. Callers: host.c.
   Core lock held. */
#ifndef HOST_SETTINGS_H
#define HOST_SETTINGS_H

#include "host.h"

/* Answers queries and modifications of the service, and crash reports, at once. */
void settings_submit(struct host *host, struct request *request);
void settings_free(struct host *host);

#endif
