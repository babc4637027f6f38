/* The functions for files of virtual machines: those of the client's own disks, and of a host that has files. */
#include "../client.h"
#include "../scratch.h"
#include "include/HcsSim.h"
#include "platform/client_file.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(files, .timeout = 120);

enum { NOBODY = 65534 };

/* A path as a client passes it; valid until the next four. */
static PCWSTR wide(const char *path)
{
    static WCHAR texts[4][PATH_MAX * 2];
    static unsigned next;
    WCHAR *text = texts[next++ % 4];
    size_t i = 0;
    for (; path[i] && i + 1 < PATH_MAX * 2; i++)
        text[i] = (WCHAR)(unsigned char)path[i];
    text[i] = 0;
    return text;
}

static PCWSTR in_scratch(const char *name)
{
    return wide(scratch_path(name));
}

static void write_file(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(scratch_path(name), "wb");
    cr_assert(file && fwrite(bytes, 1, length, file) == length && !fclose(file));
}

static const char *contents_of(const char *name)
{
    static char text[4096];
    FILE *file = fopen(scratch_path(name), "rb");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

/* As a user who is not root; of a test's own process. */
static void be_nobody(void)
{
    (void)chmod(scratch(), 0755);
    if (geteuid() == 0)
        cr_assert_eq(seteuid(NOBODY), 0);
}

/* --- the client's own files --- */

/* In a process whose standard input is closed and that may have no descriptor behind the standard streams. */
Test(files, nothing_is_left_of_one_for_which_no_descriptor_is_to_be_had)
{
    static char path[PATH_MAX];
    int status = -1;
    snprintf(path, sizeof path, "%s", scratch_path("left.vmgs"));
    pid_t child = fork();
    if (!child) {
        struct rlimit none = {.rlim_cur = STDERR_FILENO + 1, .rlim_max = STDERR_FILENO + 1};
        close(STDIN_FILENO);
        bool limited = !setrlimit(RLIMIT_NOFILE, &none);
        _exit(!limited || client_file_create(path, "{}", 2) != CLIENT_FILE_FAILED);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    cr_expect_eq(access(path, F_OK), -1, "it is left");
}

Test(files, a_state_file_says_what_it_is_and_only_its_user_may_read_it)
{
    struct stat found;
    must(HcsCreateEmptyGuestStateFile(in_scratch("one.vmgs")));
    must(HcsCreateEmptyRuntimeStateFile(in_scratch("one.vmrs")));
    cr_expect_str_eq(contents_of("one.vmgs"), "{\"kind\":\"GuestState\",\"format\":1}");
    cr_expect_str_eq(contents_of("one.vmrs"), "{\"kind\":\"RuntimeState\",\"format\":1}");
    cr_assert_eq(stat(scratch_path("one.vmgs"), &found), 0);
    cr_expect_eq(found.st_mode & 0777, 0600);
}

Test(files, what_is_there_stays)
{
    write_file("old.vmgs", "mine", 4);
    cr_assert_eq(symlink(scratch_path("nowhere"), scratch_path("link.vmgs")), 0);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(in_scratch("old.vmgs")), HRESULT_ERROR_FILE_EXISTS);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(in_scratch("link.vmgs")), HRESULT_ERROR_FILE_EXISTS);
    cr_expect_eq(HcsCreateEmptyRuntimeStateFile(in_scratch("")), HRESULT_ERROR_FILE_EXISTS);
    cr_expect_str_eq(contents_of("old.vmgs"), "mine");
    cr_expect_neq(access(scratch_path("nowhere"), F_OK), 0, "a link is not followed");
}

Test(files, without_rights_nothing_is_made_granted_or_read)
{
    write_file("secret.vmrs", "{\"kind\":\"RuntimeState\",\"format\":1}", 34);
    cr_assert_eq(chmod(scratch_path("secret.vmrs"), 0), 0);
    be_nobody();
    cr_expect_eq(HcsCreateEmptyGuestStateFile(wide("/etc/hcs-test.vmgs")), E_ACCESSDENIED);
    cr_expect_eq(HcsGrantVmAccess(u"a", wide("/etc/passwd")), E_ACCESSDENIED);
    cr_expect_eq(HcsRevokeVmAccess(u"a", wide("/etc/passwd")), E_ACCESSDENIED);
    cr_expect_eq(HcsGrantVmGroupAccess(wide("/etc")), E_ACCESSDENIED);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(in_scratch("secret.vmrs"), NULL), E_ACCESSDENIED);
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
}

Test(files, paths_that_are_too_long_or_lead_through_a_file)
{
    char path[PATH_MAX + 100] = "";
    write_file("file", "", 0);
    snprintf(path, sizeof path, "%s/", scratch());
    for (size_t i = strlen(path); i + 2 < sizeof path; i++) {
        path[i] = i % 100 ? 'a' : '/';
        path[i + 1] = 0;
    }
    cr_expect_eq(HcsCreateEmptyGuestStateFile(wide(path)), HRESULT_ERROR_FILENAME_EXCED_RANGE);
    cr_expect_eq(HcsGrantVmAccess(u"a", wide(path)), HRESULT_ERROR_FILENAME_EXCED_RANGE);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(in_scratch("file/one.vmgs")), HRESULT_ERROR_PATH_NOT_FOUND);
    cr_expect_eq(HcsGrantVmAccess(u"a", in_scratch("file/one.vmgs")), HRESULT_ERROR_PATH_NOT_FOUND);
}

