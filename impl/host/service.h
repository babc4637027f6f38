/* Role: the enumeration of systems. Core lock held. */
#ifndef HOST_SERVICE_H
#define HOST_SERVICE_H

#include "host.h"

void service_submit(struct host *host, struct request *request);
void service_finish(struct host *host, struct host_task *task);

#endif
