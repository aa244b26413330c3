/* The structure of Conet.Routing's route trie, read only: a root of up to 2^20 shards chosen by the upper bits
 * of a keyed hash, in each lines of one cache line with five 64-bit fingerprints and their values, 3.2 of them
 * on average. A full line spills into those after it. */
#ifndef CONET_LEAVES_H
#define CONET_LEAVES_H

#include <immintrin.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "routes.h"

#define SLOTS 5
#define WALK_MAX 64
#define LINE_BYTES 64
#define HUGE_PAGE_BYTES (2ull << 20)
#define ADDRESSES_PER_LINE 3.2
#define ADDRESSES_PER_SHARD (7ull << 18)
#define SPILLED 1u

typedef struct {
    uint64_t prints[SLOTS];
    uint32_t values[SLOTS];
    uint32_t flags;
} __attribute__((aligned(LINE_BYTES))) line_t;

typedef struct {
    line_t *lines;
    uint64_t count;
} shard_t;

typedef struct {
    shard_t *shards;
    int shift;
    uint64_t secret[4];
    uint64_t bytes;
} leaves_t;

typedef struct {
    uint64_t place;
    uint64_t print;
} key_hash_t;

static inline uint64_t fold(uint64_t x, uint64_t y) {
    unsigned __int128 product = (unsigned __int128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline key_hash_t hash_key(const leaves_t *leaves, const uint8_t *key) {
    const uint64_t *secret = leaves->secret;
    uint64_t high, middle;
    uint32_t low;
    memcpy(&high, key, 8);
    memcpy(&middle, key + 8, 8);
    memcpy(&low, key + 16, 4);
    uint64_t first = fold(high ^ secret[0], middle ^ secret[1]);
    uint64_t second = fold(low ^ secret[2], high ^ secret[3]);
    uint64_t print = (first ^ (second << 32 | second >> 32)) | 1;
    return (key_hash_t){fold(first ^ secret[3], second ^ secret[0]), print};
}

static inline line_t *line_of(const leaves_t *leaves, uint64_t place) {
    const shard_t *shard = &leaves->shards[(place >> 1) >> leaves->shift];
    return shard->lines + (((uint64_t)(uint32_t)place * shard->count) >> 32);
}

static inline unsigned match(const line_t *line, uint64_t print) {
#ifdef __AVX512F__
    __m512i all = _mm512_load_si512(line);
    return _mm512_cmpeq_epi64_mask(all, _mm512_set1_epi64((long long)print)) & ((1u << SLOTS) - 1);
#elif defined(__AVX2__)
    const __m256i wanted = _mm256_set1_epi64x((long long)print), *first = (const __m256i *)line->prints;
    __m256i four = _mm256_cmpeq_epi64(_mm256_load_si256(first), wanted);
    __m256i last = _mm256_cmpeq_epi64(_mm256_loadu_si256((const __m256i *)(line->prints + 1)), wanted);
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(four))
        | (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(last)) << 1;
#else
    unsigned slots = 0;
    for (int slot = 0; slot < SLOTS; slot++)
        slots |= (unsigned)(line->prints[slot] == print) << slot;
    return slots;
#endif
}

static inline int find_beyond(const line_t *line, uint64_t print, uint32_t *value) {
    for (int walked = 1; walked < WALK_MAX; walked++) {
        line++;
        unsigned slots = match(line, print);
        if (slots) {
            *value = line->values[__builtin_ctz(slots)];
            return 1;
        }
        if (!(line->flags & SPILLED))
            break;
    }
    *value = 0;
    return 0;
}

static inline int find_in(const line_t *line, uint64_t print, uint32_t *value) {
    unsigned slots = match(line, print);
    if (slots) {
        *value = line->values[__builtin_ctz(slots)];
        return 1;
    }
    *value = 0;
    return line->flags & SPILLED && find_beyond(line, print, value);
}

/* Random secrets do not collide and do not fill a walk: whoever calls checks the sums. */
static inline void insert(leaves_t *leaves, const uint8_t *key, uint32_t value) {
    key_hash_t hash = hash_key(leaves, key);
    line_t *line = line_of(leaves, hash.place);
    unsigned free_slots;
    while (!(free_slots = match(line, 0))) {
        line->flags |= SPILLED;
        line++;
    }
    int slot = __builtin_ctz(free_slots);
    line->prints[slot] = hash.print;
    line->values[slot] = value;
}

static inline line_t *make_lines(uint64_t count, uint64_t *bytes) {
    uint64_t size = (count + WALK_MAX - 1) * LINE_BYTES;
    int is_large = size >= HUGE_PAGE_BYTES;
    void *memory;
    if (posix_memalign(&memory, is_large ? HUGE_PAGE_BYTES : LINE_BYTES, size) != 0)
        abort();
    if (is_large)
        madvise(memory, size, MADV_HUGEPAGE);
    memset(memory, 0, size);
    *bytes += size;
    return memory;
}

/* An empty table for so many keys. */
static inline leaves_t make_leaves(uint64_t seed, uint64_t keys) {
    int bits = 0;
    while ((keys >> bits) > ADDRESSES_PER_SHARD)
        bits++;
    leaves_t leaves = {calloc(1ull << bits, sizeof(shard_t)), 63 - bits, {0}, 0};
    for (int word = 0; word < 4; word++)
        leaves.secret[word] = mix(seed ^ (0x5EC2E7ull + (uint64_t)word)) | (word == 0 || word == 3);
    uint64_t lines = 1 + (uint64_t)((double)(keys >> bits) / ADDRESSES_PER_LINE);
    for (uint64_t shard = 0; shard < 1ull << bits; shard++)
        leaves.shards[shard] = (shard_t){make_lines(lines, &leaves.bytes), lines};
    return leaves;
}

#endif