#define FEATURES "{\"ProcessorFeatures\":[\"Sse3\"],\"CacheLineFlushSize\":8}"

Test(files, a_saved_state_says_what_its_processor_needs)
{
    static const char text[] = "{\"kind\":\"RuntimeState\",\"format\":1,\"requirements\":" FEATURES "}";
    PCWSTR document = NULL;
    write_file("one.vmrs", text, sizeof text - 1);
    must(HcsGetProcessorCompatibilityFromSavedState(in_scratch("one.vmrs"), &document));
    cr_assert_not_null(document);
    for (size_t i = 0; i < sizeof FEATURES; i++)
        cr_assert_eq(document[i], FEATURES[i], "at %zu", i);
    LocalFree((HLOCAL)(uintptr_t)document);
    must(HcsGetProcessorCompatibilityFromSavedState(in_scratch("one.vmrs"), NULL));
}

static const char *const foreign[] = {"", "{", "MZ\x90", "[]", "{}", "{\"kind\":\"RuntimeState\"}",
    "{\"kind\":\"RuntimeState\",\"format\":1}",
    "{\"kind\":\"RuntimeState\",\"format\":2,\"requirements\":" FEATURES "}",
    "{\"kind\":\"GuestState\",\"format\":1,\"requirements\":" FEATURES "}",
    "{\"kind\":\"Other\",\"format\":1,\"requirements\":" FEATURES "}", "{\"format\":1,\"requirements\":" FEATURES "}",
    "{\"kind\":\"RuntimeState\",\"format\":1,\"requirements\":{\"ProcessorFeatures\":[7]}}",
    "{\"kind\":\"RuntimeState\",\"format\":1,\"requirements\":" FEATURES "} more"};

Test(files, a_file_that_is_no_saved_state_has_no_answer)
{
    PCWSTR document = u"before";
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        write_file("foreign", foreign[i], strlen(foreign[i]));
        cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(in_scratch("foreign"), &document),
            HRESULT_ERROR_INVALID_DATA, "%s", foreign[i]);
        cr_expect_null(document, "%s", foreign[i]);
    }
    char *large = calloc(1, (1 << 20) + 1);
    write_file("foreign", large, (1 << 20) + 1);
    free(large);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(in_scratch("foreign"), NULL), HRESULT_ERROR_INVALID_DATA);
    cr_assert_eq(mkfifo(scratch_path("fifo"), 0600), 0);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(in_scratch("fifo"), NULL), HRESULT_ERROR_INVALID_DATA);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(wide("/dev/zero"), NULL), HRESULT_ERROR_INVALID_DATA);
}

/* --- a host with files of its own --- */

#define HOST u"{\"clients\":1,\"host\":{\"files\":["

Test(files, those_of_a_host_are_not_looked_for_on_the_disk)
{
    must(HcsSimReset(HOST u"{\"path\":\"/etc/other\"}]}}", NULL));
    cr_expect_eq(HcsGrantVmAccess(u"a", u"/etc/passwd"), HRESULT_ERROR_FILE_NOT_FOUND);
    must(HcsCreateEmptyGuestStateFile(u"/etc/hcs-test-of-a-host"));
    cr_expect_neq(access("/etc/hcs-test-of-a-host", F_OK), 0);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(u"\\ETC\\hcs-test-of-a-host\\"), HRESULT_ERROR_FILE_EXISTS);
}

Test(files, what_calls_have_changed_is_gone_after_a_reset)
{
    must(HcsSimReset(HOST u"]}}", NULL));
    must(HcsCreateEmptyGuestStateFile(u"C:\\one.vmgs"));
    must(HcsSimReset(HOST u"]}}", NULL));
    must(HcsCreateEmptyGuestStateFile(u"C:\\one.vmgs"));
    must(HcsSimReset(u"{\"clients\":1}", NULL));
    cr_expect_eq(HcsGrantVmAccess(u"a", in_scratch("none")), HRESULT_ERROR_FILE_NOT_FOUND);
}

Test(files, of_a_host_can_not_be_changed_by_a_scenario)
{
    must(HcsSimReset(HOST u"{\"path\":\"C:\\\\one\"}]}}", NULL));
    cr_expect_eq(HcsSimScenario(u"{\"host\":{\"files\":[]}}"), HCS_E_INVALID_STATE);
    must(HcsSimScenario(u"{\"host\":{\"memoryInMB\":4096}}"));
    must(HcsGrantVmAccess(u"a", u"c:/ONE"));
}

