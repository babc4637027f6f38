/* Parts of the supervisor: bounded output, and messages protected by a digest. Its handling of processes is tested with
   the tools that use it. */
#include "base/files/capture.h"
#include "base/process/channel.h"
#include "base/process/supervisor.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

Test(supervisor, a_capture_has_beginning_and_end_and_says_how_much_is_between)
{
    struct capture capture = {.total = 0};
    cr_expect_null(capture_text(&capture));
    for (unsigned i = 0; i < 5000; i++)
        capture_add(&capture, "0123456789", 10);
    capture_add(&capture, "the end", 7);
    char *text = capture_text(&capture);
    cr_assert_not_null(text);
    cr_expect_eq(strncmp(text, "0123456789", 10), 0);
    cr_expect_not_null(strstr(text, "\n[46039 bytes omitted]\n"), "%s", text);
    cr_expect_str_eq(text + strlen(text) - 9, "89the end");
    free(text);
    capture_clear(&capture);
    capture_add(&capture, "a\0b", 3);
    text = capture_text(&capture);
    cr_expect_str_eq(text, "a?b");
    free(text);
}

Test(supervisor, a_capture_is_whole_at_every_length_up_to_its_limit)
{
    static char all[CAPTURE_HEAD + CAPTURE_TAIL + 1];
    for (size_t length = 1; length < sizeof all; length += 97) {
        struct capture capture = {.total = 0};
        memset(all, 'a' + (int)(length % 26), length);
        all[length] = 0;
        for (size_t done = 0; done < length; done += 31)
            capture_add(&capture, all + done, length - done < 31 ? length - done : 31);
        char *text = capture_text(&capture);
        cr_expect_str_eq(text, all);
        free(text);
    }
}

Test(supervisor, a_message_is_known_by_mark_length_and_digest)
{
    static const char text[] = "{\"outcome\":0}";
    unsigned char bytes[CHANNEL_HEADER + sizeof text - 1];
    size_t length;
    channel_head(text, sizeof text - 1, bytes);
    memcpy(bytes + CHANNEL_HEADER, text, sizeof text - 1);
    for (size_t count = 1; count < sizeof bytes; count++)
        cr_expect_eq(channel_look(bytes, count, &length), CHANNEL_MORE, "%zu", count);
    cr_expect_eq(channel_look(bytes, sizeof bytes, &length), CHANNEL_MESSAGE);
    cr_expect_eq(length, sizeof text - 1);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 1;
        cr_expect_neq(channel_look(bytes, sizeof bytes, &length), CHANNEL_MESSAGE, "%zu", i);
        bytes[i] ^= 1;
    }
    cr_expect_eq(channel_look((const unsigned char *)text, sizeof text, &length), CHANNEL_BROKEN);
}

static struct supervisor_news wait_for(struct supervisor *supervisor)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    while (news.event == SUPERVISOR_QUIET)
        supervisor_wait(supervisor, 1000, &news);
    return news;
}

Test(supervisor, each_process_is_told_of_by_its_slot, .timeout = 300)
{
    struct supervisor *supervisor = supervisor_open(3);
    cr_assert_not_null(supervisor);
    static char *const programs[][4] = {
        {"sh", "-c", "echo one; exit 7", NULL}, {"sh", "-c", "kill -9 $$", NULL}, {"sh", "-c", "sleep 1000", NULL}};
    for (unsigned i = 0; i < 3; i++) {
        struct child_plan plan = {.program = "sh", .arguments = programs[i]};
        cr_assert(supervisor_start(supervisor, i, &plan, i == 2 ? 1 : 0));
    }
    for (int i = 0; i < 3; i++) {
        struct supervisor_news news = wait_for(supervisor);
        cr_expect_eq(news.event, news.slot == 2 ? SUPERVISOR_LATE : SUPERVISOR_ENDED);
        cr_expect_eq(news.status, news.slot == 0 ? 7 : -9);
        cr_expect_not(supervisor_runs(supervisor, news.slot));
        char *output = supervisor_output(supervisor, news.slot);
        cr_expect(news.slot ? !output : output && !strcmp(output, "one\n"));
        free(output);
    }
    struct child_plan none = {.program = "/no/such/program", .arguments = programs[0]};
    cr_expect_not(supervisor_start(supervisor, 0, &none, 0));
    cr_expect_str_eq(child_start_error(), "No such file or directory");
    supervisor_close(supervisor);
}

/* What is not the stream of `output` is read late, so that more has come by then. */
static bool reads_late;
static platform_stream output = PLATFORM_NO_STREAM; /* the first that is read */

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
ptrdiff_t __real_platform_stream_read(platform_stream stream, void *bytes, size_t size);
ptrdiff_t __wrap_platform_stream_read(platform_stream stream, void *bytes, size_t size);
ptrdiff_t __wrap_platform_stream_read(platform_stream stream, void *bytes, size_t size)
{
    if (reads_late && output == PLATFORM_NO_STREAM)
        output = stream;
    if (reads_late && stream != output)
        nanosleep(&(struct timespec){.tv_nsec = 400000000}, NULL);
    return __real_platform_stream_read(stream, bytes, size);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

/* A shell that prints a line and sends a message, soon afterwards the same again, and has not ended then. */
static void start_telling(struct supervisor *supervisor)
{
    static char script[512], *program[] = {"sh", "-c", script, NULL};
    char message[8 * CHANNEL_HEADER] = "";
    unsigned char head[CHANNEL_HEADER];
    channel_head("next", 4, head);
    for (size_t i = 0; i < sizeof head; i++)
        snprintf(message + 4 * i, sizeof message - 4 * i, "\\%03o", head[i]);
    snprintf(script, sizeof script, "echo one; printf '%snext' >&4; sleep 0.1; echo two; printf '%snext' >&4; sleep 2",
        message, message);
    struct child_plan plan = {.program = "sh", .arguments = program, .channel = true};
    cr_assert(supervisor_start(supervisor, 0, &plan, 60));
}

Test(supervisor, what_was_printed_before_a_message_is_there_with_it, .timeout = 300)
{
    struct supervisor *supervisor = supervisor_open(1);
    char printed[64] = "";
    reads_late = true;
    start_telling(supervisor);
    static const char *const lines[] = {"one\n", "one\ntwo\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct supervisor_news news = wait_for(supervisor);
        cr_assert_eq(news.event, SUPERVISOR_MESSAGE);
        char *text = supervisor_output(supervisor, 0);
        strcat(printed, text ? text : "");
        free(text);
        cr_expect_eq(strncmp(printed, lines[i], strlen(lines[i])), 0, "with message %u: %s", i, printed);
    }
    struct supervisor_news news = wait_for(supervisor);
    cr_expect_eq(news.event, SUPERVISOR_ENDED);
    supervisor_close(supervisor);
}

Test(supervisor, a_program_without_a_channel_has_none)
{
    struct channel channel;
    cr_expect_not(channel_open(&channel));
}
