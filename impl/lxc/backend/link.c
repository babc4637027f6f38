/* The daemon's side of its connections to keepers: sends requests, receives answers and events. Entry points:
 * link_ask(), link_watch(). */
#include "lxc.h"
#include "core/lock.h"
#include "daemon/protocol/message.h"
#include "outcome.h"
#include "spec_hresults.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

enum { EVENTS = 64, MESSAGES_A_TURN = 64, MICROSECOND = 1000, SECOND = 1000000 };

/* A message that the socket had no room for. */
struct lxc_outgoing {
    struct message message;
    struct lxc_outgoing *next;
};

/* --- links --- */

static bool slot_is_free(const struct lxc *lxc, uint32_t slot)
{
    for (const struct lxc_link *link = lxc->links; link; link = link->next)
        if (link->slot == slot)
            return false;
    return true;
}

struct lxc_link *link_make(struct lxc *lxc, struct lxc_system *system)
{
    CHECK_HELD();
    uint64_t random = 0;
    struct lxc_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->lxc = lxc;
    link->socket = -1;
    (void)!getrandom(&random, sizeof random, 0); /* names only have to differ */
    snprintf(link->name, sizeof link->name, "%08x%08x", lxc->owner, (unsigned)random);
    while (link->slot < LXC_SLOTS && !slot_is_free(lxc, link->slot))
        link->slot++;
    if (link->slot == LXC_SLOTS || !job_prepare(link)) {
        free(link);
        return NULL;
    }
    link->system = system;
    if (system)
        system->link = link;
    link->next = lxc->links;
    lxc->links = link;
    return link;
}

static void drop_outgoing(struct lxc_link *link)
{
    struct lxc_outgoing *outgoing = link->outgoing;
    link->outgoing = outgoing->next;
    message_drop(&outgoing->message);
    free(outgoing);
}

static void hang_up(struct lxc_link *link)
{
    if (link->socket >= 0)
        close(link->socket); /* epoll forgets it */
    link->socket = -1;
    while (link->outgoing)
        drop_outgoing(link);
}

/* The keeper has ended, expected or not, or can't be reached: removes what is left of its system. */
static void handle_end(struct lxc_link *link)
{
    hang_up(link);
    link->ready = link->starting = false;
    job_remove(link);
}

void link_free(struct lxc_link *link)
{
    CHECK_HELD();
    struct lxc_link **place = &link->lxc->links;
    while (*place != link)
        place = &(*place)->next;
    *place = link->next;
    hang_up(link);
    while (link->waiting) {
        struct lxc_waiting *waiting = link->waiting;
        link->waiting = waiting->next;
        free(waiting);
    }
    if (link->system)
        link->system->link = NULL;
    free(link->removal); /* at the end of the daemon; the next one removes what is to be removed */
    free(link);
}

bool link_attach(struct lxc_link *link, int socket)
{
    CHECK_HELD();
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    link->socket = socket;
    if (fcntl(socket, F_SETFL, O_NONBLOCK) == 0 && /* one that blocks would stop the daemon, which holds its lock */
        epoll_ctl(link->lxc->epoll, EPOLL_CTL_ADD, socket, &event) == 0)
        return true;
    int error = errno;
    hang_up(link);
    errno = error;
    return false;
}

/* --- waiting tasks --- */

bool link_await(struct lxc_link *link, enum lxc_wait wait, uint32_t request, struct host_task *task)
{
    CHECK_HELD();
    struct lxc_waiting *waiting = malloc(sizeof *waiting), **end = &link->waiting;
    if (!waiting) {
        if (task)
            host_done(&link->lxc->host, task, E_OUTOFMEMORY);
        return false;
    }
    *waiting = (struct lxc_waiting){wait, request, task, NULL};
    while (*end)
        end = &(*end)->next;
    *end = waiting;
    return true;
}

bool link_leaves_to_end(struct lxc_link *link, struct host_task *task)
{
    CHECK_HELD();
    if (!link || link->ready || link->removal)
        return false;
    (void)link_await(link, WAIT_ANSWER, 0, task); /* without memory it has been answered */
    return true;
}

void link_cancel(struct lxc *lxc, struct host_task *task)
{
    CHECK_HELD();
    for (struct lxc_link *link = lxc->links; link; link = link->next)
        for (struct lxc_waiting *waiting = link->waiting; waiting; waiting = waiting->next)
            if (waiting->task == task)
                waiting->task = NULL;
}

/* Removes the element at the place from the list. */
static struct lxc_waiting take_at(struct lxc_waiting **place)
{
    struct lxc_waiting *waiting = *place, taken = *waiting;
    *place = waiting->next;
    free(waiting); // -fanalyzer: the rest of the list hangs off the place
    return taken;
}

struct host_task *link_take(struct lxc_link *link, enum lxc_wait wait, const struct host_process *process)
{
    CHECK_HELD();
    for (struct lxc_waiting **place = &link->waiting; *place;) {
        const struct host_task *task = (*place)->task;
        if ((*place)->wait != wait || (process && task && task->process != process))
            place = &(*place)->next;
        else if (take_at(place).task)
            return (struct host_task *)task;
    }
    return NULL;
}