Test(files, letters_of_others_are_compared_without_case)
{
    must(HcsSimReset(HOST u"{\"path\":\"C:\\\\ÄØŽ\\\\мир.vhdx\"}]}}", NULL));
    must(HcsGrantVmAccess(u"a", u"c:\\äøž\\МИР.VHDX"));
    cr_expect_eq(HcsGrantVmAccess(u"a", u"c:\\äøz\\МИР.VHDX"), HRESULT_ERROR_PATH_NOT_FOUND);
}

/* HCS-ROW: B-02, V-13 */
Test(files, a_host_that_lacks_a_function_has_no_file_for_it)
{
    static const struct {
        const WCHAR *scenario;
        HRESULT group, compatibility;
    } hosts[] = {
        {u"{\"host\":{\"files\":[{\"path\":\"C:\\\\a\"}],\"osBuild\":18362}}", HRESULT_ERROR_PROC_NOT_FOUND,
            HRESULT_ERROR_PROC_NOT_FOUND},
        {u"{\"host\":{\"files\":[{\"path\":\"C:\\\\a\"}],\"osBuild\":19041}}", S_OK, HRESULT_ERROR_PROC_NOT_FOUND},
        {u"{\"host\":{\"files\":[{\"path\":\"C:\\\\a\"}],\"osBuild\":20348}}", S_OK, HRESULT_ERROR_INVALID_DATA},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        PCWSTR features = NULL;
        must(HcsSimReset(hosts[i].scenario, NULL));
        cr_expect_eq(HcsGrantVmGroupAccess(u"C:\\a"), hosts[i].group, "%zu", i);
        cr_expect_eq(HcsRevokeVmGroupAccess(u"C:\\a"), hosts[i].group, "%zu", i);
        cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(u"C:\\a", &features), hosts[i].compatibility, "%zu", i);
        must(HcsGrantVmAccess(u"a", u"C:\\a"));
    }
}

#define FILES                                                                                                          \
    HOST u"{\"path\":\"C:\\\\vms\\\\disk.vhdx\",\"granted\":[\"one\"]},"                                               \
         u"{\"path\":\"C:/vms/folder/\",\"kind\":\"Folder\"},"                                                         \
         u"{\"path\":\"C:\\\\no\",\"kind\":\"Folder\",\"denied\":true},"                                               \
         u"{\"path\":\"C:\\\\vms\\\\saved\",\"kind\":\"RuntimeState\",\"requirements\":{}}]}}"

/* Names of files on such a host, however they are written. */
Test(files, names_on_a_host_are_found_as_windows_finds_them)
{
    PCWSTR features = NULL;
    must(HcsSimReset(FILES, NULL));
    must(HcsGrantVmAccess(u"two", u"c:/VMS/Disk.vhdx"));
    must(HcsGrantVmAccess(u"two", u"\\\\?\\C:\\vms\\disk.vhdx"));
    must(HcsRevokeVmAccess(u"one", u"C:\\vms\\disk.vhdx"));
    must(HcsRevokeVmAccess(u"one", u"C:\\vms\\disk.vhdx"));
    must(HcsGrantVmGroupAccess(u"C:\\vms\\disk.vhdx"));
    must(HcsRevokeVmGroupAccess(u"C:\\vms\\disk.vhdx"));
    must(HcsGrantVmAccess(u"two", u"C:\\vms"));
    must(HcsGrantVmAccess(u"two", u"C:\\vms\\folder"));
    cr_expect_eq(HcsGrantVmAccess(u"two", u"C:\\no"), E_ACCESSDENIED);
    cr_expect_eq(HcsGrantVmAccess(u"two", u"C:\\vms\\none"), HRESULT_ERROR_FILE_NOT_FOUND);
    cr_expect_eq(HcsGrantVmAccess(u"two", u"C:\\none\\none"), HRESULT_ERROR_PATH_NOT_FOUND);
    must(HcsCreateEmptyGuestStateFile(u"C:\\vms\\folder\\new.vmgs"));
    must(HcsCreateEmptyRuntimeStateFile(u"C:\\new.vmrs"));
    cr_expect_eq(HcsCreateEmptyGuestStateFile(u"C:\\vms\\folder\\NEW.vmgs"), HRESULT_ERROR_FILE_EXISTS);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(u"C:\\vms"), HRESULT_ERROR_FILE_EXISTS);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(u"C:\\no\\new.vmgs"), E_ACCESSDENIED);
    cr_expect_eq(HcsCreateEmptyGuestStateFile(u"C:\\none\\new.vmgs"), HRESULT_ERROR_PATH_NOT_FOUND);
    must(HcsGetProcessorCompatibilityFromSavedState(u"C:\\vms\\saved", &features));
    LocalFree((void *)(uintptr_t)features);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(u"C:\\new.vmrs", &features), HRESULT_ERROR_INVALID_DATA);
    cr_expect_eq(HcsGetProcessorCompatibilityFromSavedState(u"C:\\vms\\folder", &features), E_ACCESSDENIED);
}
