/* The guests' ends of pipes: one may be closed while another thread polls it. */
#include "platform/platform.h"
#include "windows_check.h"

enum { PIPES = 64, REST_MS = 50, LIMIT_MS = 10000 };

static struct platform_watch watch;
static struct platform_waker *waker;

static DWORD WINAPI poll_it(void *unused)
{
    (void)unused;
    return (DWORD)platform_poll(&watch, 1, waker, LIMIT_MS);
}

/* The memory of a stream that is polled is not another one's: else a byte in that would be one in the closed one. */
static void check_close_while_polled(void)
{
    platform_stream guest[PIPES], client[PIPES], first;
    DWORD ready = 0;
    expect(platform_pipe(true, &watch.stream, &first), "a pipe");
    HANDLE thread = CreateThread(NULL, 0, poll_it, NULL, 0, NULL);
    Sleep(REST_MS);
    platform_stream_close(watch.stream);
    for (int i = 0; i < PIPES; i++) {
        expect(platform_pipe(true, &guest[i], &client[i]), "pipes");
        expect(platform_client_write(client[i], "x", 1) == 1, "a byte in a pipe");
    }
    Sleep(REST_MS);
    platform_waker_wake(waker);
    expect(WaitForSingleObject(thread, LIMIT_MS) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &ready), "a poll ends");
    expect(ready == 0, "a stream that was closed is not ready");
    CloseHandle(thread);
    platform_client_close(first);
    for (int i = 0; i < PIPES; i++) {
        platform_stream_close(guest[i]);
        platform_client_close(client[i]);
    }
}

int main(void)
{
    waker = platform_waker_create();
    check_close_while_polled();
    platform_waker_free(waker);
    printf("windows streams: %d broken\n", broken);
    return broken;
}
