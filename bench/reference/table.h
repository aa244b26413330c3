/* 20-byte keys to 32-bit values: buckets of one cache line with five keyed 64-bit fingerprints and their
 * values. A bucket that is full spills into the next one. Made once, then read only. */
#ifndef CONET_TABLE_H
#define CONET_TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "routes.h"

#define SLOTS 5
#define NOT_FOUND UINT32_MAX

typedef struct {
    uint64_t prints[SLOTS];
    uint32_t values[SLOTS];
    uint32_t spilled;
} __attribute__((aligned(64))) bucket_t;

typedef struct {
    bucket_t *buckets;
    uint64_t mask;
    uint64_t secret[4];
} table_t;

typedef struct {
    uint64_t place;
    uint64_t print;
} key_hash_t;

static inline uint64_t fold(uint64_t x, uint64_t y) {
    unsigned __int128 product = (unsigned __int128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline key_hash_t hash_key(const table_t *table, const uint8_t *key) {
    uint64_t high, middle;
    uint32_t low;
    memcpy(&high, key, 8);
    memcpy(&middle, key + 8, 8);
    memcpy(&low, key + 16, 4);
    uint64_t first = fold(high ^ table->secret[0], middle ^ table->secret[1]);
    uint64_t second = fold(low ^ table->secret[2], high ^ table->secret[3]);
    uint64_t print = fold(second ^ table->secret[1], first ^ middle ^ table->secret[2]);
    return (key_hash_t){fold(first ^ table->secret[3], second ^ table->secret[0]), print ? print : 1};
}

static inline const bucket_t *bucket_at(const table_t *table, uint64_t place) {
    return &table->buckets[place & table->mask];
}

static inline uint32_t find(const table_t *table, key_hash_t hash) {
    for (uint64_t place = hash.place;; place++) {
        const bucket_t *bucket = bucket_at(table, place);
        for (int slot = 0; slot < SLOTS; slot++)
            if (bucket->prints[slot] == hash.print)
                return bucket->values[slot];
        if (!bucket->spilled)
            return NOT_FOUND;
    }
}

static inline void insert(table_t *table, const uint8_t *key, uint32_t value) {
    key_hash_t hash = hash_key(table, key);
    for (uint64_t place = hash.place;; place++) {
        bucket_t *bucket = &table->buckets[place & table->mask];
        for (int slot = 0; slot < SLOTS; slot++) {
            if (bucket->prints[slot] == 0) {
                bucket->prints[slot] = hash.print;
                bucket->values[slot] = value;
                return;
            }
        }
        bucket->spilled = 1;
    }
}

static inline table_t make_table(uint64_t seed, uint32_t routes, uint32_t hops) {
    uint64_t buckets = 1;
    while (buckets * SLOTS * 6 / 10 < routes)
        buckets *= 2;
    table_t table = {aligned_alloc(64, buckets * sizeof(bucket_t)), buckets - 1, {0}};
    memset(table.buckets, 0, buckets * sizeof(bucket_t));
    for (int word = 0; word < 4; word++)
        table.secret[word] = mix(seed ^ (0x5EC2E7ull + word)) | 1;
    for (uint32_t route = 0; route < routes; route++) {
        uint8_t address[ADDRESS_BYTES];
        address_of(seed, route, address);
        insert(&table, address, route % hops);
    }
    return table;
}

#endif
