/* Files that tools write: whole or not at all, and nothing of the user's lost. */
#include "base/files/files.h"
#include "../scratch.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void put(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(scratch_path(name), "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(chmod(scratch_path(name), mode), 0);
}

static void holds(const char *name, const char *text)
{
    size_t length;
    char *found = file_read(scratch_path(name), 1 << 20, &length);
    cr_assert_not_null(found, "%s", name);
    cr_expect_str_eq(found, text, "%s", name);
    free(found);
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *folder = opendir(scratch());
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 2;
}

static mode_t mode_of(const char *name)
{
    struct stat found;
    cr_assert_eq(lstat(scratch_path(name), &found), 0);
    return found.st_mode;
}

static void writes(const char *name, const char *text)
{
    const char *why = file_write(scratch_path(name), text);
    cr_expect_null(why, "%s: %s", name, why);
}

Test(files, a_new_file_has_the_mode_of_the_user_and_nothing_is_left_beside_it)
{
    umask(027);
    writes("new", "text");
    holds("new", "text");
    cr_expect_eq(mode_of("new") & 0777, 0640);
    cr_expect_eq(entries(), 1);
}

Test(files, the_mode_of_an_old_file_is_kept)
{
    put("old", "before", 0600);
    writes("old", "after");
    holds("old", "after");
    cr_expect_eq(mode_of("old") & 0777, 0600);
}

Test(files, what_nobody_may_write_is_refused_whoever_asks)
{
    put("kept", "before", 0400);
    cr_expect_str_eq(file_write(scratch_path("kept"), "after"), "it is read-only");
    holds("kept", "before");
    cr_expect_eq(mode_of("kept") & 0777, 0400);
    cr_expect_eq(entries(), 1);
}

Test(files, a_link_is_followed_and_stays_one)
{
    put("target", "before", 0640);
    cr_assert_eq(symlink("target", scratch_path("link")), 0);
    cr_assert_eq(symlink("link", scratch_path("second")), 0);
    cr_assert_eq(symlink("not-yet", scratch_path("third")), 0);
    cr_assert_eq(symlink("loop", scratch_path("loop")), 0);
    writes("second", "after");
    writes("third", "new");
    holds("target", "after");
    holds("not-yet", "new");
    cr_expect(S_ISLNK(mode_of("second")) && S_ISLNK(mode_of("link")) && S_ISLNK(mode_of("third")));
    cr_expect_str_eq(file_write(scratch_path("loop"), "x"), "permission denied");
}

Test(files, names_that_can_be_guessed_are_never_written)
{
    put("target", "mine", 0600);
    cr_assert_eq(symlink("target", scratch_path("r.json.partial")), 0);
    cr_assert_eq(symlink("target", scratch_path("r.json.new")), 0);
    put("r.json.part", "mine too", 0600);
    writes("r.json", "result");
    holds("target", "mine");
    holds("r.json.part", "mine too");
    cr_expect_eq(entries(), 5);
}

Test(files, a_link_of_another_user_in_an_open_folder_is_not_followed)
{
    put("target", "mine", 0600);
    cr_assert_eq(mkdir(scratch_path("open"), 0777), 0);
    cr_assert_eq(chmod(scratch_path("open"), 01777), 0);
    cr_assert_eq(symlink("../target", scratch_path("open/r.json")), 0);
    writes("open/r.json", "own link");
    holds("target", "own link");
    if (lchown(scratch_path("open/r.json"), 12345, 12345))
        return; /* only root can leave a link of another user */
    cr_expect_str_eq(file_write(scratch_path("open/r.json"), "theirs"),
        "it is a symbolic link of another user in a world-writable folder");
    holds("target", "own link");
}

Test(files, a_pipe_is_written_in_place)
{
    char text[16] = "";
    cr_assert_eq(mkfifo(scratch_path("pipe"), 0600), 0);
    int reader = open(scratch_path("pipe"), O_RDONLY | O_NONBLOCK);
    writes("pipe", "through");
    cr_expect_eq(read(reader, text, sizeof text), 7);
    cr_expect_str_eq(text, "through");
    cr_expect(S_ISFIFO(mode_of("pipe")));
    close(reader);
    cr_expect_null(file_write("/dev/null", "nothing"));
    cr_expect_str_eq(file_write("/dev/full", "too much"), "the disk is full");
}

