/* The lines of calls, completions and callbacks. Entry points: trace_write_call(), trace_write_return(). */
#include "trace_write.h"
#include "lock.h"
#include <computecore.h>
#include <stdio.h>
#include <string.h>

static uint32_t threads, deliveries;
static _Thread_local struct trace_speaker speaker;

struct trace_speaker trace_speak_as(struct trace_speaker next)
{
    struct trace_speaker before = speaker;
    speaker = next;
    return before;
}

void trace_write_start(void)
{
    CHECK_HELD();
    threads = deliveries = 0;
    speaker = (struct trace_speaker){0, 0};
}

void trace_write_speaker(struct writer *writer)
{
    CHECK_HELD();
    char text[16];
    if (!speaker.kind)
        speaker = (struct trace_speaker){'T', ++threads};
    snprintf(text, sizeof text, "%c%u", speaker.kind, (unsigned)speaker.number);
    writer_string(writer, "by", text);
}

static uint64_t value_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static void write_argument(
    struct writer *writer, const struct spec_parameter *parameter, const union spec_argument *argument)
{
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        writer_integer(writer, parameter->name, argument->number);
        break;
    case PARAMETER_TEXT:
        trace_put_wide(writer, parameter->name, argument->pointer);
        break;
    case PARAMETER_OPERATION:
    case PARAMETER_SYSTEM:
    case PARAMETER_PROCESS:
        trace_put_handle(writer, parameter->name, value_of(argument->pointer));
        break;
    default: /* a pointer means nothing outside the client; only whether it is NULL is recorded */
        writer_boolean(writer, parameter->name, argument->pointer != NULL);
    }
}

void trace_write_call(uint64_t time, enum spec_function_index index, const union spec_argument *arguments)
{
    CHECK_HELD();
    CHECK(index < FUNCTION_COUNT);
    const struct spec_function *function = &spec_functions[index];
    struct writer writer;
    for (int i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_TEXT)
            trace_tell_wide(arguments[i].pointer);
    trace_line_begin(&writer, time);
    trace_write_speaker(&writer);
    writer_string(&writer, "call", function->name);
    writer_open(&writer, "arguments", '{');
    for (int i = 0; i < function->parameter_count; i++)
        write_argument(&writer, &function->parameters[i], &arguments[i]);
    writer_close(&writer, '}');
    trace_line_end(&writer);
}

static void write_information(struct writer *writer, const char *name, const HCS_PROCESS_INFORMATION *information)
{
    writer_open(writer, name, '{');
    writer_integer(writer, "ProcessId", information->ProcessId);
    writer_boolean(writer, "StdInput", information->StdInput != NULL);
    writer_boolean(writer, "StdOutput", information->StdOutput != NULL);
    writer_boolean(writer, "StdError", information->StdError != NULL);
    writer_close(writer, '}');
}

/* Writes the value that an out parameter has after the call. */
static void write_output(
    struct writer *writer, const struct spec_parameter *parameter, const union spec_argument *argument)
{
    if (!argument->pointer)
        return;
    if (parameter->kind == PARAMETER_OUT_TEXT)
        trace_put_wide(writer, parameter->name, *(PWSTR const *)argument->pointer);
    else if (parameter->kind == PARAMETER_OUT_INFORMATION)
        write_information(writer, parameter->name, argument->pointer);
    else if (parameter->kind == PARAMETER_OUT_SYSTEM || parameter->kind == PARAMETER_OUT_PROCESS)
        trace_put_handle(writer, parameter->name, value_of(*(void *const *)argument->pointer));
}

static void write_value(struct writer *writer, const char *type, uint64_t value)
{
    if (!strcmp(type, "HRESULT"))
        trace_put_result(writer, "return", (HRESULT)value);
    else if (!strcmp(type, "void"))
        writer_literal(writer, "return", "null");
    else if (!strcmp(type, "HCS_OPERATION") || !strcmp(type, "HCS_SYSTEM") || !strcmp(type, "HCS_PROCESS"))
        trace_put_handle(writer, "return", value);
    else if (strchr(type, '*'))
        writer_boolean(writer, "return", value != 0);
    else
        writer_integer(writer, "return", (int64_t)value);
}

void trace_write_return(
    uint64_t time, enum spec_function_index index, const union spec_argument *arguments, uint64_t value)
{
    CHECK_HELD();
    CHECK(index < FUNCTION_COUNT);
    const struct spec_function *function = &spec_functions[index];
    struct writer writer;
    for (int i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].kind == PARAMETER_OUT_TEXT && arguments[i].pointer)
            trace_tell_wide(*(PWSTR const *)arguments[i].pointer);
    trace_line_begin(&writer, time);
    trace_write_speaker(&writer);
    write_value(&writer, function->result, value);
    writer_open(&writer, "out", '{');
    for (int i = 0; i < function->parameter_count; i++)
        write_output(&writer, &function->parameters[i], &arguments[i]);
    writer_close(&writer, '}');
    trace_line_end(&writer);
}

void trace_write_complete(uint64_t time, uint64_t operation, HRESULT result, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    trace_tell_text(document);
    trace_line_begin(&writer, time);
    trace_put_handle(&writer, "complete", operation);
    trace_put_result(&writer, "result", result);
    trace_put_text(&writer, "document", document);
    trace_line_end(&writer);
}

const char *trace_event_name(int type)
{
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        if (spec_enumerators[i].value == type && !strncmp(spec_enumerators[i].name, "HcsEvent", 8))
            return spec_enumerators[i].name;
    return "HcsEventInvalid";
}

uint32_t trace_write_deliver(uint64_t time, uint64_t to, int type, uint64_t operation, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    trace_tell_text(document);
    trace_line_begin(&writer, time);
    writer_integer(&writer, "deliver", ++deliveries);
    writer_string(&writer, "event", trace_event_name(type));
    trace_put_handle(&writer, "to", to);
    trace_put_handle(&writer, "operation", operation);
    trace_put_text(&writer, "document", document);
    trace_line_end(&writer);
    speaker = (struct trace_speaker){'C', deliveries};
    return deliveries;
}

void trace_write_delivered(uint64_t time, uint32_t number)
{
    CHECK_HELD();
    struct writer writer;
    trace_line_begin(&writer, time);
    writer_integer(&writer, "delivered", number);
    trace_line_end(&writer);
}
