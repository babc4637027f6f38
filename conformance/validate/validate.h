/* Role: the command validate: documents that people write, against the schema. Callers: main(). */
#ifndef CONFORMANCE_VALIDATE_H
#define CONFORMANCE_VALIDATE_H

/* Arguments after the command's name. Returns the exit code: 0 all are valid, 1 not, 2 wrong use. */
int validate_main(int argc, char **argv);

#endif
