/* Real containers for a run. Entry point: containers_begin(). */
#include "containers.h"
#include "row/target/own_daemon.h"
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 1024, ERROR_BYTES = OWN_DAEMON_WORDS + 512 };

/* The computecored that the options name, or the one beside this tool. */
static bool find_program(const struct options *options, char program[PATH_BYTES])
{
    char error[ERROR_BYTES];
    if (*options->host) {
        snprintf(program, PATH_BYTES, "%s", options->host);
        return true;
    }
    if (own_daemon_find(program, PATH_BYTES, error, sizeof error))
        return true;
    fprintf(stderr, "hcs-conformance: %s\n", error);
    return false;
}

int containers_probe(const struct options *options)
{
    char program[PATH_BYTES], words[OWN_DAEMON_WORDS];
    if (!find_program(options, program))
        return 2;
    int code = own_daemon_check(program, words);
    if (code < 0) {
        fprintf(stderr, "hcs-conformance: %s: %s\n", program, *words ? words : "it does not answer");
        return 2;
    }
    printf("%-30s %s\n%s%-30s %s\n", "computecored", program, words, "can run containers", code ? "no" : "yes");
    printf("nothing was created\n");
    return code;
}

/* Prints the requirements that are not met, one per line. */
static void show_lacks(char *words)
{
    for (char *line = strtok(words, "\n"); line; line = strtok(NULL, "\n")) // NOLINT(concurrency-mt-unsafe): one thread
        if (strstr(line, " no: "))
            fprintf(stderr, "hcs-conformance: %s\n", line);
}

bool containers_begin(const struct options *options)
{
    char program[PATH_BYTES], words[OWN_DAEMON_WORDS], error[ERROR_BYTES];
    if (!find_program(options, program))
        return false;
    int code = own_daemon_check(program, words);
    if (code) {
        show_lacks(words);
        fprintf(stderr, "hcs-conformance: run: --engine host: %s\n",
            code > 0 ? "this machine can't run containers; see hcs-conformance probe --engine host" : words);
        return false;
    }
    if (own_daemon_start_host(program, error, sizeof error))
        return true;
    fprintf(stderr, "hcs-conformance: %s\n", error);
    return false;
}

bool containers_end(void)
{
    return own_daemon_end();
}
