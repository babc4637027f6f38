/* Input and output of guest processes. Entry points: output_say(), output_read_input(). */
#include "output.h"
#include "core/lock.h"
#include "base/check.h"
#include "console.h"
#include "guest_run.h"
#include "platform/platform.h"
#include "shell/expand.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct path path_of(const char *text)
{
    return (struct path){text, strlen(text)};
}

static bool is_null(const char *path)
{
    return !strcasecmp(path, "nul") || !strcmp(path, "/dev/null");
}

/* --- redirections --- */

bool output_end_redirects(struct sim_process *process, const struct redirects *until)
{
    CHECK_HELD();
    bool full = false;
    while (process->redirects && process->redirects != until) {
        struct redirects *redirects = process->redirects;
        process->redirects = redirects->outer;
        full |= redirects->full;
        program_redirects_free(&redirects->to);
        text_discard(&redirects->captured);
        free(redirects->input);
        free(redirects);
    }
    return !full;
}

struct redirects *output_redirect(struct sim_process *process)
{
    CHECK_HELD();
    struct redirects *redirects = calloc(1, sizeof *redirects);
    if (!redirects)
        return NULL;
    redirects->outer = process->redirects;
    process->redirects = redirects;
    return redirects;
}

/* Copies the file: what the command writes may change it. Returns an error message, or NULL. */
static const char *open_input(struct sim *sim, struct sim_process *process, struct redirects *redirects)
{
    const char *path = redirects->to.input;
    const char *text =
        is_null(path) ? "" : files_read(sim, guest_system(process), path_of(path), &redirects->input_length);
    if (!text)
        return NO_FILE;
    redirects->has_input = true;
    redirects->input = malloc(redirects->input_length + 1);
    if (!redirects->input)
        return NO_MEMORY;
    memcpy(redirects->input, text, redirects->input_length);
    return NULL;
}

static const char *open_files(struct sim *sim, struct sim_process *process, struct redirects *redirects)
{
    const char *wrong = redirects->to.input ? open_input(sim, process, redirects) : NULL;
    for (int i = 0; i < 2 && !wrong; i++) {
        const char *path = redirects->to.path[i];
        if (path && !is_null(path) && !files_create(sim, guest_system(process), path_of(path), redirects->to.append[i]))
            wrong = NO_PATH;
    }
    return wrong;
}

/* Gives a path of sh without its quotes and with values for variables. Returns false when out of memory. */
static bool expand_path(const struct sim_process *process, char **path)
{
    struct words words = {.text.limit = EXPAND_BYTES};
    struct text joined = {.limit = EXPAND_BYTES};
    if (!*path || process->dialect == PROGRAM_CMD || !strpbrk(*path, "$'\"`\\"))
        return true;
    bool good = expand_words(process, *path, strlen(*path), &words);
    words_join(&words, 0, false, &joined);
    free(*path);
    *path = good ? text_finish(&joined) : NULL;
    text_discard(&joined);
    text_discard(&words.text);
    return *path;
}

static bool expand_paths(const struct sim_process *process, struct program_redirects *to)
{
    return expand_path(process, &to->input) && expand_path(process, &to->path[0]) && expand_path(process, &to->path[1]);
}

const char *output_take_redirects(struct sim *sim, struct sim_process *process, char *text, size_t length)
{
    CHECK_HELD();
    struct redirects *outer = process->redirects;
    bool wanted = memchr(text, '>', length) || memchr(text, '<', length);
    struct redirects *redirects = wanted ? output_redirect(process) : NULL;
    if (!redirects)
        return wanted ? NO_MEMORY : NULL;
    bool good = program_take_redirects(text, length, (enum program_shell)process->dialect, &redirects->to);
    const char *wrong = !good ? NO_WORD : !expand_paths(process, &redirects->to) ? NO_MEMORY : NULL;
    wrong = wrong ? wrong : open_files(sim, process, redirects);
    if (wrong)
        (void)output_end_redirects(process, outer);
    return wrong;
}

/* --- output --- */

/* Writes to a file or capture and returns true if the stream is redirected to one. *stream becomes the one that it is
   joined with. */
