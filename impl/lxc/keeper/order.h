/* Role: what process to start, as one message from a keeper to the stage that it keeps in a container (attach.c).
   Callers: attach.c; order_receive() and order_drop() in the stage. Single-threaded. */
#ifndef LXC_ORDER_H
#define LXC_ORDER_H

#include "attach.h"

/* Sends it without waiting, with its streams and the stage's end of the channel for what comes of it. false: it is too
   long, or nobody can take it. */
bool order_send(int stage, const struct attach_process *process, int channel);
/* Waits for the next one, whose strings are valid until the next call. Its lists are NULL without memory. false: none
   comes any more. */
bool order_receive(int stage, struct attach_process *process, int *channel);
/* Closes and frees what came with one. */
void order_drop(const struct attach_process *process, int channel);

#endif
