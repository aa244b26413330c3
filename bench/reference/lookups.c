/* Look-ups in the structure of Conet.Routing's route trie, in C, as bench/Conet.Bench/Routing asks for them:
 * the same addresses, the same order, the same batches, the same distance of prefetching.
 *
 * usage: lookups SEED ROUTES CROWD
 *   then on standard input "prefix EVERY" (one query in so many lies under a node; 0 for none), "single COUNT"
 *   or "batched COUNT", each answered by a line of JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "leaves.h"

#define QUERIES (1u << 20)
#define BATCH 1024
#define GROUP 32
#define NODES 256
#define CROWD_BYTES 5
#define CROWD_FILL 0xC0

typedef struct {
    uint64_t seed;
    uint64_t routes;
    uint64_t crowd;
    uint32_t prefix_every;
} scene_t;

static void address_at(const scene_t *scene, uint32_t route, uint8_t *address) {
    address_of(scene->seed, route, address);
    if (route < scene->crowd)
        memset(address, CROWD_FILL, CROWD_BYTES);
}

static void prefix_of(const uint8_t *address, uint8_t *prefix) {
    memset(prefix, 0, ADDRESS_BYTES);
    memcpy(prefix, address, 4);
}

static void make_queries(const scene_t *scene, uint8_t *queries) {
    for (uint32_t query = 0; query < QUERIES; query++) {
        uint8_t *address = queries + (size_t)query * ADDRESS_BYTES;
        uint64_t number = mix(scene->seed + 0xC0FFEEull + query);
        if (scene->prefix_every && query % scene->prefix_every == 0) {
            address_of(~scene->seed, query, address);
            uint32_t node = 1 + (uint32_t)(number % NODES);
            address[0] = 0;
            address[1] = 0;
            address[2] = (uint8_t)(node >> 8);
            address[3] = (uint8_t)node;
        } else {
            address_at(scene, (uint32_t)(number % scene->routes), address);
        }
    }
}

static inline uint32_t find_elsewhere(const leaves_t *prefixes, const uint8_t *address) {
    uint8_t prefix[ADDRESS_BYTES];
    uint32_t value;
    prefix_of(address, prefix);
    key_hash_t hash = hash_key(prefixes, prefix);
    find_in(line_of(prefixes, hash.place), hash.print, &value);
    return value;
}

typedef struct {
    const line_t *line;
    uint64_t print;
    uint32_t index;
} pending_t;

static __attribute__((noinline)) void ask(
    const leaves_t *leaves, const uint8_t *cells, const int *offsets, uint32_t first, uint32_t count,
    pending_t *asked) {
    for (uint32_t i = 0; i < count; i++) {
        key_hash_t hash = hash_key(leaves, cells + offsets[first + i]);
        asked[i] = (pending_t){line_of(leaves, hash.place), hash.print, first + i};
        __builtin_prefetch(asked[i].line);
    }
}

/* Those whose walk goes on are read after the next group, when their next line has come. */
static __attribute__((noinline)) uint32_t resolve(
    const pending_t *asked, uint32_t count, uint32_t *values, uint8_t *found, pending_t *late) {
    uint32_t late_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const line_t *line = asked[i].line;
        unsigned slots = match(line, asked[i].print);
        uint32_t goes_on = (slots == 0) & (line->flags & SPILLED);
        values[asked[i].index] = line->values[__builtin_ctz(slots | 1u << SLOTS)];
        found[asked[i].index] = slots != 0;
        __builtin_prefetch(line + goes_on);
        late[late_count] = asked[i];
        late_count += goes_on;
    }
    return late_count;
}

static void resolve_late(const pending_t *late, uint32_t count, uint32_t *values, uint8_t *found) {
    for (uint32_t i = 0; i < count; i++)
        found[late[i].index] = (uint8_t)find_beyond(late[i].line, late[i].print, &values[late[i].index]);
}

