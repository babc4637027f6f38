/* Role: where a guest process reads and writes: its streams, and the files, pipes and captures that its commands are
   redirected to. Threads: core lock held. */
#ifndef SIM_OUTPUT_H
#define SIM_OUTPUT_H

#include "files.h"
#include "guest.h"
#include "program.h"
#include "base/text/text.h"

/* Where a command, and what it contains, reads and writes. */
struct redirects {
    struct redirects *outer; /* of the compound command around it; NULL: the process' own streams */
    struct program_redirects to;
    bool full; /* a file has reached its limit */
    bool captures, has_input;
    struct text captured; /* the output, if captures is true */
    char *input;          /* if has_input is true: standard input, owned; NULL: empty */
    size_t input_length, input_done;
};

/* Writes a command's output to the file, capture or stream that it goes to. */
void output_say(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length);
void output_say_line(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length);
/* Writes to a stream, whatever it is redirected to. */
void output_to_stream(struct sim_process *process, enum engine_stream stream, const char *text, size_t length);
/* Writes the pending output to its pipe. Returns false if the pipe is full. */
bool output_flush(struct sim_process *process);
/* False if nobody can see the output. */
bool output_is_seen(const struct sim_process *process);
/* Reads standard input once: returns the number of bytes, 0 at the end, or PLATFORM_BLOCKED. */
ptrdiff_t output_read_input(struct sim_process *process, char *bytes, size_t size);
/* True if standard input is the process' own. */
bool output_has_own_input(const struct sim_process *process);
/* Adds a redirection inside those in force. Returns NULL when out of memory. */
struct redirects *output_redirect(struct sim_process *process);
/* Adds the redirections that the text names, overwrites them there with blanks, opens their files. Returns NULL on
   success, otherwise an error message; nothing is added then. */
const char *output_take_redirects(struct sim *sim, struct sim_process *process, char *text, size_t length);
/* Removes the redirections inside `until`. Returns false if one of their files is full. */
bool output_end_redirects(struct sim_process *process, const struct redirects *until);

#endif
