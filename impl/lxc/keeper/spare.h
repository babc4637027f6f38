/* Role: connections for which there is no descriptor. A client of a listener would wait without an end, and poll()
   would report it without a pause; so each listener keeps one descriptor back. Callers: the parts of the keeper that
   listen. Single thread. */
#ifndef KEEPER_SPARE_H
#define KEEPER_SPARE_H

/* Opens the descriptor that is kept back, unless it is there. It stays -1 if there is none. */
void spare_keep(int *spare);
/* As accept4(). If there is no descriptor left, *spare is given up for the connection, and becomes -1. */
int spare_accept(int listener, int flags, int *spare);

#endif
