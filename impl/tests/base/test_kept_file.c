/* A file whose descriptor somebody else has closed: its lines go on, or it is said why they do not. */
#include "base/files/kept_file.h"
#include "../scratch.h"
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static struct kept_file *kept;

/* Opens it, writes a line, and closes its descriptor behind its back. */
static void begin(void)
{
    enum { MOST = 256 };
    struct stat own, found;
    int closed = 0;
    cr_assert_null(kept_file_open(scratch_path("kept"), &kept));
    cr_assert_null(kept_file_line(kept, "one", 3));
    cr_assert_eq(stat(scratch_path("kept"), &own), 0);
    for (int i = 3; i < MOST; i++)
        if (!fstat(i, &found) && found.st_dev == own.st_dev && found.st_ino == own.st_ino)
            closed += !close(i);
    cr_assert_eq(closed, 1);
}

static void says(const char *why)
{
    const char *told = kept_file_line(kept, "two", 3);
    cr_assert_not_null(told);
    cr_expect_str_eq(told, why);
    kept_file_end(kept, NULL);
}

Test(kept_file, one_whose_descriptor_was_closed_goes_on)
{
    char text[16] = "";
    begin();
    cr_expect_null(kept_file_line(kept, "two", 3));
    kept_file_end(kept, "it is whole");
    FILE *file = fopen(scratch_path("kept"), "r");
    cr_assert_not_null(file);
    (void)!fread(text, 1, sizeof text - 1, file);
    fclose(file);
    cr_expect_str_eq(text, "one\ntwo\n");
}

Test(kept_file, one_that_another_process_writes_by_now_is_left_to_it)
{
    begin();
    int other = open(scratch_path("kept"), O_WRONLY | O_CLOEXEC);
    cr_assert_eq(flock(other, LOCK_EX | LOCK_NB), 0);
    says("another run is writing it");
}

Test(kept_file, one_that_was_moved_is_not_sought)
{
    char moved[256];
    begin();
    snprintf(moved, sizeof moved, "%s", scratch_path("moved"));
    cr_assert_eq(rename(scratch_path("kept"), moved), 0);
    says("another file, or none, has its path now");
}