Test(files, standard_output_is_itself_by_any_name)
{
    cr_assert_eq(symlink("/proc/self/fd/1", scratch_path("stdout")), 0);
    const char *const names[] = {"-", scratch_path("stdout"), "/proc/self/fd/1"};
    int saved = dup(STDOUT_FILENO), file = open(scratch_path("out"), O_RDWR | O_CREAT, 0600);
    cr_assert_eq(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(write(STDOUT_FILENO, "first ", 6), 6);
    for (int i = 0; i < 3; i++)
        cr_expect_null(file_write(names[i], "more "));
    if (saved >= 0)
        dup2(saved, STDOUT_FILENO);
    else
        close(STDOUT_FILENO);
    holds("out", "first more more more ");
}

Test(files, what_cannot_be_written_says_why)
{
    cr_expect_str_eq(file_write(scratch_path("no/such"), ""), "there is no such folder");
    cr_expect_str_eq(file_write(scratch(), ""), "it is a folder");
    cr_expect_str_eq(file_write("", ""), "there is no such folder");
    put("old", "before", 0600);
    cr_expect_str_eq(file_write(scratch_path("old"), NULL), "out of memory");
    holds("old", "before");
    cr_expect_eq(entries(), 1);
}

Test(files, while_one_process_claims_a_file_another_is_refused)
{
    struct file_draft *claim, *other;
    int status;
    put("r.json", "before", 0600);
    const char *path = scratch_path("r.json");
    cr_assert_null(file_claim(path, &claim));
    pid_t child = fork();
    if (!child) {
        const char *why = file_claim(path, &other);
        _exit(why && !other && !strcmp(why, "another run is writing it") ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_expect_null(file_claim_write(claim, "after"));
    holds("r.json", "after");
    cr_assert_null(file_claim(scratch_path("r.json"), &claim), "it is free again");
    file_claim_free(claim);
    holds("r.json", "after");
    cr_expect_eq(entries(), 1);
}

Test(files, what_a_killed_process_left_goes)
{
    struct file_draft *claim;
    int status;
    put(".r.json.0123456789abcde.new", "a name that only looks like one", 0600);
    const char *path = scratch_path("r.json");
    pid_t child = fork();
    if (!child) {
        (void)file_claim(path, &claim);
        raise(SIGKILL);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(entries(), 2, "the draft that was left");
    writes("r.json", "text");
    cr_expect_eq(entries(), 2);
    holds(".r.json.0123456789abcde.new", "a name that only looks like one");
}

Test(files, lines_never_go_through_a_link_or_over_a_file)
{
    FILE *lines;
    put("mine", "mine\n", 0600);
    cr_assert_eq(symlink("mine", scratch_path("link")), 0);
    cr_expect_not_null(file_lines(scratch_path("link"), false, &lines));
    cr_expect_not_null(file_lines(scratch_path("link"), true, &lines));
    cr_expect_str_eq(file_lines(scratch_path("mine"), false, &lines), "it exists already");
    cr_assert_null(file_lines(scratch_path("mine"), true, &lines));
    fputs("more\n", lines);
    fclose(lines);
    holds("mine", "mine\nmore\n");
}

Test(files, no_descriptor_of_ours_is_a_standard_one)
{
    struct file_draft *claim;
    int saved = dup(0);
    close(0);
    cr_assert_null(file_claim(scratch_path("r.json"), &claim));
    cr_expect_eq(fcntl(0, F_GETFD), -1);
    cr_expect_null(file_claim_write(claim, "text"));
    dup2(saved, 0);
    holds("r.json", "text");
}

Test(files, a_pipe_is_read_once_somebody_writes_to_it)
{
    size_t length;
    const char *path = scratch_path("pipe");
    cr_assert_eq(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    if (!writer) {
        usleep(50000); /* after the reader has opened it */
        int file = open(path, O_WRONLY);
        _exit(file < 0 || write(file, "text", 4) != 4);
    }
    char *text = file_read(scratch_path("pipe"), 1 << 20, &length);
    cr_assert_not_null(text);
    cr_expect_str_eq(text, "text");
    free(text);
    cr_expect_eq(waitpid(writer, NULL, 0), writer);
}

static void ignore(int signal)
{
    (void)signal;
}

Test(files, a_signal_ends_the_wait_for_a_pipe)
{
    size_t length;
    const struct sigaction action = {.sa_handler = ignore};
    cr_assert_eq(mkfifo(scratch_path("pipe"), 0600), 0);
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    alarm(1);
    cr_expect_null(file_read(scratch_path("pipe"), 1 << 20, &length));
}
