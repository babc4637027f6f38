/* Takes over what an earlier daemon left in the state folder: systems that were created or run; removes dead ones.
   Entry point: lxc_adopt(). */
#include "daemon/protocol/place.h"
#include "lxc.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DOCUMENT_LIMIT = 16 << 20, FIRST_WORD_MS = 2000 };

/* Connects to a keeper without blocking. -1: no keeper listens. */
static int connect_keeper(const struct lxc *lxc, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    /* relative to the folder's descriptor, since the path may be longer than an address */
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%.32s/keeper.sock", lxc->systems, name);
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made >= 0 && connect(made, (struct sockaddr *)&address, sizeof address)) {
        close(made);
        made = -1;
    }
    return made;
}

static HRESULT read_document(const char *folder, struct document *document)
{
    char path[LXC_PATH];
    size_t length = 0;
    struct document_report report = {0};
    struct document_options options = {.minor = document_newest_minor()};
    (void)!snprintf(path, sizeof path, "%.*s/document.json", LXC_PATH - 32, folder);
    char *text = keeper_read_file(path, DOCUMENT_LIMIT, &length);
    HRESULT result = text              ? document_check(text, length, TYPE_ComputeSystem, &options, document, &report)
                     : errno == ENOMEM ? E_OUTOFMEMORY
                                       : E_FAIL;
    report_free(&report);
    free(text);
    return result;
}

/* Adds the compute system of a folder to the host model again. */
static HRESULT place(struct lxc_link *link, const struct keeper_state *state, const char *folder)
{
    struct lxc *lxc = link->lxc;
    struct document document;
    HRESULT result = read_document(folder, &document);
    if (FAILED(result))
        return result;
    result = host_place(&lxc->host, state->id, &document, link->socket >= 0 ? STATE_RUNNING : STATE_CREATED);
    document_free(&document);
    if (FAILED(result))
        return result;
    link->system = (struct lxc_system *)host_find(&lxc->host, state->id);
    link->system->link = link;
    link->system->host.user = state->user;
    if (state->runtime_id[0])
        (void)snprintf(link->system->host.runtime_id, GUID_TEXT, "%s", state->runtime_id);
    return S_OK;
}

static void adopt(struct lxc *lxc, const char *name)
{
    char folder[LXC_PATH];
    struct keeper_state state;
    struct failure failure = {0};
    struct lxc_link *link = link_make(lxc, NULL);
    if (!link)
        return; /* left for the next daemon */
    snprintf(link->name, sizeof link->name, "%s", name);
    (void)!snprintf(folder, sizeof folder, "%.*s/systems/%.63s", LXC_PATH - 100, lxc->state, name);
    bool known = keeper_state_read(&state, folder, &failure) && state.first_id >= LXC_FIRST_ID;
    if (state.first_id >= LXC_FIRST_ID)
        link->slot = (state.first_id - LXC_FIRST_ID) / LXC_ID_RANGE;
    if (failure.error == EPROTO) { /* its ids stay taken, and its keeper lives */
        fprintf(stderr, "computecored: %s; it is left as it is for the later computecored that has made it\n",
            failure.message);
        return;
    }
    int socket = connect_keeper(lxc, name);
    if (socket >= 0)
        (void)link_attach(link, socket); /* else it is as if no keeper listened */
    bool goes_on = known && (link->socket >= 0 || !strcmp(state.phase, "created"));
    HRESULT placed = goes_on ? place(link, &state, folder) : failure.error == ENOMEM ? E_OUTOFMEMORY : E_FAIL;
    if (placed == E_OUTOFMEMORY)
        fprintf(stderr, "computecored: out of memory; %s is left for the next one\n", folder);
    else if (FAILED(placed))
        link_end(link);                     /* even if its keeper lives, when the document can't be read */
    bool is_part = failure.error == ENOENT; /* of a folder whose making or removal was cut off: state.json is missing */
    if (failure.error && failure.error != ENOMEM && !is_part)
        fprintf(stderr, "computecored: %s; what is left of it is removed\n", failure.message);
}

void lxc_adopt(struct lxc *lxc, DIR *systems)
{
    for (struct dirent *entry; (entry = readdir(systems));)
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < sizeof(((struct lxc_link *)0)->name))
            adopt(lxc, entry->d_name);
    closedir(systems);
    for (struct lxc_link *link = lxc->links; link; link = link->next)
        if (link->socket >= 0 && !link->ready)
            (void)link_receive_first(link, FIRST_WORD_MS); /* its processes; the watcher handles a later answer */
}
