/* Shells of the default guest through the API: what they write and how they end. */
#include "../../../impl/tests/client.h"
#include "include/HcsSim.h"
#include "platform/platform.h"

enum shell { CMD, SH, POWERSHELL };

struct sample {
    enum shell shell;
    const char *text;
    const char *output, *error;
    uint32_t exit_code;
};

/* The JSON form of a text, in UTF-16. */
static PWSTR append(PWSTR to, const char *text, bool escaped)
{
    for (; *text; text++) {
        bool special = escaped && (*text == '"' || *text == '\\' || *text == '\n');
        if (special)
            *to++ = u'\\';
        *to++ = special && *text == '\n' ? u'n' : (WCHAR)*text;
    }
    *to = 0;
    return to;
}

static void write_document(const struct sample *sample, PWSTR document)
{
    static const char *const before[] = {"{\"CommandLine\":\"cmd /c ", "{\"CommandArgs\":[\"sh\",\"-c\",\"",
        "{\"CommandLine\":\"powershell -NoProfile -c "};
    static const char *const after[] = {"\"", "\"]", "\""};
    PWSTR end = append(document, before[sample->shell], false);
    end = append(end, sample->text, true);
    end = append(end, after[sample->shell], false);
    append(end,
        ",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true,\"Environment\":{\"GREETING\":"
        "\"hello there\"}}",
        false);
}