static bool say_redirected(
    struct sim *sim, struct sim_process *process, enum engine_stream *stream, const char *text, size_t length)
{
    for (struct redirects *redirects = process->redirects; redirects; redirects = redirects->outer) {
        if (*stream == STREAM_ERROR ? redirects->to.joined : redirects->to.crossed)
            *stream = *stream == STREAM_ERROR ? STREAM_OUTPUT : STREAM_ERROR;
        const char *path = redirects->to.path[*stream == STREAM_ERROR];
        if (path && !is_null(path))
            redirects->full |= !files_append(sim, guest_system(process), path_of(path), text, length);
        if (path)
            return true;
        if (redirects->captures && *stream == STREAM_OUTPUT) {
            text_put(&redirects->captured, text, length);
            process->starved |= redirects->captured.failed;
            return true;
        }
    }
    return false;
}

static bool make_room(struct sim_process *process, size_t length)
{
    size_t needed = process->output_length + length;
    if (needed <= process->output_capacity)
        return true;
    char *larger = realloc(process->output, needed);
    if (!larger)
        return false;
    process->output = larger;
    process->output_capacity = (uint32_t)needed;
    return true;
}

static void append(struct sim_process *process, const char *text, size_t length)
{
    if (process->starved || !make_room(process, length)) {
        process->starved = true;
        return;
    }
    memcpy(process->output + process->output_length, text, length);
    process->output_length += (uint32_t)length;
}

/* A terminal at a serial port needs a carriage return before each line feed. */
static void append_lines(struct sim_process *process, const char *text, size_t length)
{
    const char *end = text + length, *feed;
    for (; (feed = memchr(text, '\n', (size_t)(end - text))); text = feed + 1) {
        append(process, text, (size_t)(feed - text));
        bool returned = process->output_length && process->output[process->output_length - 1] == '\r';
        append(process, returned ? "\n" : "\r\n", returned ? 1 : 2);
    }
    append(process, text, (size_t)(end - text));
}

/* Appends text to the pending output, or discards it if the client did not ask for that pipe. */
void output_to_stream(struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    CHECK_HELD();
    if (!stream_is_open(process->host.core, stream))
        return;
    process->output_stream = stream;
    if (process->serial)
        append_lines(process, text, length);
    else
        append(process, text, length);
}

void output_say(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    CHECK_HELD();
    if (!say_redirected(sim, process, &stream, text, length))
        output_to_stream(
            process, process->console ? STREAM_OUTPUT : stream, text, length); /* HCS-ROW: P-12 a single output */
}

void output_say_line(
    struct sim *sim, struct sim_process *process, enum engine_stream stream, const char *text, size_t length)
{
    CHECK_HELD();
    output_say(sim, process, stream, text, length);
    if (process->host.linux_guest && !process->console)
        output_say(sim, process, stream, "\n", 1);
    else
        output_say(sim, process, stream, "\r\n", 2);
}

/* HCS-ROW: P-23 */
bool output_flush(struct sim_process *process)
{
    CHECK_HELD();
    CHECK(process->output_done <= process->output_length);
    CHECK(process->output_length <= process->output_capacity);
    while (process->output_done < process->output_length) {
        ptrdiff_t written = stream_write(process->host.core, process->output_stream,
            process->output + process->output_done, process->output_length - process->output_done);
        if (written == PLATFORM_BLOCKED)
            return false;
        if (written < 0) {
            stream_close(process->host.core, process->output_stream); /* the reader has closed its end */
            break;
        }
        process->output_done += (uint32_t)written;
    }
    process->output_length = process->output_done = 0;
    return true;
}

bool output_is_seen(const struct sim_process *process)
{
    CHECK_HELD();
    for (const struct redirects *redirects = process->redirects; redirects; redirects = redirects->outer) {
        if (redirects->to.path[0])
            return !redirects->full && !is_null(redirects->to.path[0]);
        if (redirects->captures)
            return !redirects->captured.failed;
    }
    return stream_is_open(process->host.core, STREAM_OUTPUT);
}

/* --- input --- */

static struct redirects *input_of(const struct sim_process *process)
{
    struct redirects *redirects = process->redirects;
    while (redirects && !redirects->has_input)
        redirects = redirects->outer;
    return redirects;
}

bool output_has_own_input(const struct sim_process *process)
{
    CHECK_HELD();
    return !input_of(process);
}

ptrdiff_t output_read_input(struct sim_process *process, char *bytes, size_t size)
{
    CHECK_HELD();
    struct redirects *from = input_of(process);
    if (!from)
        return console_read(process, bytes, size);
    size_t left = from->input_length - from->input_done, length = left < size ? left : size;
    if (length)
        memcpy(bytes, from->input + from->input_done, length);
    from->input_done += length;
    return (ptrdiff_t)length;
}
