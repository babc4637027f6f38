/* Role: the command verify: is a result that somebody submits complete, as the tool wrote it, of the rows that this
   tool knows, and does it meet the list of its Windows build? */
#ifndef CONFORMANCE_VERIFY_H
#define CONFORMANCE_VERIFY_H

/* Returns the exit code: 0 it holds, 1 it does not, 2 wrong use or no result. */
int verify_main(int argc, char **argv);

#endif
