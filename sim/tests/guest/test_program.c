/* The commands of the default guest. */
#include "guest/program.h"
#include "guest/shell/scan.h"
#include <criterion/criterion.h>
#include <string.h>

struct sample {
    const char *text;
    enum program_kind kind;
    uint32_t exit_code;
    uint64_t seconds; /* UINT64_MAX: without end */
};

static const struct sample samples[] = {
    {"exit 5", PROGRAM_EXIT, 5, 0},
    {"EXIT.EXE 5", PROGRAM_EXIT, 5, 0},
    {"exit /b 6", PROGRAM_EXIT, 6, 0},
    {"exit -1", PROGRAM_EXIT, 0xFFFFFFFF, 0},
    {"exit", PROGRAM_EXIT, 0, 0},
    {"true", PROGRAM_RESULT, 0, 0},
    {"/bin/false", PROGRAM_RESULT, 1, 0},
    {"cat", PROGRAM_COPY, 0, 0},
    {"MORE", PROGRAM_COPY, 0, 0},
    {"sleep 3", PROGRAM_SLEEP, 0, 3},
    {"timeout /t 4", PROGRAM_SLEEP, 0, 4},
    {"timeout.exe /T 4 /NOBREAK", PROGRAM_SLEEP, 0, 4},
    {"sleep", PROGRAM_RESULT, 1, 0},
    {"sleep infinity", PROGRAM_SLEEP, 0, UINT64_MAX},
    {"timeout infinity", PROGRAM_RESULT, 1, 0},
    {"ping -n 3 host", PROGRAM_PING, 0, 2},
    {"ping host -n 1", PROGRAM_PING, 0, 0},
    {"ping host", PROGRAM_PING, 0, 3},
    {"ping -t host", PROGRAM_PING, 0, UINT64_MAX},
    {"ping -n 0 host", PROGRAM_RESULT, 1, 0},
    {"ping", PROGRAM_RESULT, 1, 0},
    {"\"C:\\Windows\\System32\\cmd.exe\" /c exit 1", PROGRAM_SHELL, 0, 0},
    {"cmd", PROGRAM_RESULT, 0, 0},
    {"bash -c true", PROGRAM_UNKNOWN, 0, 0},
    {"", PROGRAM_UNKNOWN, 0, 0},
};

Test(program, reads_every_command)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i];
        struct program program = program_read(s->text, strlen(s->text));
        uint64_t wanted = s->seconds == UINT64_MAX ? UINT64_MAX : s->seconds * 1000000000u;
        cr_expect_eq(program.kind, s->kind, "%s", s->text);
        cr_expect_eq(program.exit_code, s->exit_code, "%s", s->text);
        cr_expect_eq(program.duration, wanted, "%s", s->text);
    }
}

Test(program, echo_keeps_its_text)
{
    struct program program = program_read("echo  a  b ", 11);
    cr_expect_eq(program.kind, PROGRAM_ECHO);
    cr_expect_eq(program.argument_length, 4);
    cr_expect_eq(memcmp(program.argument, "a  b", 4), 0);
}

Test(program, shell_takes_the_rest_and_sheds_quotes)
{
    const char *text = "cmd /c \"echo a && exit 5\"";
    struct program program = program_read(text, strlen(text));
    cr_expect_eq(program.kind, PROGRAM_SHELL);
    cr_expect_eq(program.argument_length, 16);
    cr_expect_eq(memcmp(program.argument, "echo a && exit 5", 16), 0);
}

Test(program, and_splits_outside_quotes_only)
{
    const char *rest;
    enum program_join join;
    cr_expect_eq(scan_split("echo \"a && b\" && exit 1", PROGRAM_SH, &rest, &join), 14);
    cr_expect_str_eq(rest, " exit 1");
    scan_split("exit 1", PROGRAM_SH, &rest, &join);
    cr_expect_null(rest);
}

Test(program, missing_programs_and_folders_are_told_apart)
{
    cr_expect_eq(program_missing("cmd /c exit 1", false), 0);
    cr_expect_eq(program_missing("C:/WINDOWS/system32/PING.exe host", false), 0);
    cr_expect_eq(program_missing("nothing", false), 2);
    cr_expect_eq(program_missing("C:\\Windows\\nothing.exe", false), 2);
    cr_expect_eq(program_missing("C:\\nowhere\\cmd.exe", false), 3);
    cr_expect_eq(program_missing("exit 1", false), 2, "exit is a word of the shell");
}

Test(program, directories_and_users)
{
    static const char *const there[] = {"C:\\", "c:\\windows", "C:/Windows/", "/", "/tmp", "/tmp/"};
    static const char *const absent[] = {"", "D:\\", "C:\\Windows2", "/tm", "tmp"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        cr_expect(program_directory_exists(there[i], strlen(there[i])), "%s", there[i]);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_expect_not(program_directory_exists(absent[i], strlen(absent[i])), "%s", absent[i]);
    cr_expect(program_user_exists("containeradministrator"));
    cr_expect_not(program_user_exists("mallory"));
}

Test(program, image_is_the_name_alone)
{
    char image[16];
    program_image("C:\\Windows\\System32\\PING.EXE -t host", image, sizeof image);
    cr_expect_str_eq(image, "PING.exe");
}

Test(program, commands_are_joined_in_four_ways)
{
    static const struct {
        const char *text;
        enum program_shell shell;
        size_t length;
        enum program_join join;
        const char *rest;
    } samples_of_joins[] = {{"a && b", PROGRAM_CMD, 2, PROGRAM_AND, " b"}, {"a || b", PROGRAM_CMD, 2, PROGRAM_OR, " b"},
        {"a; b && c", PROGRAM_CMD, 5, PROGRAM_AND, " c"}, {"a; b", PROGRAM_SH, 1, PROGRAM_ALWAYS, " b"},
        {"a & b && c", PROGRAM_CMD, 2, PROGRAM_ALWAYS, " b && c"},
        {"a & b && c", PROGRAM_SH, 2, PROGRAM_ALWAYS, " b && c"},
        {"echo 'x; y'; b", PROGRAM_SH, 11, PROGRAM_ALWAYS, " b"},
        {"echo \"a'b\" && c", PROGRAM_SH, 11, PROGRAM_AND, " c"}};
    for (size_t i = 0; i < sizeof samples_of_joins / sizeof *samples_of_joins; i++) {
        const char *rest;
        enum program_join join;
        cr_expect_eq(scan_split(samples_of_joins[i].text, samples_of_joins[i].shell, &rest, &join),
            samples_of_joins[i].length, "%s", samples_of_joins[i].text);
        cr_expect_eq(join, samples_of_joins[i].join, "%s", samples_of_joins[i].text);
        cr_expect_str_eq(rest, samples_of_joins[i].rest);
    }
    const char *text = "sh -c 'echo a; exit 5'";
    struct program program = program_read(text, strlen(text));
    cr_expect_eq(program.kind, PROGRAM_SHELL);
    cr_expect_eq(program.argument_length, 14);
}
