/* Messages on seqpacket sockets. Entry points: message_send(), message_receive(). */
#include "message.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    MAGIC = 0x31434348, /* "HCC1" */
    PACKET_TEXT = 48 << 10,
    FLAG_TEXT = 1,   /* there is a text, possibly empty */
    FLAG_MEMORY = 2, /* the last descriptor is the memory with the text */
    SEALS = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW,
    FIRST_DESCRIPTOR = 3
};

struct head {
    uint32_t magic, flags, kind, id;
    int32_t result;
    uint32_t length;
    uint64_t value;
};

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE((MESSAGE_DESCRIPTORS + 1) * sizeof(int))];
};

/* Returns the text as sealed memory, or -1 without memory. */
static int seal(const char *text, uint32_t length)
{
    int memory = memfd_create("text", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t done = 0;
    while (memory >= 0 && done < length) {
        ssize_t written = write(memory, text + done, length - done);
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    if (memory >= 0 && done == length && fcntl(memory, F_ADD_SEALS, SEALS | F_SEAL_SEAL) == 0)
        return memory;
    if (memory >= 0)
        close(memory);
    return -1;
}

static void attach(struct msghdr *packet, union control *control, const int *descriptors, unsigned count)
{
    if (!count)
        return;
    memset(control, 0, sizeof *control);
    packet->msg_control = control->bytes;
    packet->msg_controllen = CMSG_SPACE(count * sizeof(int));
    control->header = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control->header), descriptors, count * sizeof(int));
}

static enum message_outcome outcome_of(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK ? MESSAGE_LATER
           : errno == EPIPE || errno == ECONNRESET ? MESSAGE_ENDED
                                                   : MESSAGE_WRONG;
}

enum message_outcome message_send(message_end end, const struct message *message)
{
    struct head head = {MAGIC, message->text ? FLAG_TEXT : 0, message->kind, message->id, message->result,
        message->text ? message->length : 0, message->value};
    struct iovec parts[2] = {{&head, sizeof head}, {message->text, head.length}};
    struct msghdr packet = {.msg_iov = parts, .msg_iovlen = 2};
    union control control;
    int descriptors[MESSAGE_DESCRIPTORS + 1], memory = -1;
    unsigned count = message->descriptor_count;
    memcpy(descriptors, message->descriptors, count * sizeof(int));
    if (head.length > PACKET_TEXT) {
        memory = seal(message->text, head.length);
        if (memory < 0)
            return MESSAGE_WRONG;
        head.flags |= FLAG_MEMORY;
        descriptors[count++] = memory;
        packet.msg_iovlen = 1;
    }
    attach(&packet, &control, descriptors, count);
    ssize_t sent;
    do
        sent = sendmsg((int)end, &packet, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    enum message_outcome outcome = sent < 0 ? outcome_of() : MESSAGE_DONE;
    if (memory >= 0)
        close(memory);
    return outcome;
}

/* Takes the descriptors that came, above the standard streams. false: one could not be kept. */
static bool take_descriptors(struct msghdr *packet, struct message *message)
{
    bool kept = !(packet->msg_flags & MSG_CTRUNC);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(packet); header; header = CMSG_NXTHDR(packet, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + i * sizeof descriptor, sizeof descriptor);
            if (descriptor < FIRST_DESCRIPTOR) {
                int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
                close(descriptor);
                descriptor = moved;
            }
            kept = kept && descriptor >= 0 && message->descriptor_count <= MESSAGE_DESCRIPTORS;
            if (kept)
                message->descriptors[message->descriptor_count++] = descriptor;
            else if (descriptor >= 0)
                close(descriptor);
        }
    }
    return kept;
}

/* Returns a copy of the text in sealed memory. NULL: not sealed, wrong length, or no memory. */
static char *read_memory(int memory, uint32_t length)
{
    struct stat size;
    int seals = fcntl(memory, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(memory, &size) || size.st_size != (off_t)length)
        return NULL;
    char *text = malloc((size_t)length + 1);
    for (size_t done = 0; text && done < length;) {
        ssize_t got = pread(memory, text + done, length - done, (off_t)done);
        if (got <= 0) {
            free(text);
            return NULL;
        }
        done += (size_t)got;
    }
    return text;
}

static char *take_text(const struct head *head, struct message *message, const char *bytes, size_t size)
{
    char *text = NULL;
    if (head->flags & FLAG_MEMORY) {
        if (!message->descriptor_count || size || head->length > MESSAGE_BYTES)
            return NULL;
        int memory = message->descriptors[--message->descriptor_count];
        text = read_memory(memory, head->length);
        close(memory);
    } else if (size == head->length && (text = malloc(size + 1))) {
        memcpy(text, bytes, size);
    }
    if (text)
        text[head->length] = 0;
    return text;
}

enum message_outcome message_receive(message_end end, struct message *message)
{
    char bytes[PACKET_TEXT];
    struct head head;
    union control control;
    struct iovec parts[2] = {{&head, sizeof head}, {bytes, sizeof bytes}};
    struct msghdr packet = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t length;
    *message = (struct message){0};
    do
        length = recvmsg((int)end, &packet, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length == 0)
        return MESSAGE_ENDED;
    if (length < 0)
        return outcome_of();
    bool valid = take_descriptors(&packet, message) && !(packet.msg_flags & MSG_TRUNC) &&
                 (size_t)length >= sizeof head && head.magic == MAGIC &&
                 !(head.flags & ~(uint32_t)(FLAG_TEXT | FLAG_MEMORY));
    if (valid) {
        size_t size = (size_t)length - sizeof head;
        message->kind = head.kind;
        message->id = head.id;
        message->result = head.result;
        message->value = head.value;
        message->length = head.length;
        if (head.flags & FLAG_TEXT)
            valid = (message->text = take_text(&head, message, bytes, size)) != NULL;
        else
            valid = !size && !head.length && !(head.flags & FLAG_MEMORY);
    }
    if (valid && message->descriptor_count <= MESSAGE_DESCRIPTORS)
        return MESSAGE_DONE;
    message_drop(message);
    errno = EBADMSG;
    return MESSAGE_WRONG;
}

void message_drop(struct message *message)
{
    for (unsigned i = 0; i < message->descriptor_count; i++)
        if (message->descriptors[i] >= 0)
            close(message->descriptors[i]);
    free(message->text);
    *message = (struct message){0};
}
