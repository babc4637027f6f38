/* Role: the process that runs rows: row numbers come on its channel, answers go there; its standard streams are left to
   the target. */
#ifndef CONFORMANCE_WORKER_H
#define CONFORMANCE_WORKER_H

/* arguments: target path or "" for ours, "strict" or "loose", capabilities that are absent, the profile or "", the
   program of a computecored that this process is to have for itself, or "". */
int worker_main(int argc, char **argv);

#endif