static void find_batch(
    const leaves_t *leaves, const leaves_t *prefixes, const uint8_t *cells, const int *offsets, uint32_t count,
    uint32_t *values) {
    pending_t asked[2][GROUP], late[2][GROUP];
    uint8_t found[BATCH];
    uint32_t late_count = 0;
    ask(leaves, cells, offsets, 0, count < GROUP ? count : GROUP, asked[0]);
    for (uint32_t start = 0, turn = 0; start < count; start += GROUP, turn ^= 1) {
        uint32_t left = count - start, size = left < GROUP ? left : GROUP, next = left - size;
        ask(leaves, cells, offsets, start + size, next < GROUP ? next : GROUP, asked[turn ^ 1]);
        uint32_t later = resolve(asked[turn], size, values, found, late[turn]);
        resolve_late(late[turn ^ 1], late_count, values, found);
        late_count = later;
    }
    resolve_late(late[(count - 1) / GROUP & 1], late_count, values, found);
    for (uint32_t i = 0; i < count; i++)
        if (!found[i])
            values[i] = find_elsewhere(prefixes, cells + offsets[i]);
}

static __attribute__((noinline)) uint32_t find_one(
    const leaves_t *leaves, const leaves_t *prefixes, const uint8_t *address) {
    uint32_t value;
    key_hash_t hash = hash_key(leaves, address);
    return find_in(line_of(leaves, hash.place), hash.print, &value) ? value : find_elsewhere(prefixes, address);
}

static uint64_t run(
    const leaves_t *leaves, const leaves_t *prefixes, const uint8_t *queries, int is_batched, uint64_t count) {
    uint64_t sum = 0;
    int offsets[BATCH];
    uint32_t values[BATCH];
    for (int i = 0; i < BATCH; i++)
        offsets[i] = i * ADDRESS_BYTES;
    for (uint64_t done = 0; done < count; done += BATCH) {
        const uint8_t *cells = queries + (size_t)(done % QUERIES) * ADDRESS_BYTES;
        if (is_batched)
            find_batch(leaves, prefixes, cells, offsets, BATCH, values);
        else
            for (int i = 0; i < BATCH; i++)
                values[i] = find_one(leaves, prefixes, cells + offsets[i]);
        for (int i = 0; i < BATCH; i++)
            sum += values[i];
    }
    return sum;
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

int main(int count, char **arguments) {
    if (count != 4)
        return 64;
    scene_t scene = {
        strtoull(arguments[1], 0, 10), strtoull(arguments[2], 0, 10), strtoull(arguments[3], 0, 10), 0};
    if (scene.routes == 0 || scene.routes > 1ull << 31)
        return 64;
    leaves_t leaves = make_leaves(scene.seed, scene.routes), prefixes = make_leaves(~scene.seed, NODES);
    uint8_t address[ADDRESS_BYTES];
    for (uint32_t route = 0; route < scene.routes; route++) {
        address_at(&scene, route, address);
        insert(&leaves, address, route % NODES);
    }
    for (uint32_t node = 1; node <= NODES; node++) {
        memset(address, 0, ADDRESS_BYTES);
        address[2] = (uint8_t)(node >> 8);
        address[3] = (uint8_t)node;
        insert(&prefixes, address, node);
    }
    uint8_t *queries = malloc((size_t)QUERIES * ADDRESS_BYTES);
    make_queries(&scene, queries);
    puts("ready");
    fflush(stdout);
    char mode[16];
    uint64_t look_ups;
    while (scanf("%15s %" SCNu64, mode, &look_ups) == 2) {
        if (strcmp(mode, "prefix") == 0) {
            scene.prefix_every = (uint32_t)look_ups;
            make_queries(&scene, queries);
            look_ups = 0;
        }
        uint64_t start = now_ns();
        uint64_t sum = run(&leaves, &prefixes, queries, strcmp(mode, "batched") == 0, look_ups);
        uint64_t time = now_ns() - start;
        printf("{\"sum\":%" PRIu64 ",\"nanoseconds\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n", sum, time,
               leaves.bytes);
        fflush(stdout);
    }
    return 0;
}
