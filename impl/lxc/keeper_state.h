/* Role: the files by which keepers and daemons learn of each other, in the folder of a system: state.json, replaced
   atomically, and exits.jsonl, a line for each exit. Callers: keeper/keeper.c, backend/, the janitor. */
#ifndef LXC_KEEPER_STATE_H
#define LXC_KEEPER_STATE_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The folder of a system's Hv sockets in its folder; and, in the state folder, that of links to them by runtime ids. */
#define KEEPER_HV "hv"

struct keeper_process;

struct keeper_state {
    char id[512];            /* of the compute system */
    char name[64];           /* for liblxc and the cgroups */
    char base[1024];         /* the folder of the base image */
    char init_program[1024]; /* computecore-init */
    uint32_t user;           /* who has created it */
    uint32_t first_id, id_count;
    char phase[16];        /* "created", "running", "exited" */
    pid_t keeper, init;    /* 0: none */
    uint64_t keeper_start; /* their start times in ticks since the boot, to detect reused ids */
    uint64_t init_start;
    char boot[64]; /* id of the boot; processes of another boot are gone */
    bool asked;
    char runtime_id[37]; /* "": an older daemon has made it */
    uint64_t started;    /* microseconds since 1970 at which it was running; 0: it never was, or in an older one */
};

/* false after failure_set(): it can't be read, or has a newer version (EPROTO; state has what this version knows of
 * it).
 */
bool keeper_state_read(struct keeper_state *state, const char *folder, struct failure *failure);
/* Writes it with that phase and this process as the keeper (or, for "created", without one), and syncs it. */
bool keeper_state_write(struct keeper_state *state, const char *folder, const char *phase, struct failure *failure);
/* Appends a line to exits.jsonl, by one write. */
void keeper_state_note_exit(const char *folder, const struct keeper_process *process);

/* Reads a whole file of at most limit bytes: zero-terminated, from malloc; NULL with errno. */
char *keeper_read_file(const char *path, size_t limit, size_t *length);
/* Writes a file of a folder so that a crash leaves the old one or the new one: write, fsync, rename, fsync of the
   folder. false with errno. */
bool keeper_write_whole(int folder, const char *name, const char *text);
/* Listens on a seqpacket socket of that path, which may be longer than a socket's address; -1 after failure_set(). */
int keeper_listen(const char *path, struct failure *failure);

#endif
