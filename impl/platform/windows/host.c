/* The machine, on Windows; see host.h. */
#include "platform/host.h"
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char version_key[] = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";

static bool read_build(char text[32])
{
    DWORD size = 32;
    return RegGetValueA(HKEY_LOCAL_MACHINE, version_key, "CurrentBuildNumber", RRF_RT_REG_SZ, NULL, text, &size) ==
           ERROR_SUCCESS;
}

unsigned host_build(void)
{
    char text[32];
    return read_build(text) ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static void tell_build(host_teller tell, void *context)
{
    char build[32], text[64];
    DWORD revision = 0, revision_size = sizeof revision;
    if (!read_build(build))
        snprintf(build, sizeof build, "unknown");
    LSTATUS known =
        RegGetValueA(HKEY_LOCAL_MACHINE, version_key, "UBR", RRF_RT_REG_DWORD, NULL, &revision, &revision_size);
    tell(context, "build", build);
    snprintf(text, sizeof text, "%lu", revision);
    tell(context, "update revision", known == ERROR_SUCCESS ? text : "unknown");
}

static void tell_library(const char *path, host_teller tell, void *context)
{
    char text[64] = "unknown";
    DWORD ignored, size = path ? GetFileVersionInfoSizeA(path, &ignored) : 0;
    void *block = size ? malloc(size) : NULL;
    VS_FIXEDFILEINFO *info;
    UINT length;
    if (block && GetFileVersionInfoA(path, 0, size, block) && VerQueryValueA(block, "\\", (void **)&info, &length))
        snprintf(text, sizeof text, "%u.%u.%u.%u", HIWORD(info->dwFileVersionMS), LOWORD(info->dwFileVersionMS),
            HIWORD(info->dwFileVersionLS), LOWORD(info->dwFileVersionLS));
    free(block);
    tell(context, "library version", text);
}

static void tell_elevation(host_teller tell, void *context)
{
    HANDLE token;
    TOKEN_ELEVATION elevation = {0};
    DWORD size;
    BOOL known = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    if (known) {
        known = GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
        CloseHandle(token);
    }
    tell(context, "elevated", !known ? "unknown" : elevation.TokenIsElevated ? "yes" : "no");
}

/* A feature is installed if its service exists. */
static void tell_service(SC_HANDLE manager, const char *service, const char *name, host_teller tell, void *context)
{
    SC_HANDLE handle = manager ? OpenServiceA(manager, service, SERVICE_QUERY_STATUS) : NULL;
    DWORD error = GetLastError();
    tell(context, name, handle ? "yes" : manager && error == ERROR_SERVICE_DOES_NOT_EXIST ? "no" : "unknown");
    if (handle)
        CloseServiceHandle(handle);
}

/* Wine's version, if this is Wine. */
static void tell_wine(host_teller tell, void *context)
{
    union {
        FARPROC address;
        const char *(__cdecl *version)(void);
    } wine = {.address = GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version")};
    if (wine.address)
        tell(context, "wine", wine.version());
}

void host_describe(const char *library, host_teller tell, void *context)
{
    tell(context, "system", "Windows");
    tell_wine(tell, context);
    tell_build(tell, context);
    tell_library(library, tell, context);
    WCHAR locale[LOCALE_NAME_MAX_LENGTH];
    char narrow[LOCALE_NAME_MAX_LENGTH] = "unknown";
    int length = GetUserDefaultLocaleName(locale, LOCALE_NAME_MAX_LENGTH);
    for (int i = 0; i < length; i++)
        narrow[i] = (char)locale[i];
    tell(context, "locale", narrow);
    tell_elevation(tell, context);
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    tell_service(manager, "vmcompute", "Host Compute Service", tell, context);
    tell_service(manager, "vmms", "Hyper-V", tell, context);
    tell_service(manager, "cexecsvc", "Containers", tell, context);
    if (manager)
        CloseServiceHandle(manager);
    tell(context, "virtualization in the firmware",
        IsProcessorFeaturePresent(PF_VIRT_FIRMWARE_ENABLED) ? "yes" : "no or unknown");
}

void host_identify(host_teller tell, void *context)
{
    static const struct {
        const char *kind, *variable;
    } names[] = {{"user", "USERNAME"}, {"host", "COMPUTERNAME"}, {"host", "USERDOMAIN"}, {"folder", "USERPROFILE"},
        {"folder", "TEMP"}, {"folder", "TMP"}};
    char folder[MAX_PATH];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i].variable);
        if (value && *value)
            tell(context, names[i].kind, value);
    }
    DWORD length = GetCurrentDirectoryA(sizeof folder, folder);
    if (length && length < sizeof folder)
        tell(context, "folder", folder);
}
