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

/* A packet on its way out, with what its msghdr points to. */
struct outgoing {
    struct head head;
    struct iovec parts[2];
    int memory; /* the text as memory; -1: it is in the packet */
    union control control;
};

/* false: the text can't be put into memory. */
static bool pack(const struct message *message, struct outgoing *out, struct msghdr *packet)
{
    int descriptors[MESSAGE_DESCRIPTORS + 1];
    unsigned count = message->descriptor_count;
    out->head = (struct head){MAGIC, message->text ? FLAG_TEXT : 0, message->kind, message->id, message->result,
        message->text ? message->length : 0, message->value};
    out->parts[0] = (struct iovec){&out->head, sizeof out->head};
    out->parts[1] = (struct iovec){message->text, out->head.length};
    out->memory = -1;
    *packet = (struct msghdr){.msg_iov = out->parts, .msg_iovlen = out->head.length ? 2 : 1};
    memcpy(descriptors, message->descriptors, count * sizeof(int));
    if (out->head.length > PACKET_TEXT) {
        out->memory = seal(message->text, out->head.length);
        if (out->memory < 0)
            return false;
        out->head.flags |= FLAG_MEMORY;
        descriptors[count++] = out->memory;
        packet->msg_iovlen = 1;
    }
    attach(packet, &out->control, descriptors, count);
    return true;
}

enum message_outcome message_send(message_end end, const struct message *message)
{
    struct outgoing out;
    struct msghdr packet;
    ssize_t sent;
    if (!pack(message, &out, &packet))
        return MESSAGE_WRONG;
    do
        sent = sendmsg((int)end, &packet, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    enum message_outcome outcome = sent < 0 ? outcome_of() : MESSAGE_DONE;
    if (out.memory >= 0)
        close(out.memory);
    return outcome;
}

enum message_outcome message_send_batch(
    message_end end, const struct message *const messages[MESSAGE_BATCH], unsigned count, unsigned *sent)
{
    struct outgoing out[MESSAGE_BATCH];
    struct mmsghdr packets[MESSAGE_BATCH];
    unsigned packed = 0;
    int result = 0;
    while (packed < count && pack(messages[packed], &out[packed], &packets[packed].msg_hdr))
        packed++;
    if (packed)
        do
            result = sendmmsg((int)end, packets, packed, MSG_NOSIGNAL);
        while (result < 0 && errno == EINTR);
    enum message_outcome outcome = result < 0 ? outcome_of() : packed ? MESSAGE_DONE : MESSAGE_WRONG;
    *sent = result > 0 ? (unsigned)result : 0;
    for (unsigned i = 0; i < packed; i++)
        if (out[i].memory >= 0)
            close(out[i].memory);
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

/* A packet on its way in, with what its msghdr points to. */
struct incoming {
    struct head head;
    struct iovec parts[2];
    char bytes[PACKET_TEXT];
    union control control;
};

static struct msghdr prepare(struct incoming *in)
{
    in->parts[0] = (struct iovec){&in->head, sizeof in->head};
    in->parts[1] = (struct iovec){in->bytes, sizeof in->bytes};
    return (struct msghdr){.msg_iov = in->parts,
        .msg_iovlen = 2,
        .msg_control = in->control.bytes,
        .msg_controllen = sizeof in->control.bytes};
}

/* Checks what came, and takes it. */
static enum message_outcome unpack(struct incoming *in, struct msghdr *packet, size_t length, struct message *message)
{
    const struct head *head = &in->head;
    *message = (struct message){0};
    bool valid = take_descriptors(packet, message) && !(packet->msg_flags & MSG_TRUNC) && length >= sizeof *head &&
                 head->magic == MAGIC && !(head->flags & ~(uint32_t)(FLAG_TEXT | FLAG_MEMORY));
    if (valid) {
        size_t size = length - sizeof *head;
        message->kind = head->kind;
        message->id = head->id;
        message->result = head->result;
        message->value = head->value;
        message->length = head->length;
        if (head->flags & FLAG_TEXT)
            valid = (message->text = take_text(head, message, in->bytes, size)) != NULL;
        else
            valid = !size && !head->length && !(head->flags & FLAG_MEMORY);
    }
    if (valid && message->descriptor_count <= MESSAGE_DESCRIPTORS)
        return MESSAGE_DONE;
    message_drop(message);
    errno = EBADMSG;
    return MESSAGE_WRONG;
}

enum message_outcome message_receive(message_end end, struct message *message)
{
    struct incoming in;
    struct msghdr packet = prepare(&in);
    ssize_t length;
    *message = (struct message){0};
    do
        length = recvmsg((int)end, &packet, MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length == 0)
        return MESSAGE_ENDED;
    return length < 0 ? outcome_of() : unpack(&in, &packet, (size_t)length, message);
}

struct message_buffer {
    struct incoming in[MESSAGE_BATCH];
};

struct message_buffer *message_buffer_create(void)
{
    return malloc(sizeof(struct message_buffer));
}

void message_buffer_destroy(struct message_buffer *buffer)
{
    free(buffer);
}

enum message_outcome message_receive_batch(
    message_end end, struct message_buffer *buffer, struct message messages[MESSAGE_BATCH], unsigned *count)
{
    struct mmsghdr packets[MESSAGE_BATCH];
    int found;
    for (unsigned i = 0; i < MESSAGE_BATCH; i++)
        packets[i].msg_hdr = prepare(&buffer->in[i]);
    do
        found = recvmmsg((int)end, packets, MESSAGE_BATCH, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
    while (found < 0 && errno == EINTR);
    *count = 0;
    if (found < 0)
        return outcome_of();
    enum message_outcome outcome = MESSAGE_DONE;
    for (int i = 0; i < found; i++) {
        struct message later; /* after one that ends it all the rest is taken out of the way */
        bool counts = outcome == MESSAGE_DONE;
        enum message_outcome one = packets[i].msg_len ? unpack(&buffer->in[i], &packets[i].msg_hdr, packets[i].msg_len,
                                                            counts ? &messages[*count] : &later)
                                                      : MESSAGE_ENDED;
        if (counts && one == MESSAGE_DONE)
            ++*count;
        else if (one == MESSAGE_DONE)
            message_drop(&later);
        if (counts)
            outcome = one;
    }
    return outcome == MESSAGE_DONE && found < MESSAGE_BATCH ? MESSAGE_LATER : outcome;
}

void message_drop(struct message *message)
{
    for (unsigned i = 0; i < message->descriptor_count; i++)
        if (message->descriptors[i] >= 0)
            close(message->descriptors[i]);
    free(message->text);
    *message = (struct message){0};
}
