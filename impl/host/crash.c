/* Reports of guests that crash, with what their configuration asks for. Entry points: crash_tell(),
   crash_tell_triple_fault(), crash_write_parameters(). */
#include "base/text/json_writer.h"
#include "configuration.h"
#include "core/event.h"
#include "core/lock.h"
#include "host.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <stdlib.h>

static const char panic[] = "Kernel panic - not syncing: the host crashes this guest\n";

/* What a report has beyond its system, the texts in the configuration; NULL: nothing of the kind. */
struct report {
    const char *saved_state, *dump; /* names of files */
    const char *log;
    bool parameters;
};

/* HCS-ROW: E-27 the bug check of a Windows guest, and its parameters: an interrupt of the host, or a process without
   which Windows does not run. What other guests tell the host is not known. */
void crash_write_parameters(struct writer *writer, const char *name, const struct host_system *system)
{
    CHECK_HELD();
    enum { NMI_HARDWARE_FAILURE = 0x80, CRITICAL_PROCESS_DIED = 0xEF, PARAMETERS = 4 };
    if (system->linux_guest)
        return;
    writer_open(writer, name, '[');
    writer_integer(writer, NULL, system->end == HOST_END_CRASH ? CRITICAL_PROCESS_DIED : NMI_HARDWARE_FAILURE);
    for (int i = 0; i < PARAMETERS; i++)
        writer_integer(writer, NULL, 0);
    writer_close(writer, ']');
}

/* Returns the name of a file, or NULL if there is none. */
static const char *file_name(const cJSON *object, const char *member)
{
    const char *name = document_text(object, member);
    return name && *name ? name : NULL;
}

static const cJSON *debug_options(const cJSON *machine)
{
    return document_member(machine, FIELD_VirtualMachineOfClients_DebugOptions);
}

/* HCS-ROW: F-32 a Windows guest writes a dump, others a log. */
static struct report asked_for(const cJSON *machine, bool is_linux)
{
    static const char path[] = FIELD_VirtualMachine_Devices "/" FIELD_Devices_GuestCrashReporting
                                                            "/" FIELD_GuestCrashReporting_WindowsCrashSettings;
    const cJSON *debug = debug_options(machine);
    struct report report = {.log = is_linux ? panic : NULL, .parameters = true};
    if (!is_linux)
        report.dump = file_name(configuration_find(machine, path), FIELD_WindowsCrashReporting_DumpFileName);
    report.saved_state = file_name(debug, FIELD_DebugOptions_BugcheckSavedStateFileName);
    if (!report.saved_state && !report.dump)
        report.saved_state = file_name(debug, FIELD_DebugOptions_BugcheckNoCrashdumpSavedStateFileName);
    return report;
}

static void write_dump(const struct host *host, struct writer *writer, const char *file)
{
    enum { MAJOR_VERSION = 10 };
    writer_open(writer, FIELD_CrashReport_WindowsCrashInfo, '{');
    writer_string(writer, FIELD_WindowsCrashReport_DumpFile, file);
    writer_integer(writer, FIELD_WindowsCrashReport_OsMajorVersion, MAJOR_VERSION);
    writer_integer(writer, FIELD_WindowsCrashReport_OsMinorVersion, 0);
    writer_integer(writer, FIELD_WindowsCrashReport_OsBuildNumber, host->base.os_build);
    writer_integer(writer, FIELD_WindowsCrashReport_Status, S_OK);
    writer_string(writer, FIELD_WindowsCrashReport_FinalPhase, VALUE_WindowsCrashPhase_Complete);
    writer_close(writer, '}');
}

static void write_report(
    const struct host *host, const struct host_system *system, const struct report *report, struct writer *writer)
{
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_CrashReport_SystemId, system->id);
    writer_string(writer, FIELD_CrashReport_ActivityId, system->runtime_id);
    if (report->dump)
        write_dump(host, writer, report->dump);
    if (report->parameters)
        crash_write_parameters(writer, FIELD_CrashReport_CrashParameters, system);
    if (report->log)
        writer_string(writer, FIELD_CrashReport_CrashLog, report->log);
    if (host_knows(host, TYPE_CrashReport, CrashReport_Status))
        writer_integer(writer, FIELD_CrashReport_Status, S_OK);
    if (report->saved_state) {
        writer_open(writer, FIELD_CrashReportOfHosts_GuestCrashSaveInfo, '{');
        writer_string(writer, FIELD_GuestErrorSaveReport_SaveStateFile, report->saved_state);
        writer_integer(writer, FIELD_GuestErrorSaveReport_Status, S_OK);
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
}

/* What every report has needs no further memory if the system's id is a GUID or a hexadecimal digest; with a longer
   one, an event without memory has no document. */
static void tell(const struct host *host, struct host_system *system, int event, const struct report *report)
{
    char bytes[EVENT_INLINE_BYTES], *longer = NULL;
    struct writer writer = {.text = {.bytes = bytes, .capacity = sizeof bytes, .limit = sizeof bytes - 1}};
    write_report(host, system, report, &writer);
    if (writer.text.failed) {
        writer = (struct writer){.text.limit = RESULT_BYTES};
        write_report(host, system, report, &writer);
        longer = writer_finish(&writer);
    }
    system_event(system->core, event, longer || writer.text.failed ? longer : bytes);
    free(longer);
}

static const cJSON *machine_of(const struct host_system *system)
{
    return document_member(configuration_tree(system->configuration), FIELD_ComputeSystem_VirtualMachine);
}

/* HCS-ROW: E-18 what the crash leaves behind is there with the second event */
void crash_tell(const struct host *host, struct host_system *system)
{
    CHECK_HELD();
    static const struct report begins;
    struct report report = asked_for(machine_of(system), system->linux_guest);
    tell(host, system, HcsEventSystemCrashInitiated, &begins);
    tell(host, system, HcsEventSystemCrashReport, &report);
}

/* HCS-ROW: F-32 */
void crash_tell_triple_fault(const struct host *host, struct host_system *system)
{
    CHECK_HELD();
    struct report report = {
        .saved_state = file_name(debug_options(machine_of(system)), FIELD_DebugOptions_TripleFaultSavedStateFileName)};
    if (report.saved_state)
        tell(host, system, HcsEventSystemCrashReport, &report);
}
