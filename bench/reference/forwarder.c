/* The same forwarding as Conet's, in C: the bar that Conet.Wire is measured against. One thread, one table,
 * no rules beyond the look-up. Two modes:
 *
 *   gro    recvmmsg with UDP_GRO, cells bucketed by next hop, scatter-gather sendmmsg with UDP_SEGMENT
 *   mmsg   recvmmsg and sendmmsg of single datagrams
 *
 *   forwarder gro|mmsg LISTEN_IP PORT NEXT_BASE_IP NEXT_PORT ROUTES HOPS SEED
 *
 * Hop h is NEXT_BASE_IP + h. Like Conet's workers it is scheduled as SCHED_BATCH. Prints "ready" when its
 * table stands; ends when standard input does, with a line of JSON. Build: gcc -O3 -march=native -Wall -Wextra -o forwarder forwarder.c */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "table.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
    TRAIN_CELLS = 56,
    TRAIN_SLOTS = 64,
    TRAIN_BYTES = 65536,
    PLAIN_SLOTS = 256,
    PLAIN_BYTES = 1280,
    CELLS_MAX = TRAIN_SLOTS * TRAIN_CELLS,
    MESSAGES_MAX = 512,
    HOPS_MAX = 65536,
    SOCKET_BYTES = 8 << 20,
    CONTROL_BYTES = 64,
};

typedef struct {
    uint64_t received, forwarded, unknown, wrong_size, refused;
} counters_t;

typedef struct {
    int descriptor, is_gro, slots, slot_bytes;
    uint32_t hops;
    table_t table;
    counters_t counters;
    uint8_t *bytes;
    struct sockaddr_in *next;

    struct mmsghdr in[PLAIN_SLOTS];
    struct iovec in_vectors[PLAIN_SLOTS];
    uint8_t in_controls[PLAIN_SLOTS][CONTROL_BYTES];

    int count;
    uint8_t *cells[CELLS_MAX];
    key_hash_t hashes[CELLS_MAX];
    uint32_t hop_of[CELLS_MAX];

    int places[HOPS_MAX];
    uint32_t used[CELLS_MAX];
    uint8_t *sorted[CELLS_MAX];

    struct mmsghdr out[MESSAGES_MAX];
    struct iovec out_vectors[CELLS_MAX];
    uint8_t out_controls[MESSAGES_MAX][CONTROL_BYTES];
    int messages, vectors, message_cells[MESSAGES_MAX];
} relay_t;

static relay_t relay;

static void fail(const char *what) {
    perror(what);
    exit(70);
}

static int open_socket(const char *ip, int port, int is_gro) {
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0), one = 1, bytes = SOCKET_BYTES;
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (descriptor < 0 || inet_pton(AF_INET, ip, &local.sin_addr) != 1)
        fail("socket");
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (is_gro && setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &one, sizeof one) != 0)
        fail("UDP_GRO");
    if (bind(descriptor, (struct sockaddr *)&local, sizeof local) != 0)
        fail("bind");
    return descriptor;
}

static int segment_bytes(struct msghdr *message) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control))
        if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
            int bytes;
            memcpy(&bytes, CMSG_DATA(control), sizeof bytes);
            return bytes;
        }
    return 0;
}

static int receive(void) {
    for (int slot = 0; slot < relay.slots; slot++) {
        relay.in[slot].msg_hdr.msg_control = relay.is_gro ? relay.in_controls[slot] : NULL;
        relay.in[slot].msg_hdr.msg_controllen = relay.is_gro ? CONTROL_BYTES : 0;
        relay.in[slot].msg_hdr.msg_flags = 0;
    }
    int received = recvmmsg(relay.descriptor, relay.in, (unsigned)relay.slots, MSG_DONTWAIT, NULL);
    relay.count = 0;
    for (int slot = 0; slot < received; slot++) {
        struct mmsghdr *message = &relay.in[slot];
        int bytes = (int)message->msg_len;
        int segment = segment_bytes(&message->msg_hdr);
        if (segment == 0)
            segment = bytes;
        if (segment != CELL_BYTES || bytes % CELL_BYTES != 0 || (message->msg_hdr.msg_flags & MSG_TRUNC)) {
            relay.counters.wrong_size++;
            continue;
        }
        for (int offset = 0; offset < bytes; offset += CELL_BYTES)
            relay.cells[relay.count++] = relay.bytes + (size_t)slot * (size_t)relay.slot_bytes + offset;
    }
    return received;
}

static void resolve(void) {
    for (int cell = 0; cell < relay.count; cell++) {
        relay.hashes[cell] = hash_key(&relay.table, relay.cells[cell]);
        __builtin_prefetch(bucket_at(&relay.table, relay.hashes[cell].place));
    }
    for (int cell = 0; cell < relay.count; cell++)
        relay.hop_of[cell] = find(&relay.table, relay.hashes[cell]);
}

static void flush(void) {
    int message = 0;
    while (message < relay.messages) {
        int sent = sendmmsg(relay.descriptor, relay.out + message, (unsigned)(relay.messages - message),
                            MSG_DONTWAIT);
        if (sent <= 0) {
            if (errno == EINTR)
                continue;
            relay.counters.refused += (uint64_t)relay.message_cells[message++];
            continue;
        }
        for (int index = 0; index < sent; index++)
            relay.counters.forwarded += (uint64_t)relay.message_cells[message++];
    }
    relay.messages = 0;
    relay.vectors = 0;
}

