// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs a trace against the store that includes this file last. A store defines
//
//     static int  store_map(uint64_t start, uint64_t end, uint64_t physical, uint32_t flags);   0 if the mapping is there now
//     static int  store_unmap(uint64_t start, uint64_t end);                                    0 unless the range cuts a mapping
//     static int  store_lookup(uint64_t address, struct answer *answer);                        1 if a mapping holds the address
//     static void store_open(void);
//     static void store_close(void);
//
// The file's format is that of TraceFile.java: a magic number, the number of sections, and for each section its kind, its name (8 bytes), the number of its
// records, and the records.

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum kind { REQUESTS = 0, DEPENDENT = 1, INDEPENDENT = 2, MEMORY = 3 };

enum { WORDS_OF_A_REQUEST = 4, UNMAP = 1 };

static const uint64_t MAGIC = 0x3165636172747676ull; // "vvtrace1"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static uint64_t requests(const uint64_t *record, uint64_t count) {
    uint64_t refused = 0;
    for (uint64_t i = 0; i < count; i++, record += WORDS_OF_A_REQUEST) {
        uint64_t head = record[0];
        refused += (head & UNMAP) ? store_unmap(record[1], record[2]) != 0
                                  : store_map(record[1], record[2], record[3], (uint32_t)(head >> 8)) != 0;
    }
    return refused;
}

// No compiler must find out that this is zero: it makes each address depend on the answer before it.
static volatile uint64_t no_bits;

static uint64_t dependent(const uint64_t *address, uint64_t count) {
    uint64_t sum = 0, last = 0, mask = no_bits;
    for (uint64_t i = 0; i < count; i++) {
        struct answer answer = {0, 0};
        uint64_t asked = address[i] ^ (last & mask);
        if (store_lookup(asked, &answer)) {
            sum += answer.physical ^ answer.flags;
        }
        last = answer.physical;
    }
    return sum;
}

static uint64_t independent(const uint64_t *address, uint64_t count) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct answer answer = {0, 0};
        if (store_lookup(address[i], &answer)) {
            sum += answer.physical ^ answer.flags;
        }
    }
    return sum;
}

static uint64_t resident_bytes(void) {
    unsigned long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &total, &resident) != 2) {
        fprintf(stderr, "/proc/self/statm cannot be read\n");
        exit(1);
    }
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void pass(const uint64_t *words, int number) {
    uint64_t sections = words[1];
    words += 2;
    store_open();
    uint64_t before = resident_bytes();
    for (uint64_t i = 0; i < sections; i++) {
        uint64_t kind = words[0], count = words[2], value = 0;
        char name[9] = {0};
        memcpy(name, &words[1], 8);
        words += 3;
        double begin = now();
        switch (kind) {
        case REQUESTS:
            value = requests(words, count);
            words += count * WORDS_OF_A_REQUEST;
            break;
        case DEPENDENT:
            value = dependent(words, count);
            words += count;
            break;
        case INDEPENDENT:
            value = independent(words, count);
            words += count;
            break;
        default:
            value = resident_bytes() - before;
        }
        printf("%d %s %llu %.0f %llu\n", number, name, (unsigned long long)count, now() - begin, (unsigned long long)value);
    }
    store_close();
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s TRACE PASSES\n", argv[0]);
        return 2;
    }
    int file = open(argv[1], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        perror(argv[1]);
        return 1;
    }
    // Populated now, so that reading the trace costs no page fault and counts as no memory of the store.
    const uint64_t *words = (const uint64_t *)mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (words == MAP_FAILED || words[0] != MAGIC) {
        fprintf(stderr, "%s: no trace\n", argv[1]);
        return 1;
    }
    for (int number = 0; number < atoi(argv[2]); number++) {
        pass(words, number);
    }
    return 0;
}
