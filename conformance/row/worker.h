/* Role: the child process that runs rows: reads row numbers from standard input, answers each with a line. */
#ifndef CONFORMANCE_WORKER_H
#define CONFORMANCE_WORKER_H

/* arguments: target path or "" for ours, "strict" or "loose", capabilities that are absent, the profile or "". */
int worker_main(int argc, char **argv);

#endif
