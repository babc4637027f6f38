/* Role: the process that runs rows: it receives row numbers and sends results on its channel; its standard streams are
   left to the target. */
#ifndef CONFORMANCE_WORKER_H
#define CONFORMANCE_WORKER_H

/* arguments: target path or "" for ours, "strict" or "loose", capabilities that are absent, the profile or "", the
   program of a computecored that this process is to have for itself, or "", "shared" or "own" for the systems of rows. */
int worker_main(int argc, char **argv);

#endif
