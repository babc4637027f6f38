/* Role: the command report: results that are there, in other formats. */
#ifndef CONFORMANCE_REPORT_H
#define CONFORMANCE_REPORT_H

/* Returns the exit code: 0, or 2 for wrong use and for files that can't be read or written. */
int report_main(int argc, char **argv);

#endif
