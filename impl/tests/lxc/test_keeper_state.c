/* What keepers leave on disk, and what becomes of it when the disk or the file is bad. */
#include "base/files/files.h"
#include "lxc/backend/tree.h"
#include "lxc/cgroups.h"
#include "lxc/keeper/process.h"
#include "lxc/keeper_state.h"
#include "../scratch.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void put(const char *text)
{
    FILE *file = fopen(scratch_path("state.json"), "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(keeper_state, is_read_as_it_was_written)
{
    struct failure failure = {0};
    struct keeper_state written =
                            {.id = "a", .name = "b", .base = "/c", .init_program = "/d", .first_id = 7, .id_count = 8},
                        read;
    written.init = getpid();
    cr_assert(keeper_state_write(&written, scratch(), "running", &failure), "%s", failure.message);
    cr_assert(keeper_state_read(&read, scratch(), &failure), "%s", failure.message);
    cr_expect(!strcmp(read.id, "a") && !strcmp(read.name, "b") && !strcmp(read.base, "/c") &&
              !strcmp(read.init_program, "/d") && !strcmp(read.phase, "running") && read.first_id == 7 &&
              read.id_count == 8);
    cr_expect_eq(read.keeper, getpid());
    cr_expect(read.keeper_start && read.keeper_start == read.init_start, "both are this process");
    cr_expect_eq(strlen(read.boot), 36);
    cr_assert(keeper_state_write(&written, scratch(), "created", &failure), "%s", failure.message);
    cr_assert(keeper_state_read(&read, scratch(), &failure), "%s", failure.message);
    cr_expect_eq(read.keeper, 0);
}

Test(keeper_state, that_is_damaged_is_refused)
{
    static const struct {
        const char *text;
        int error;
    } states[] = {{"", EBADMSG}, {"{", EBADMSG}, {"{}", EBADMSG}, {"{\"version\":2}", EPROTO}, {"[1]", EBADMSG},
        {"{\"version\":1,\"id\":1,\"firstId\":\"a\"}", 0}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct failure failure = {0};
        struct keeper_state state;
        put(states[i].text);
        cr_expect_eq(keeper_state_read(&state, scratch(), &failure), states[i].error == 0, "%s", states[i].text);
        cr_expect_eq(failure.error, states[i].error, "%s: %d", states[i].text, failure.error);
    }
}

Test(keeper_state, that_is_missing_too_long_or_no_file_is_refused)
{
    struct failure failure = {0}, too_long = {0}, folder = {0}, nowhere = {0};
    struct keeper_state state = {.id = "a"};
    cr_expect_not(keeper_state_read(&state, scratch(), &failure));
    cr_expect_eq(failure.error, ENOENT);
    FILE *file = fopen(scratch_path("state.json"), "we");
    cr_assert_eq(ftruncate(fileno(file), 1 << 20), 0);
    fclose(file);
    cr_expect_not(keeper_state_read(&state, scratch(), &too_long));
    cr_expect_eq(too_long.error, EFBIG);
    cr_assert_eq(remove(scratch_path("state.json")), 0);
    cr_assert_eq(mkdir(scratch_path("state.json"), 0700), 0);
    cr_expect_not(keeper_state_read(&state, scratch(), &folder));
    cr_expect_eq(folder.error, EISDIR);
    cr_expect_not(keeper_state_write(&state, "/no/such/folder", "created", &nowhere));
    cr_expect(nowhere.error == ENOENT && strstr(nowhere.message, "No such file"), "%s", nowhere.message);
}

Test(keeper_state, notes_each_exit_in_a_line)
{
    size_t length;
    keeper_state_note_exit(scratch(), &(struct keeper_process){.inner = 7, .status = 3});
    keeper_state_note_exit(scratch(), &(struct keeper_process){.inner = 8, .signal = 9, .oom = true});
    keeper_state_note_exit("/no/such/folder", &(struct keeper_process){.inner = 9});
    char *text = file_read(scratch_path("exits.jsonl"), 1000, &length);
    cr_assert_not_null(text);
    cr_expect_str_eq(text, "{\"id\":7,\"status\":3,\"signal\":0,\"oom\":false}\n"
                           "{\"id\":8,\"status\":0,\"signal\":9,\"oom\":true}\n");
    free(text);
}

Test(keeper_state, listens_where_it_can_and_says_why_not)
{
    struct failure failure = {0}, none = {0};
    int listener = keeper_listen(scratch_path("socket"), &failure);
    cr_expect_geq(listener, 0, "%s", failure.message);
    close(listener);
    cr_expect_eq(keeper_listen("/no/such/folder/socket", &none), -1);
    cr_expect_eq(none.error, ENOENT);
}

/* --- folders --- */

static void make_deep(const char *name, int depth)
{
    int place = open(scratch(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_eq(mkdirat(place, name, 0700), 0);
    for (int i = 0; i < depth; i++) {
        int inner = openat(place, i ? "d" : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_assert_geq(inner, 0);
        close(place);
        place = inner;
        cr_assert_eq(mkdirat(place, "d", 0), 0);
        cr_assert_eq(symlinkat("/etc", place, "link"), 0);
        close(openat(place, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    close(place);
}

Test(tree, goes_whole_however_deep)
{
    int place = open(scratch(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_deep("deep", 3000);
    cr_expect(tree_remove(place, "deep"));
    cr_expect_neq(access(scratch_path("deep"), F_OK), 0);
    cr_expect_eq(access("/etc/passwd", F_OK), 0, "links are not followed");
    cr_expect(tree_remove(place, "deep"), "what is gone is removed");
    cr_assert_eq(symlink("/tmp", scratch_path("link")), 0);
    cr_expect_not(tree_remove(place, "link"));
    cr_expect_not(tree_remove(-1, "link"));
    close(place);
}

/* --- cgroups --- */

Test(cgroups, of_a_process_can_be_joined_and_those_of_none_can_not)
{
    struct failure failure = {0}, none = {0};
    struct cgroups groups;
    cr_assert(cgroups_open(&groups, getpid(), &failure), "%s", failure.message);
    cr_expect_eq(cgroups_enter(&groups), 0);
    cgroups_close(&groups);
    cr_expect_not(cgroups_open(&groups, 0x3FFFFFFF, &none));
    cr_expect(none.error == ENOENT && strstr(none.message, "/proc/"), "%s", none.message);
    cgroups_close(&groups);
}

Test(cgroups, that_never_were_hold_nothing)
{
    cr_expect(cgroups_kill("no-such-system", 0));
    cr_expect(cgroups_remove("no-such-system", 0));
}
