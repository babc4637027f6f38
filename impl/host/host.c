/* The host model as an engine: requests in, events out. Entry point: host_submit(). */
#include "host.h"
#include "core/lock.h"
#include "core/text/error.h"
#include "base/check.h"
#include "base/text/json_writer.h"
#include "configuration.h"
#include "service.h"
#include "settings.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <string.h>

void host_open(struct host *host)
{
    CHECK_HELD();
    host->first = host->last = NULL;
    host->pending = NULL;
}

void host_close(struct host *host)
{
    CHECK_HELD();
    while (host->first) {
        while (host->first->pending)
            task_cut(host, host->first->pending, HCS_E_TERMINATED);
        table_destroy(host, host->first);
    }
    while (host->pending)
        task_cut(host, host->pending, HCS_E_TERMINATED);
    settings_free(host);
}

static void submit_file(struct host *host, struct request *request)
{
    CHECK(request->path);
    if (host->has_files)
        host->backend->file(host, request);
    else
        request_complete(request, S_FALSE, NULL);
}

void host_submit(struct engine *engine, struct request *request)
{
    struct host *host = (struct host *)engine;
    CHECK_HELD();
    CHECK(!request->done && !request->engine);
    enum spec_about about = spec_requests[request->kind].about;
    if (about == ABOUT_PROCESS)
        process_submit(host, request);
    else if (about == ABOUT_SYSTEM)
        system_submit(host, request);
    else if (host_refuses(host, request, request->id, NULL))
        return;
    else if (about == ABOUT_FILE)
        submit_file(host, request);
    else if (request->kind == REQUEST_ENUMERATE)
        service_submit(host, request);
    else
        settings_submit(host, request);
}

void host_system_released(struct engine *engine, struct system *system)
{
    struct host_system *own = system_engine(system);
    CHECK_HELD();
    if (own)
        end_settle((struct host *)engine, own);
}

void host_process_released(struct engine *engine, struct process *process)
{
    struct host_process *own = process_engine(process);
    CHECK_HELD();
    if (own && own->phase == HOST_ENDED)
        process_forget((struct host *)engine, own);
}

void host_process_freed(struct engine *engine, void *attached)
{
    struct host *host = (struct host *)engine;
    CHECK_HELD();
    CHECK(!((const struct host_process *)attached)->system);
    host->backend->process_free(host, attached);
}

/* --- documents --- */

bool host_knows(const struct host *host, enum spec_type type, int field)
{
    CHECK_HELD();
    return spec_types[type].fields[field].minor <= host->base.schema_minor;
}

void host_write_versions(const struct host *host, struct writer *writer, const char *name)
{
    CHECK_HELD();
    writer_open(writer, name, '[');
    writer_open(writer, NULL, '{');
    writer_integer(writer, FIELD_Version_Major, 2);
    writer_integer(writer, FIELD_Version_Minor, host->base.schema_minor);
    writer_close(writer, '}');
    writer_close(writer, ']');
}

void host_write_error(struct writer *writer, HRESULT code, const char *message)
{
    CHECK_HELD();
    writer_open(writer, FIELD_PropertyResponse_Error, '{');
    writer_integer(writer, FIELD_ResultError_Error, code);
    writer_string(writer, FIELD_ResultError_ErrorMessage, message);
    writer_close(writer, '}');
}

bool host_refuses_property(struct host *host, struct writer *writer, const char *name, const struct host_system *system)
{
    CHECK_HELD();
    HRESULT result = host->backend->admit_property ? host->backend->admit_property(host, name, system) : S_OK;
    if (FAILED(result))
        host_write_error(writer, result, error_words(result));
    return FAILED(result);
}

bool host_write_given(const struct host *host, struct writer *writer, const char *member, const char *name,
    const struct host_system *system)
{
    CHECK_HELD();
    const cJSON *value = host->backend->property ? host->backend->property(host, name, system) : NULL;
    if (value)
        configuration_write(writer, member, value);
    return value;
}

static unsigned is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

void host_format_time(uint64_t time, char text[HOST_TIME_BYTES])
{
    uint64_t hundreds = time / 100, seconds = hundreds / 10000000, days = seconds / 86400;
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 2026, month = 0;
    unsigned leap = is_leap(year);
    while (days >= 365u + leap) {
        days -= 365u + leap;
        leap = is_leap(++year);
    }
    for (; days >= (unsigned)lengths[month] + (month == 1 && leap); month++)
        days -= (unsigned)lengths[month] + (month == 1 && leap);
    snprintf(text, HOST_TIME_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%07uZ", year, month + 1, (unsigned)days + 1,
        (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60),
        (unsigned)(hundreds % 10000000));
}