/* --- messages to keepers --- */

static void watch_for(struct lxc_link *link, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = link};
    (void)epoll_ctl(link->lxc->epoll, EPOLL_CTL_MOD, link->socket, &event);
}

static bool put_off(struct lxc_link *link, const struct message *message)
{
    struct lxc_outgoing *outgoing = calloc(1, sizeof *outgoing), **end = &link->outgoing;
    if (!outgoing)
        return false;
    outgoing->message = *message;
    outgoing->message.descriptor_count = 0;
    outgoing->message.text = message->text ? strdup(message->text) : NULL;
    bool kept = !message->text || outgoing->message.text;
    for (unsigned i = 0; kept && i < message->descriptor_count; i++) {
        int copy = fcntl(message->descriptors[i], F_DUPFD_CLOEXEC, 3);
        kept = copy >= 0;
        if (kept)
            outgoing->message.descriptors[outgoing->message.descriptor_count++] = copy;
    }
    if (!kept) {
        message_drop(&outgoing->message);
        free(outgoing);
        return false;
    }
    while (*end)
        end = &(*end)->next;
    *end = outgoing;
    watch_for(link, EPOLLIN | EPOLLOUT);
    return true;
}

static bool send_message(struct lxc_link *link, const struct message *message)
{
    enum message_outcome outcome = link->outgoing ? MESSAGE_LATER : message_send(link->socket, message);
    return outcome == MESSAGE_DONE || (outcome == MESSAGE_LATER && put_off(link, message));
}

static void send_rest(struct lxc_link *link)
{
    enum message_outcome outcome = MESSAGE_DONE;
    while (outcome == MESSAGE_DONE && link->outgoing) {
        outcome = message_send(link->socket, &link->outgoing->message);
        if (outcome == MESSAGE_DONE)
            drop_outgoing(link);
    }
    if (outcome == MESSAGE_WRONG)
        handle_end(link);
    else if (!link->outgoing)
        watch_for(link, EPOLLIN);
}

/* A request that can't be sent is lost, and with it the system: its end answers the tasks that wait. */
bool link_ask(struct lxc_link *link, enum lxc_wait wait, struct host_task *task, struct message message)
{
    CHECK_HELD();
    // -fanalyzer: waiting tasks are in the list of the link
    if (!++link->lxc->last_request)
        ++link->lxc->last_request;
    message.id = link->lxc->last_request;
    message.length = message.text ? (uint32_t)strlen(message.text) : 0;
    if (task && !link_await(link, wait, message.id, task))
        return false;
    if (link->socket >= 0 && !send_message(link, &message))
        handle_end(link);
    return true;
}

void link_end(struct lxc_link *link)
{
    CHECK_HELD();
    bool first = !link->ends;
    link->ends = link->by_force = true; // -fanalyzer: waiting tasks are in the list of the link
    if (link->ready && link->socket >= 0)
        (void)link_ask(link, WAIT_ANSWER, NULL, (struct message){.kind = KEEPER_TERMINATE});
    else if (first && !link->starting && link->socket < 0)
        job_remove(link);
}

/* --- messages from keepers --- */

static struct failure read_failure(const struct message *message)
{
    struct failure failure = {0};
    cJSON *json = message->text ? cJSON_Parse(message->text) : NULL;
    const char *path = document_text(json, "path"), *words = document_text(json, "message");
    failure_set(
        &failure, message->result ? message->result : EIO, path, "%s", words ? words : "the keeper gave no reason");
    document_clean(failure.path);
    document_clean(failure.message);
    cJSON_Delete(json);
    return failure;
}

static void receive_answer(struct lxc_link *link, struct message *message)
{
    struct host *host = &link->lxc->host;
    struct lxc_waiting **place = &link->waiting;
    while (*place && (*place)->request != message->id)
        place = &(*place)->next;
    if (!*place || ((*place)->wait == WAIT_PROCESS_END && !message->result))
        return; /* no task waits for this answer */
    if (message->result == ESHUTDOWN)
        return; /* the end of the container answers it: no client hears of that end before it has happened */
    struct lxc_waiting waiting = take_at(place);
    if (waiting.wait == WAIT_MODIFY && !message->result) {
        lxc_modified(link, waiting.task);
        return;
    }
    if (waiting.wait == WAIT_SPAWN) {
        lxc_spawned(link, waiting.task, message);
        return;
    }
    struct failure failure = {0};
    if (message->result)
        failure = read_failure(message);
    if (waiting.wait == WAIT_MEASURE)
        link->measured = failure.error || lxc_measured(link, message->text);
    if (!waiting.task || waiting.wait == WAIT_MEASURE)
        return;
    if (waiting.wait == WAIT_LIST && !(lxc_listed(link, message->text) && link->measured))
        failure_set(&failure, ENOMEM, NULL, "out of memory");
    if (failure.error)
        host_failed(host, waiting.task, outcome_of(failure.error), failure.path, failure.message);
    else
        host_done(host, waiting.task, S_OK);
}

