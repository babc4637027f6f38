/* An engine of real programs. Entry points: submit(), work(). */
#include "programs.h"
#include "core/progress/progress.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;
struct programs_seen programs_seen;

/* A system; exists as long as this program, however often the engine is opened. */
struct lasting {
    char id[32];
    const char *exit; /* its exit document; NULL: it has not exited */
    struct system *core;
};
static struct lasting lasting[8];

struct program {
    struct program *next;
    struct process *core; /* one reference, until it has ended */
    pid_t pid;
    pthread_t waiter;
    platform_stream input; /* a duplicate, so that StdIn can be closed for the program */
};

struct programs {
    struct engine base;
    pthread_t worker;
    struct platform_condition work;
    struct request *first, *held; /* to be answered; to be cancelled */
    struct program *programs;
    bool stops;
};

static struct lasting *find(const char *id)
{
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (!strcmp(lasting[i].id, id))
            return &lasting[i];
    return NULL;
}

/* --- a process is a program --- */

static void *wait_for_program(void *context)
{
    struct program *program = context;
    int status;
    while (waitpid(program->pid, &status, 0) < 0)
        ;
    core_lock();
    uint32_t code = (uint32_t)(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    struct process_status ended = {(uint32_t)program->pid, code, S_OK, true};
    struct process *core = program->core;
    program->pid = 0;
    process_event(core, &ended);
    process_unref(core); /* the program may go with it, but not before stop() has joined its thread */
    core_unlock();
    return NULL;
}

static bool spawn(struct program *program, const char *command, platform_stream input, platform_stream output)
{
    char *arguments[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    if (input != PLATFORM_NO_STREAM)
        posix_spawn_file_actions_adddup2(&files, (int)input, 0);
    if (output != PLATFORM_NO_STREAM)
        posix_spawn_file_actions_adddup2(&files, (int)output, 1);
    bool spawned = posix_spawnp(&program->pid, "sh", &files, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&files);
    return spawned && pthread_create(&program->waiter, NULL, wait_for_program, program) == 0;
}

/* Takes the output stream, or adopts a pipe made outside the core; the result is the same. */
static HRESULT open_output(struct process *process, bool elsewhere, platform_stream *output)
{
    platform_stream client;
    if (!elsewhere)
        return stream_take(process, STREAM_OUTPUT, output);
    if (!platform_pipe_outside(false, output, &client))
        return HRESULT_ERROR_NO_SYSTEM_RESOURCES;
    return stream_adopt(process, STREAM_OUTPUT, client);
}

static HRESULT create_process(struct programs *engine, struct request *request)
{
    const struct document *document = request->document;
    platform_stream input = PLATFORM_NO_STREAM, output = PLATFORM_NO_STREAM;
    struct program *program = calloc(1, sizeof *program);
    const char *directory = document_string(document, ProcessParameters_WorkingDirectory);
    HRESULT result = program ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(result) && document_true(document, ProcessParameters_CreateStdInPipe))
        result = stream_take(request->process, STREAM_INPUT, &input);
    if (SUCCEEDED(result) && document_true(document, ProcessParameters_CreateStdOutPipe))
        result = open_output(request->process, directory && !strcmp(directory, "elsewhere"), &output);
    if (SUCCEEDED(result)) {
        program->input = input == PLATFORM_NO_STREAM ? input : platform_stream_duplicate(input);
        program->core = process_ref(request->process);
        process_attach(request->process, program);
        program->next = engine->programs;
        engine->programs = program;
        if (spawn(program, document_string(document, ProcessParameters_CommandLine), input, output))
            process_set_id(request->process, (uint32_t)program->pid);
        else
            result = HRESULT_ERROR_FILE_NOT_FOUND;
    }
    platform_client_close(input);
    platform_client_close(output);
    return result;
}

/* --- requests --- */

static HRESULT open_system(struct request *request)
{
    struct lasting *system = find(request->id);
    if (!system)
        return HCS_E_SYSTEM_NOT_FOUND;
    if (!system->core) {
        system->core = system_create();
        system_attach(system->core, system);
        if (system->exit) /* it came while nobody was attached */
            system_event(system->core, HcsEventSystemExited, system->exit);
    }
    request->system = system->core;
    return S_OK;
}

static HRESULT create_system(struct request *request)
{
    struct lasting *system = find(""); /* a free one */
    if (!system)
        return E_OUTOFMEMORY;
    snprintf(programs_seen.text, sizeof programs_seen.text, "%s", request->document_text);
    programs_seen.has_document = request->document->member[ComputeSystem_Container];
    snprintf(system->id, sizeof system->id, "%s", request->id);
    system->core = system_ref(request->system);
    system_attach(request->system, system);
    return S_OK;
}

/* Whether the request stays pending until the engine stops. */
static bool is_held(const struct request *request)
{
    return request->kind == REQUEST_PAUSE;
}

static void end_program(struct program *program, struct request *request)
{
    if (request->kind == REQUEST_MODIFY_PROCESS)
        platform_stream_end(program->input);
    else if (program->pid)
        kill(program->pid, SIGKILL);
    request_complete(request, S_OK, NULL);
}

static void answer(struct request *request)
{
    if (request->kind == REQUEST_MODIFY_PROCESS || request->kind == REQUEST_TERMINATE_PROCESS)
        end_program(process_engine(request->process), request);
    else if (request->kind == REQUEST_GET_SERVICE_PROPERTIES)
        request_complete(request, S_OK, strdup("{\"Properties\":[]}"));
    else
        request_complete(request, S_OK, NULL);
}

/* Work that needs the request's document is done at once; the worker does the rest. */
static void submit(struct engine *base, struct request *request)
{
    struct programs *engine = (struct programs *)base;
    HRESULT result = S_OK;
    if (request->kind == REQUEST_CREATE_SYSTEM)
        result = create_system(request);
    else if (request->kind == REQUEST_OPEN_SYSTEM)
        result = open_system(request);
    else if (request->kind == REQUEST_CREATE_PROCESS)
        result = create_process(engine, request);
    if (FAILED(result)) {
        request_complete(request, result, NULL);
        return;
    }
    struct request **link = is_held(request) ? &engine->held : &engine->first;
    request->engine = *link; /* the next one */
    *link = request;
    platform_notify_all(&engine->work);
}

static void *work(void *context)
{
    struct programs *engine = context;
    core_lock();
    while (!engine->stops) {
        struct request *request = engine->first;
        if (request) {
            engine->first = request->engine;
            answer(request);
        } else {
            core_rest(&engine->work, PLATFORM_FOREVER);
        }
    }
    core_unlock();
    return NULL;
}

static HRESULT open_programs(const struct engine_options *options, struct engine **engine)
{
    struct programs *programs = calloc(1, sizeof *programs);
    if (!programs)
        return E_OUTOFMEMORY;
    (void)options; /* it has none */
    programs->base = (struct engine){.operations = &programs_engine, .os_build = 26100, .schema_minor = 7};
    programs->work = (struct platform_condition)PLATFORM_CONDITION;
    pthread_create(&programs->worker, NULL, work, programs);
    *engine = &programs->base;
    return S_OK;
}

/* Ends the worker and the threads that wait for programs, and waits until they have left the core. */
static void stop(struct engine *base)
{
    struct programs *engine = (struct programs *)base;
    core_lock();
    engine->stops = programs_seen.was_stopped = true;
    platform_notify_all(&engine->work);
    for (struct program *program = engine->programs; program; program = program->next)
        if (program->pid)
            kill(program->pid, SIGKILL);
    core_unlock();
    pthread_join(engine->worker, NULL);
    for (struct program *program = engine->programs; program; program = program->next)
        pthread_join(program->waiter, NULL);
}

static void cancel_all(struct request *request)
{
    while (request) {
        struct request *next = request->engine;
        request_complete(request, HCS_E_TERMINATED, NULL);
        request = next;
    }
}

static void close_programs(struct engine *base)
{
    struct programs *engine = (struct programs *)base;
    cancel_all(engine->first);
    cancel_all(engine->held);
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (lasting[i].core) {
            system_attach(lasting[i].core, NULL);
            system_unref(lasting[i].core);
            lasting[i].core = NULL;
        }
    while (engine->programs) {
        struct program *program = engine->programs;
        engine->programs = program->next;
        platform_client_close(program->input);
        free(program);
    }
    free(engine);
}

static void system_released(struct engine *engine, struct system *system)
{
    (void)engine;
    (void)system;
    programs_seen.released++;
}

void programs_exit(const char *id, const char *document)
{
    struct lasting *system = find(id);
    system->exit = document;
    if (system->core)
        system_event(system->core, HcsEventSystemExited, document);
}

void programs_restart(void)
{
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (lasting[i].core)
            system_disconnect(lasting[i].core);
}

const struct engine_operations programs_engine = {
    .name = "programs",
    .open = open_programs,
    .stop = stop,
    .close = close_programs,
    .submit = submit,
    .system_released = system_released,
};