static void read_all(HANDLE stream, char *text, size_t size)
{
    size_t length = 0;
    for (ptrdiff_t got;
         (got = platform_client_read((platform_stream)(intptr_t)stream, text + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    text[length] = 0;
}

static uint32_t run(HCS_SYSTEM system, const struct sample *sample, char *output, char *error, size_t size)
{
    static WCHAR document[4096];
    HCS_PROCESS_INFORMATION information;
    PWSTR status = NULL;
    char text[256];
    write_document(sample, document);
    HCS_PROCESS process = make_process(system, document, &information);
    platform_client_write((platform_stream)(intptr_t)information.StdInput, "first\nsecond\n", 13);
    platform_client_close((platform_stream)(intptr_t)information.StdInput);
    must(HcsWaitForProcessExit(process, INFINITE, &status));
    read_all(information.StdOutput, output, size);
    read_all(information.StdError, error, size);
    take_text(status, text, sizeof text);
    HcsCloseProcess(process);
    return (uint32_t)strtoul(strstr(text, "ExitCode\":") + 10, NULL, 10);
}

static void run_all(const struct sample *samples, size_t count)
{
    char output[4096], error[4096];
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"files\":[{\"path\":\"C:\\\\app\\\\one.txt\",\"text\":\"alpha\\nbeta\\n\"},"
        "{\"path\":\"/app/two.txt\",\"text\":\"beta\\nalpha\\n\"}],"
        "\"programs\":[{\"name\":\"both\",\"output\":\"out\\n\",\"error\":\"err\\n\",\"exitCode\":5}]}",
        1);
    HCS_SYSTEM system = make_system(u"guest-one", CONTAINER, true);
    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = &samples[i];
        uint32_t code = run(system, sample, output, error, sizeof output);
        cr_expect_str_eq(output, sample->output, "%s wrote '%s'", sample->text, output);
        cr_expect_str_eq(error, sample->error, "%s complained '%s'", sample->text, error);
        cr_expect_eq(code, sample->exit_code, "%s: %u", sample->text, code);
    }
    drop_system(system);
    expect_nothing_left();
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UNKNOWN "'x' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"

static const struct sample of_cmd[] = {
    {CMD, "echo a& echo b", "a\r\nb\r\n", "", 0},
    {CMD, "exit 3 & echo b", "", "", 3},
    {CMD, "ver | more", "Microsoft Windows\r\n", "", 0},
    {CMD, "more < C:\\app\\one.txt", "alpha\nbeta\n", "", 0},
    {CMD, "more < C:\\none", "", "The system cannot find the file specified.\r\n", 1},
    {CMD, "both 2>&1", "out\nerr\n", "", 5},
    {CMD, "both >&2", "", "out\nerr\n", 5},
    {CMD, "echo oops 1>&2", "", "oops\r\n", 0},
    {CMD, "both 2>&1 | findstr err", "err\r\n", "", 0},
    {CMD, "both | find \"nothing\"", "", "err\n", 1},
    {CMD, "echo %GREETING%, %OS% %COMPUTERNAME% %NONE%", "hello there, Windows_NT GUEST-ONE %NONE%\r\n", "", 0},
    {CMD, "set X=1&& set X & echo %X%", "X=1\r\n%X%\r\n", "", 0},
    {CMD, "set X=1& cmd /c echo %X%!", "1!\r\n", "", 0},
    {CMD, "set GREE", "GREETING=hello there\r\n", "", 0},
    {CMD, "set NOTHING", "", "Environment variable not defined\r\n", 1},
    {CMD, "if 1==1 echo yes", "yes\r\n", "", 0},
    {CMD, "if 1==2 (echo yes) else (echo no& echo never)", "no\r\nnever\r\n", "", 0},
    {CMD, "if 1==2 echo yes & echo also part of it", "", "", 0},
    {CMD, "if \"%GREETING%\"==\"hello there\" echo quoted", "quoted\r\n", "", 0},
    {CMD, "if not exist C:\\none echo gone", "gone\r\n", "", 0},
    {CMD, "if exist C:\\app\\one.txt (if 3 gtr 10 (echo text) else (echo number))", "number\r\n", "", 0},
    {CMD, "if /i ABC==abc echo same", "same\r\n", "", 0},
    {CMD, "if defined GREETING echo there", "there\r\n", "", 0},
    {CMD, "both 2>nul || if errorlevel 5 exit /b 7", "out\n", "", 7},
    {CMD, "for %i in (a b,c) do echo %i", "a\r\nb\r\nc\r\n", "", 0},
    {CMD, "for /l %i in (1,2,5) do @echo %i& echo %OS%", "1\r\nWindows_NT\r\n3\r\nWindows_NT\r\n5\r\nWindows_NT\r\n",
        "", 0},
    {CMD, "for %i in (1 2) do (for %j in (x y) do echo %i%j) | more", "1x\r\n1y\r\n2x\r\n2y\r\n", "", 0},
    {CMD, "(echo a& echo b) | find /c \"a\"", "1\r\n", "", 0},
    {CMD, "(echo a& echo b) > C:\\both.txt & type C:\\both.txt", "a\r\nb\r\n", "", 0},
    {CMD, "dir /b C:\\app", "one.txt\r\n", "", 0},
    {CMD, "dir /b C:\\app\\o*e.t?t", "one.txt\r\n", "", 0},
    {CMD, "dir C:\\app | find \"one.txt\"", "01/01/2026  12:00 AM                11 one.txt\r\n", "", 0},
    {CMD, "dir C:\\nowhere\\x /b", "", "File Not Found\r\n", 1},
    {CMD, "hostname", "GUEST-ONE\r\n", "", 0},
    {CMD, "echo a ^& b ^> c", "a & b > c\r\n", "", 0},
    {CMD, "echo \"a & b\"", "\"a & b\"\r\n", "", 0},
    {CMD, "echo.", "\r\n", "", 0},
    {CMD, "@echo quiet", "quiet\r\n", "", 0},
    {CMD, "x", "", UNKNOWN, 1},
    {CMD, "x & if errorlevel 9009 echo inside", "inside\r\n", UNKNOWN, 0},
    {CMD, "x || exit /b 4", "", UNKNOWN, 4},
    {CMD, "cmd /c exit 6 & echo after & cmd /c x", "after\r\n", UNKNOWN, 1},
    {CMD, "\"cmd /c \"exit 6\" || echo failed\"", "failed\r\n", "", 0},
    {CMD, "ver && false || echo c", "Microsoft Windows\r\nc\r\n", "", 0},
    {CMD, "ver || echo b && echo c", "Microsoft Windows\r\n", "", 0},
    {CMD, "more & echo end", "first\nsecond\nend\r\n", "", 0},
    {CMD, "sort /r C:\\app\\one.txt", "beta\r\nalpha\r\n", "", 0},
    {CMD, "if", "", "The syntax of the command is incorrect.\r\n", 1},
    {CMD, "for %i in do echo", "", "The syntax of the command is incorrect.\r\n", 1},
};

Test(shell, cmd_joins_pipes_repeats_and_decides)
{
    run_all(of_cmd, COUNT(of_cmd));
}

static const struct sample of_sh[] = {
    {SH, "echo $GREETING \"$GREETING\" '$GREETING' ${NONE:-none}", "hello there hello there $GREETING none\n", "", 0},
    {SH, "X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n", "", 0},
    {SH, "false; echo $?; (exit 4); echo $?", "1\n4\n", "", 0},
    {SH, "x", "", "sh: 1: x: not found\n", 127},
    {SH, "x || echo $?", "127\n", "sh: 1: x: not found\n", 0},
    {SH, "cat < /app/two.txt", "beta\nalpha\n", "", 0},
    {SH, "cat /app/two.txt | sort | head -n 1", "alpha\n", "", 0},
    {SH, "both 2>&1 | grep err | wc -l", "1\n", "", 0},
    {SH, "both | false", "", "err\n", 1},
    {SH, "echo oops >&2", "", "oops\n", 0},
    {SH, "for i in 1 2 3; do echo $i; done", "1\n2\n3\n", "", 0},
    {SH, "for i in a b\ndo\necho $i\ndone\necho end", "a\nb\nend\n", "", 0},
    {SH, "for i in 1 2 3 4; do if [ $i = 2 ]; then continue; fi; if [ $i -gt 3 ]; then break; fi; echo $i; done",
        "1\n3\n", "", 0},
    {SH, "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done; exit $i", "1\n2\n3\n", "", 3},
    {SH, "i=5; until [ $i -le 3 ]; do i=$((i - 1)); done; echo $((i * (2 + 1)))", "9\n", "", 0},
    {SH, "while read line; do echo \"got $line\"; done", "got first\ngot second\n", "", 0},
    {SH, "read a; read b; echo $b$a; cat", "secondfirst\n", "", 0},
    {SH, "while read x; do echo [$x]; done < /app/two.txt", "[beta]\n[alpha]\n", "", 0},
    {SH, "seq 2 | while read n; do for m in a b; do echo $n$m; done; done", "1a\n1b\n2a\n2b\n", "", 0},
    {SH, "seq 3 -1 1", "3\n2\n1\n", "", 0},
    {SH, "[ 3 -gt 2 ] && [ 2 -lt 3 ] && [ 2 -le 2 ] && [ 2 -ge 2 ] && [ 1 -ne 2 ] && [ 2 -eq 2 ] && echo a", "a\n", "",
        0},
    {SH, "[ 2 -gt 3 ] || [ 3 -lt 2 ] || [ 3 -le 2 ] || [ 1 -ge 2 ] || [ 2 -ne 2 ] || [ 1 -eq 2 ] || echo a", "a\n", "",
        0},
    {SH, "[ -z '' ] && [ -n x ] && [ a != b ] && [ ! a = b ] && echo a", "a\n", "", 0},
    {SH, "[ -n '' ] || [ -z x ] || [ a = b ] || [ a != a ] || echo a", "a\n", "", 0},
    {SH, "echo $((7 / 2)) $((7 % 4)) $((2 - 5)) $(((1 + 2) * 3)) $((-4))", "3 3 -3 9 -4\n", "", 0},
    {SH, "until [ x$i = xaa ]; do i=a$i; done; echo $i", "aa\n", "", 0},
    {SH, "printf '%s-%s\\n' a b", "a-b\n", "", 0},
    {SH, "printf 'b\\na\\n' | sort", "a\nb\n", "", 0},
    {SH, "printf 'a\\nb\\n' | sort -r", "b\na\n", "", 0},
    {SH, "printf 'ab\\ncd\\n' | grep -v ab", "cd\n", "", 0},
    {SH, "printf 'ab\\ncd\\n' | grep -i CD", "cd\n", "", 0},
    {SH, "printf 'ab\\ncd\\n' | grep -c b", "1\n", "", 0},
    {SH, "printf 'ab\\ncd\\n' | grep x", "", "", 1},
    {SH, "printf 'ab\\ncd\\n' | head -n 1", "ab\n", "", 0},
    {SH, "printf 'ab cd\\n' | wc -w", "2\n", "", 0},
    {CMD, "for /l %i in (3,-1,1) do echo %i", "3\r\n2\r\n1\r\n", "", 0},
    {CMD, "if 3 gtr 2 if 2 lss 3 if 2 leq 2 if 2 geq 2 if 1 neq 2 if 2 equ 2 echo a", "a\r\n", "", 0},
    {CMD, "if 2 gtr 3 (echo a) else (echo b)", "b\r\n", "", 0},
    {CMD, "if /i AB==ab echo a", "a\r\n", "", 0},
    {CMD, "if not 1==1 (echo a) else (echo b)", "b\r\n", "", 0},
    {SH, "seq 9223372036854775806 9223372036854775807", "9223372036854775806\n9223372036854775807\n", "", 0},
    {SH, "while true; do echo x; done | head -n 1", "", "", 137}, /* there is no memory for that much */
    {SH, "X='a '; i=0; while [ $i -lt 19 ]; do X=\"$X$X\"; i=$((i+1)); done; echo > $X$X$X", "", "", 137},
    {SH, "if false; then echo a; elif true; then echo b; else echo c; fi", "b\n", "", 0},
    {SH, "if ! true; then echo a; else echo c; fi; echo d", "c\nd\n", "", 0},
    {SH, "if [ -e /app/two.txt ] && [ ! -d /app/two.txt ]; then echo file; fi", "file\n", "", 0},
    {SH, "{ echo a; echo b; } > /tmp/g; cat /tmp/g; cat '/tmp/g' > \"/tmp/h\"; wc -l /tmp/h", "a\nb\n2\n", "", 0},
    {SH, "X=$(hostname); echo \"$X $(echo $(echo deep)) $(false)\"; Y=$(false) || echo no", "guest-one deep \nno\n", "",
        0},
    {SH, "for f in $(ls /app); do echo $f; done", "two.txt\n", "", 0},
    {SH, "export A=1; env | grep A=", "A=1\n", "", 0},
    {SH, "printf '%s-%d\\n' a 1 b 2", "a-1\nb-2\n", "", 0},
    {SH, "echo -n a; echo 'x; y | z'; echo a\\;b", "ax; y | z\na;b\n", "", 0},
    {SH, "sh -c 'exit 6'; echo $?; sh -c \"echo in; echo 'a b'\"", "6\nin\na b\n", "", 0},
    {SH, "'echo' \"a b\" 'c'", "a b c\n", "", 0},
    {SH, "true && false || echo c", "c\n", "", 0},
    {SH, "false || echo b && echo c", "b\nc\n", "", 0},
    {SH, "exit 300", "", "", 44},
    {SH, "for i in 1; do", "", "sh: 1: Syntax error\n", 2},
    {SH, "if true", "", "sh: 1: Syntax error\n", 2},
};

Test(shell, sh_has_variables_pipes_and_loops)
{
    run_all(of_sh, COUNT(of_sh));
}

static const struct sample of_powershell[] = {
    {POWERSHELL, "echo hi", "hi\r\n", "", 0},
    {POWERSHELL, "\"Write-Output 'a b' c; exit 3\"", "a b\r\nc\r\n", "", 3},
    {POWERSHELL, "Write-Host a b", "a b\r\n", "", 0},
    {POWERSHELL, "$env:GREETING", "hello there\r\n", "", 0},
    {POWERSHELL, "echo \"$env:GREETING!\" '$env:GREETING'", "hello there!\r\n$env:GREETING\r\n", "", 0},
    {POWERSHELL, "$x = 5; $env:Y = 'why'; \"$x $env:Y\"", "5 why\r\n", "", 0},
    {POWERSHELL, "cmd /c exit 5; exit $LASTEXITCODE", "", "", 5},
    {POWERSHELL, "cmd /c exit 5", "", "", 1},
    {POWERSHELL, "Write-Error bad", "", "bad\r\n", 1},
    {POWERSHELL, "hostname | findstr GUEST", "GUEST-ONE\r\n", "", 0},
    {POWERSHELL, "x", "",
        "x : The term 'x' is not recognized as the name of a cmdlet, function, script file, or operable program.\r\n"
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try "
        "again.\r\n",
        1},
};

Test(shell, powershell_writes_and_exits)
{
    run_all(of_powershell, COUNT(of_powershell));
}

/* A loop that waits for something lets the others run; it takes virtual time. */
Test(shell, a_loop_that_waits_does_not_stop_the_clock)
{
    HCS_PROCESS_INFORMATION information;
    PWSTR status = NULL;
    char text[256];
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    HCS_SYSTEM system = make_system(u"loops", CONTAINER, true);
    HCS_PROCESS waiting = make_process(
        system, u"{\"CommandArgs\":[\"sh\",\"-c\",\"while [ ! -e /tmp/go ]; do :; done; exit 9\"]}", &information);
    HCS_PROCESS other = make_process(system,
        u"{\"CommandArgs\":[\"sh\",\"-c\",\"while true; do sleep 0.5; echo x > /tmp/go; break; done\"]}", &information);
    must(HcsWaitForProcessExit(waiting, INFINITE, &status));
    take_text(status, text, sizeof text);
    cr_expect(strstr(text, "\"ExitCode\":9"), "%s", text);
    HcsCloseProcess(other);
    HcsCloseProcess(waiting);
    drop_system(system);
}

/* Returns the exit document, or an empty text if the system still runs after ten virtual minutes. */
static void end_by(PCWSTR configuration, PCWSTR command, char *text, size_t size)
{
    HCS_PROCESS_INFORMATION information;
    PWSTR status = NULL;
    HCS_SYSTEM system = make_system(u"power", configuration, true);
    HCS_PROCESS process = make_process(system, command, &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HRESULT result = HcsWaitForComputeSystemExit(system, 600000, &status);
    *text = 0;
    if (SUCCEEDED(result))
        take_text(status, text, size);
    else
        cr_expect_eq(result, HCS_E_OPERATION_TIMEOUT);
    HcsCloseProcess(process);
    drop_system(system);
}

/* S-08 */
Test(shell, a_guest_shuts_itself_down_or_restarts)
{
    char text[600];
    static const PCWSTR ending[] = {u"{\"CommandArgs\":[\"poweroff\"]}", u"{\"CommandLine\":\"shutdown /s /t 5\"}",
        u"{\"CommandLine\":\"cmd /c shutdown /p\"}", u"{\"CommandArgs\":[\"shutdown\",\"-h\",\"now\"]}"};
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    for (size_t i = 0; i < COUNT(ending); i++) {
        end_by(i % 2 ? CONTAINER : VM_WITH_GUEST, ending[i], text, sizeof text);
        cr_expect(strstr(text, "GracefulExit") && strstr(text, "GuestOS"), "%zu: %s", i, text);
    }
    end_by(CONTAINER, u"{\"CommandArgs\":[\"reboot\"]}", text, sizeof text);
    cr_expect(strstr(text, "GracefulExit"), "%s", text);
    end_by(VM_WITH_GUEST, u"{\"CommandArgs\":[\"reboot\"]}", text, sizeof text);
    cr_expect_str_eq(text, "", "it has restarted");
    end_by(CONTAINER, u"{\"CommandLine\":\"cmd /c shutdown /s & shutdown /a\"}", text, sizeof text);
    cr_expect_str_eq(text, "", "it was aborted");
    must(HcsSimScenario(u"{\"host\":{\"guestReset\":\"UnexpectedStop\"}}"));
    end_by(VM_WITH_GUEST, u"{\"CommandArgs\":[\"reboot\"]}", text, sizeof text); /* F-19 */
    cr_expect(strstr(text, "\"UnexpectedExit\"") && strstr(text, "\"ExitCode\":255"), "%s", text);
    end_by(VM_WITH_GUEST, u"{\"CommandArgs\":[\"poweroff\"]}", text, sizeof text);
    cr_expect(strstr(text, "\"PowerOff\""), "%s", text);
    must(HcsSimScenario(u"{\"host\":{\"guestReset\":null}}"));
    end_by(VM_WITH_GUEST, u"{\"CommandLine\":\"shutdown /r\"}", text, sizeof text);
    cr_expect_str_eq(text, "", "it has restarted");
}
