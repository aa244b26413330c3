/* The routes of the load generator, as bench/Conet.LoadGen/Cells/LoadRoutes.cs makes them: 20 bytes for each
 * route number, from a seed. */
#ifndef CONET_ROUTES_H
#define CONET_ROUTES_H

#include <stdint.h>
#include <string.h>

#define ADDRESS_BYTES 20
#define CELL_BYTES 1160

static inline uint64_t mix(uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9ull;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

static inline void address_of(uint64_t seed, uint32_t route, uint8_t address[ADDRESS_BYTES]) {
    uint64_t base = seed + 4ull * route;
    uint64_t first = mix(base + 1), second = mix(base + 2);
    uint32_t third = (uint32_t)mix(base + 3);
    memcpy(address, &first, 8);
    memcpy(address + 8, &second, 8);
    memcpy(address + 16, &third, 4);
}

#endif
