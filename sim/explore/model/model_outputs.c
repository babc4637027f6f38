/* Checks what clients read: the output of processes and error documents. Entry points:
   model_take_outputs(), model_look_at_outputs(), model_drop_outputs(). */
#include "core/text/text.h"
#include "model_parts.h"
#include "platform/platform.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_BYTES = 64 };

/* Reads to the end of the stream. If the stream never ends the run hangs, which is noticed as well. */
static void read_all(platform_stream stream, char text[OUTPUT_BYTES])
{
    size_t length = 0;
    for (ptrdiff_t got; length < OUTPUT_BYTES - 1 &&
                        (got = platform_client_read(stream, text + length, OUTPUT_BYTES - 1 - length)) > 0;)
        length += (size_t)got;
    text[length] = 0;
}

static void drop(struct model_process *process)
{
    if (process->output != PLATFORM_NO_STREAM)
        platform_client_close(process->output);
    process->output = PLATFORM_NO_STREAM;
}

/* HCS-ROW: P-23 an undisturbed program has written all its output when its exit is reported, and the stream ends. */
static void look_at(struct model *model, struct model_process *process)
{
    char text[OUTPUT_BYTES];
    const struct model_system *system = &model->system[process->system];
    bool by_itself = !process->disturbed && !(system->exited && system->exit_move == process->exit_move);
    if (by_itself)
        read_all(process->output, text);
    if (by_itself && strcmp(text, "hello\r\n") != 0)
        model_break(model, "a process has written '%s', not 'hello'", text);
    drop(process);
}

/* HCS-ROW: N-02 error documents have the code as a signed number of 32 bits, most HCS codes in their older form */
static void check_document(struct model *model, const struct client *client)
{
    static const char member[] = "\"Error\":";
    HRESULT result = (HRESULT)client->value;
    const struct spec_hresult *known = spec_hresult_of(result);
    char *text = client->out.text && FAILED(result) ? text_copy(client->out.text) : NULL;
    const char *at = text ? strstr(text, member) : NULL;
    int32_t expected = (int32_t)((uint32_t)result | (known && known->older ? 0x40000000u : 0));
    if (at && strtoll(at + sizeof member - 1, NULL, 10) != expected)
        model_break(model, "the error document of 0x%08X has %.12s, not %d", (unsigned)result, at, expected);
    else if (text && !at)
        model_break(model, "the error document of 0x%08X has no code", (unsigned)result);
    free(text);
}

void model_take_outputs(struct model *model, struct client *client)
{
    HANDLE *stream = &client->out.information.StdOutput;
    const struct model_operation *operation =
        *stream || client->out.text ? model_operation_of(model, (uint64_t)(uintptr_t)client->arguments[0].pointer)
                                    : NULL;
    if (!operation)
        return;
    check_document(model, client);
    const struct model_handle *handle = *stream ? model_handle_of(model, operation->process_value) : NULL;
    if (!handle)
        return;
    struct model_process *process = &model->process[handle->object];
    drop(process);
    process->output = (platform_stream)(intptr_t)*stream;
    *stream = NULL;
    if (process->exited)
        look_at(model, process);
}

void model_look_at_outputs(struct model *model)
{
    for (unsigned i = 0; model->outputs_end && i < model->process_count; i++)
        if (model->process[i].exited && model->process[i].output != PLATFORM_NO_STREAM)
            look_at(model, &model->process[i]);
    model->outputs_end = false;
}

void model_drop_outputs(struct model *model)
{
    for (unsigned i = 0; i < model->process_count; i++)
        drop(&model->process[i]);
}
