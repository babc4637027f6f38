/* Chooses the mutant when the program or the library is loaded; see mutant.h. */
#include "mutant.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned mutant_chosen;
unsigned char *mutant_reached;

static void map_reached(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    off_t size = file < 0 ? 0 : lseek(file, 0, SEEK_END);
    void *map = size > 0 ? mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    if (map != MAP_FAILED)
        mutant_reached = map;
    if (file >= 0)
        close(file);
}

__attribute__((constructor)) static void choose(void)
{
    const char *number = getenv("HCS_MUTANT"), *path = getenv("HCS_MUTANTS_REACHED");
    if (number)
        mutant_chosen = (unsigned)strtoul(number, NULL, 10);
    if (path)
        map_reached(path);
}