static void queue(uint32_t hop, uint8_t **cells, int count) {
    if (relay.messages == MESSAGES_MAX || relay.vectors + count > CELLS_MAX)
        flush();
    struct msghdr *header = &relay.out[relay.messages].msg_hdr;
    struct iovec *first = &relay.out_vectors[relay.vectors];
    int vectors = 0;
    for (int cell = 0; cell < count; cell++) {
        if (vectors > 0 && (uint8_t *)first[vectors - 1].iov_base + first[vectors - 1].iov_len == cells[cell])
            first[vectors - 1].iov_len += CELL_BYTES;
        else
            first[vectors++] = (struct iovec){cells[cell], CELL_BYTES};
    }
    *header = (struct msghdr){
        .msg_name = &relay.next[hop],
        .msg_namelen = sizeof relay.next[hop],
        .msg_iov = first,
        .msg_iovlen = (size_t)vectors,
    };
    if (count > 1) {
        header->msg_control = relay.out_controls[relay.messages];
        header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
    }
    relay.vectors += vectors;
    relay.message_cells[relay.messages++] = count;
}

static void forward(void) {
    int used = 0;
    for (int cell = 0; cell < relay.count; cell++) {
        uint32_t hop = relay.hop_of[cell];
        if (hop == NOT_FOUND)
            relay.counters.unknown++;
        else if (relay.places[hop]++ == 0)
            relay.used[used++] = hop;
    }
    int start = 0;
    for (int index = 0; index < used; index++) {
        int cells = relay.places[relay.used[index]];
        relay.places[relay.used[index]] = start;
        start += cells;
    }
    for (int cell = 0; cell < relay.count; cell++)
        if (relay.hop_of[cell] != NOT_FOUND)
            relay.sorted[relay.places[relay.hop_of[cell]]++] = relay.cells[cell];
    int train = relay.is_gro ? TRAIN_CELLS : 1, begin = 0;
    for (int index = 0; index < used; index++) {
        uint32_t hop = relay.used[index];
        int end = relay.places[hop];
        relay.places[hop] = 0;
        for (; begin < end; begin += train)
            queue(hop, relay.sorted + begin, end - begin < train ? end - begin : train);
        begin = end;
    }
    flush();
}

static void prepare(char **arguments) {
    relay.is_gro = strcmp(arguments[1], "gro") == 0;
    relay.slots = relay.is_gro ? TRAIN_SLOTS : PLAIN_SLOTS;
    relay.slot_bytes = relay.is_gro ? TRAIN_BYTES : PLAIN_BYTES;
    relay.bytes = aligned_alloc(4096, (size_t)relay.slots * (size_t)relay.slot_bytes);
    memset(relay.bytes, 0, (size_t)relay.slots * (size_t)relay.slot_bytes);
    relay.hops = (uint32_t)atoi(arguments[7]);
    if (relay.hops < 1 || relay.hops > HOPS_MAX) {
        fprintf(stderr, "forwarder: 1 to %d hops\n", HOPS_MAX);
        exit(64);
    }
    relay.table = make_table(strtoull(arguments[8], NULL, 10), (uint32_t)atoi(arguments[6]), relay.hops);
    relay.next = calloc(relay.hops, sizeof *relay.next);
    for (uint32_t hop = 0; hop < relay.hops; hop++)
        relay.next[hop] = (struct sockaddr_in){
            .sin_family = AF_INET,
            .sin_port = htons((uint16_t)atoi(arguments[5])),
            .sin_addr.s_addr = htonl(ntohl(inet_addr(arguments[4])) + hop),
        };
    for (int slot = 0; slot < relay.slots; slot++) {
        uint8_t *bytes = relay.bytes + (size_t)slot * (size_t)relay.slot_bytes;
        relay.in_vectors[slot] = (struct iovec){bytes, (size_t)relay.slot_bytes};
        relay.in[slot].msg_hdr.msg_iov = &relay.in_vectors[slot];
        relay.in[slot].msg_hdr.msg_iovlen = 1;
    }
    for (int message = 0; message < MESSAGES_MAX; message++) {
        struct cmsghdr *control = (struct cmsghdr *)relay.out_controls[message];
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        *(uint16_t *)CMSG_DATA(control) = CELL_BYTES;
    }
    relay.descriptor = open_socket(arguments[2], atoi(arguments[3]), relay.is_gro);
}

int main(int count, char **arguments) {
    if (count != 9 || (strcmp(arguments[1], "gro") != 0 && strcmp(arguments[1], "mmsg") != 0)) {
        fprintf(stderr, "usage: forwarder gro|mmsg LISTEN_IP PORT NEXT_BASE_IP NEXT_PORT ROUTES HOPS SEED\n");
        return 64;
    }
    prepare(arguments);
    struct sched_param priority = {0};
    sched_setscheduler(0, SCHED_BATCH, &priority);
    printf("ready\n");
    fflush(stdout);
    struct pollfd waiting[2] = {{.fd = relay.descriptor, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    for (;;) {
        if (receive() > 0) {
            relay.counters.received += (uint64_t)relay.count;
            resolve();
            forward();
            continue;
        }
        poll(waiting, 2, 1000);
        if (waiting[1].revents != 0)
            break;
    }
    counters_t *all = &relay.counters;
    printf("{\"received\":%lu,\"forwarded\":%lu,\"unknown\":%lu,\"wrong_size\":%lu,"
           "\"refused\":%lu}\n",
           all->received, all->forwarded, all->unknown, all->wrong_size, all->refused);
    return 0;
}