static struct host_process *process_of(const struct lxc_link *link, uint64_t id)
{
    const struct host_system *system = link->system ? &link->system->host : NULL;
    for (uint32_t i = 0; system && i < system->process_slots; i++) {
        struct host_process *process = host_process_in(system, i);
        if (process && process->phase == HOST_RUNNING && process->id == id)
            return process;
    }
    return NULL;
}

static void receive_exit(struct lxc_link *link, uint64_t id, uint32_t status)
{
    struct host *host = &link->lxc->host;
    struct host_process *process = process_of(link, id);
    struct host_task *task;
    if (process) {
        host_process_ended(host, process, status, S_OK);
        while ((task = link_take(link, WAIT_PROCESS_END, process)))
            host_done(host, task, S_OK);
    }
    (void)link_ask(link, WAIT_ANSWER, NULL, (struct message){.kind = KEEPER_FORGET, .value = id});
}

/* Adds processes that an earlier daemon started; reports exits that happened while no daemon ran, too. */
static void take_processes(struct lxc_link *link, const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        uint32_t id = document_number(item, "id", 0);
        if (link->system && !process_of(link, id))
            (void)host_place_process(&link->lxc->host, &link->system->host, id); /* out of memory: it is not listed */
        if (cJSON_IsTrue(document_member(item, "exited")))
            receive_exit(link, id, document_number(item, "status", 0));
    }
}

static void receive_ready(struct lxc_link *link, const cJSON *json)
{
    link->ready = true;
    link->starting = false;
    take_processes(link, document_member(json, "processes"));
    if (link->ends) {
        link_end(link);
        return;
    }
    struct host_task *task = link_take(link, WAIT_START, NULL);
    if (task)
        host_done(&link->lxc->host, task, S_OK);
    uint64_t started; /* as every daemon tells it; older keepers do not */
    if (link->system && document_unsigned(document_member(json, "started"), &started) && started)
        link->system->host.started = lxc_time(started / SECOND, started % SECOND * MICROSECOND);
}

/* false: the processes of the system are not known, for lack of memory on either side. */
static bool receive_message(struct lxc_link *link, struct message *message)
{
    cJSON *json = message->text && message->kind != KEEPER_ANSWER ? cJSON_Parse(message->text) : NULL;
    if (message->kind == KEEPER_READY && !json)
        return false;
    switch (message->kind) {
    case KEEPER_READY:
        receive_ready(link, json);
        break;
    case KEEPER_FAILED:
        link->failure = read_failure(message);
        break;
    case KEEPER_PROCESS_EXITED:
        receive_exit(link, message->value, document_number(json, "status", (unsigned)message->result));
        break;
    case KEEPER_SYSTEM_EXITED:
        link->asked = json ? cJSON_IsTrue(document_member(json, "asked")) : message->result != 0;
        break;
    case KEEPER_ANSWER:
        receive_answer(link, message);
        break;
    default: /* a kind that only a newer keeper has */
        break;
    }
    cJSON_Delete(json);
    return true;
}

/* Handles one message. false: none is waiting. */
static bool receive_one(struct lxc_link *link)
{
    struct message message;
    enum message_outcome outcome = link->socket >= 0 ? message_receive(link->socket, &message) : MESSAGE_LATER;
    if (outcome == MESSAGE_DONE) {
        if (!receive_message(link, &message))
            handle_end(link);
        message_drop(&message);
        return true;
    }
    if (outcome != MESSAGE_LATER)
        handle_end(link);
    return false;
}

bool link_receive_first(struct lxc_link *link, int limit_ms)
{
    CHECK_HELD();
    struct pollfd watch = {link->socket, POLLIN, 0};
    return poll(&watch, 1, limit_ms) == 1 && receive_one(link);
}

/* NULL: an earlier message of this round has freed the link. */
static struct lxc_link *still_there(const struct lxc *lxc, const void *link)
{
    struct lxc_link *there = lxc->links;
    while (there && there != link)
        there = there->next;
    return there;
}

static void serve(struct lxc *lxc, const struct epoll_event *event)
{
    struct lxc_link *link = still_there(lxc, event->data.ptr);
    if (link && link->socket >= 0 && event->events & EPOLLOUT)
        send_rest(link);
    for (int i = 0; i < MESSAGES_A_TURN && link && receive_one(link); i++)
        link = still_there(lxc, link);
}

void *link_watch(void *context)
{
    struct lxc *lxc = context;
    struct epoll_event events[EVENTS];
    core_lock();
    while (!lxc->stops) {
        core_unlock();
        int count = epoll_wait(lxc->epoll, events, EVENTS, -1);
        core_lock();
        for (int i = 0; i < count && !lxc->stops; i++)
            serve(lxc, &events[i]); /* the event that stops this thread has no link */
    }
    core_unlock();
    return NULL;
}
