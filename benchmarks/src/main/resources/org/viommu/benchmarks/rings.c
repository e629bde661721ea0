/*
 * Copyright the Viommu authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both sides of a split and of a packed ring (virtio 1.4, 2.7 and 2.8), as the peer that the Java ones are compared with.
 *
 * The device does what the standard and a host that moves memory ask of one, as ours does: EVENT_IDX and INDIRECT_DESC
 * negotiated; buffers cut into any number of descriptors, readable before writable, at most 2^32 bytes together and not
 * empty; every guest address, index and length checked that a device must not believe, against a table of regions some
 * of which are read-only; and a sequence number, odd while a batch is served, for which whoever takes a region away
 * waits. Memory is addressed as the guest does it.
 *
 * The driver makes chains of one readable and one writable descriptor.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <string.h>

enum { REQUEST = 36, ANSWER = 4, BUFFER = 64, NEXT = 1, WRITE = 2, INDIRECT = 4, AVAILABLE = 1 << 7, USED = 1 << 15, WRAP = 1 << 15 };
enum { REGIONS = 8, PIECES = 32768 };

struct desc { uint64_t addr; uint32_t len; uint16_t flags, next; };
struct used { uint32_t id, len; };
struct packed { uint64_t addr; uint32_t len; uint16_t id, flags; };

struct region { uint64_t start, size; uint8_t *mem; int writable; };
struct regions { uint32_t count; struct region list[REGIONS]; };

struct piece { uint64_t addr, len; };

/* How many pieces of the ring's two lists a chain has, and how long they are together. */
struct chain { uint64_t in_total, out_total; uint32_t in, out, pieces; int writing; };

struct ring {
    struct regions all;
    const struct regions *regions;
    const struct region *hint;
    uint64_t desc_area, driver_area, device_area, buffers, errors;
    uint32_t n, packed;
    /* device */
    _Alignas(64) uint64_t sequence;
    uint64_t interrupts;
    uint16_t popped, available, pushed, published, notified, first_flags;
    uint32_t dpos, dpublished;
    struct piece in[PIECES], out[PIECES];
    /* driver */
    _Alignas(64) uint64_t sum, kicks;
    uint16_t added, polled, kicked, head_flags;
    uint32_t apos, apublished, ppos, free_count;
    uint16_t free[16384];
};

/* Where the host has a range that one region holds, or 0. */
static uint8_t *find(struct ring *r, uint64_t address, uint64_t length, int write) {
    for (uint32_t i = 0; i < r->regions->count; i++) {
        const struct region *region = &r->regions->list[i];
        uint64_t offset = address - region->start;
        if (offset < region->size && length <= region->size - offset && (region->writable || !write)) {
            r->hint = region;
            return region->mem + offset;
        }
    }
    return 0;
}

static inline uint8_t *at(struct ring *r, uint64_t address, uint64_t length, int write) {
    const struct region *hint = r->hint;
    uint64_t offset = address - hint->start;
    if (offset < hint->size && length <= hint->size - offset && (hint->writable || !write)) return hint->mem + offset;
    return find(r, address, length, write);
}

static inline uint16_t load(const void *p) { return __atomic_load_n((const uint16_t *)p, __ATOMIC_ACQUIRE); }
static inline void store(void *p, uint16_t v) { __atomic_store_n((uint16_t *)p, v, __ATOMIC_RELEASE); }
static inline void fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

uint64_t ring_bytes(void) { return sizeof(struct ring); }

void ring_init(struct ring *r, uint8_t *mem, uint64_t start, uint64_t size, uint32_t n, uint32_t packed,
               uint64_t desc_area, uint64_t driver_area, uint64_t device_area, uint64_t buffers) {
    memset(r, 0, sizeof *r);
    r->desc_area = desc_area;
    r->driver_area = driver_area;
    r->device_area = device_area;
    r->buffers = buffers;
    r->n = n;
    r->packed = packed;
    r->all = (struct regions){1, {{start, size, mem, 1}}};
    r->regions = &r->all;
    r->hint = &r->all.list[0];
    r->free_count = n / 2;
    for (uint32_t i = 0; i < n / 2; i++) r->free[i] = n / 2 - 1 - i;
}

/* Whoever takes a region away publishes other regions and waits until the number that it has seen is not odd or has changed. */
static inline void enter(struct ring *r) {
    __atomic_store_n(&r->sequence, r->sequence + 1, __ATOMIC_RELAXED);
    fence();
    const struct regions *now = __atomic_load_n(&r->regions, __ATOMIC_ACQUIRE);
    if (r->hint < now->list || r->hint >= now->list + REGIONS) r->hint = &now->list[0];
}

static inline void leave(struct ring *r) { __atomic_store_n(&r->sequence, r->sequence + 1, __ATOMIC_RELEASE); }

/* ---- a chain, however it is cut ---- */

/* Adds a piece; returns whether the pieces can be a chain. */
static inline int append(struct ring *r, struct chain *c, uint64_t address, uint32_t length, int write) {
    if (c->writing && !write) return 0;
    c->writing = write;
    if (c->in_total + c->out_total + length > 1ull << 32) return 0;
    if (!length) return 1;
    if (write) {
        r->out[c->out++] = (struct piece){address, length};
        c->out_total += length;
    } else {
        r->in[c->in++] = (struct piece){address, length};
        c->in_total += length;
    }
    return 1;
}

/* Copies between pieces and a buffer; returns whether memory holds all of it. */
static int copy(struct ring *r, const struct piece *pieces, uint8_t *buffer, uint64_t length, int write) {
    for (; length; pieces++) {
        uint64_t size = pieces->len < length ? pieces->len : length;
        uint8_t *p = at(r, pieces->addr, size, write);
        if (!p) return 0;
        if (write) memcpy(p, buffer, size);
        else memcpy(buffer, p, size);
        buffer += size;
        length -= size;
    }
    return 1;
}

/* The request: five values in, their sum out; returns how much has been written. */
static inline uint32_t serve(struct ring *r, const struct chain *c) {
    if (c->in_total < REQUEST || c->out_total < ANSWER) { r->errors++; return 0; }
    uint64_t room[5];
    uint8_t *in = r->in[0].len >= REQUEST ? at(r, r->in[0].addr, REQUEST, 0)
                : copy(r, r->in, (uint8_t *)room, REQUEST, 0) ? (uint8_t *)room : 0;
    if (!in) { r->errors++; return 0; }
    uint64_t *words = (uint64_t *)in;
    uint32_t sum = (uint32_t)(words[0] + words[1] + words[2] + words[3]) + *(uint32_t *)(words + 4);
    if (r->out[0].len >= ANSWER) {
        uint32_t *answer = (uint32_t *)at(r, r->out[0].addr, ANSWER, 1);
        if (!answer) { r->errors++; return 0; }
        *answer = sum;
    } else if (!copy(r, r->out, (uint8_t *)&sum, ANSWER, 1)) {
        r->errors++;
        return 0;
    }
    return ANSWER;
}

static inline void fill(struct ring *r, uint64_t buffer, uint64_t number) {
    uint64_t *words = (uint64_t *)at(r, buffer, REQUEST, 1);
    words[0] = number; words[1] = 1; words[2] = 2; words[3] = 3;
    *(uint32_t *)(words + 4) = 4;
}

/* ---- split ---- */

static uint32_t split_driver_add(struct ring *r, uint32_t batch, uint64_t number) {
    struct desc *d = (struct desc *)at(r, r->desc_area, 16ull * r->n, 1);
    uint16_t *avail = (uint16_t *)at(r, r->driver_area, 6 + 2ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch && r->free_count; done++) {
        uint16_t slot = r->free[--r->free_count];
        uint16_t head = 2 * slot;
        uint64_t buffer = r->buffers + (uint64_t)slot * BUFFER;
        fill(r, buffer, number + done);
        d[head] = (struct desc){buffer, REQUEST, NEXT, head + 1};
        d[head + 1] = (struct desc){buffer + 48, ANSWER, WRITE, 0};
        avail[2 + (r->added++ & (r->n - 1))] = head;
    }
    if (done) {
        store(&avail[1], r->added);
        fence();
        uint16_t event = *(uint16_t *)at(r, r->device_area + 4 + 8ull * r->n, 2, 0);
        if ((uint16_t)(r->added - event - 1) < (uint16_t)(r->added - r->kicked)) r->kicks++;
        r->kicked = r->added;
    }
    return done;
}

static uint32_t split_driver_poll(struct ring *r, uint32_t batch) {
    uint8_t *area = at(r, r->device_area, 6 + 8ull * r->n, 0);
    struct used *used = (struct used *)(area + 4);
    uint32_t done = 0;
    uint16_t index = load(area + 2);
    for (; done < batch && index != r->polled; done++) {
        struct used element = used[r->polled++ & (r->n - 1)];
        if (element.id >= r->n || element.len > ANSWER) { r->errors++; continue; }
        uint16_t slot = element.id / 2;
        r->sum += *(uint32_t *)at(r, r->buffers + (uint64_t)slot * BUFFER + 48, ANSWER, 0);
        r->free[r->free_count++] = slot;
    }
    return done;
}

/* Follows the descriptors of an indirect table behind those before it; the chain has no pieces if they make none. */
static __attribute__((noinline)) struct chain split_table(struct ring *r, struct chain c, struct desc d) {
    const struct desc *table = d.len && d.len % 16 == 0 && d.len <= 16 << 16 ? (struct desc *)at(r, d.addr, d.len, 0) : 0;
    for (uint16_t i = 0; table && i < d.len / 16;) {
        struct desc e = table[i];
        if (e.flags & INDIRECT || c.pieces++ == r->n || !append(r, &c, e.addr, e.len, e.flags & WRITE)) break;
        if (!(e.flags & NEXT)) return c;
        i = e.next;
    }
    return (struct chain){0};
}

static uint32_t split_device(struct ring *r, uint32_t batch) {
    enter(r);
    struct desc *table = (struct desc *)at(r, r->desc_area, 16ull * r->n, 0);
    uint16_t *avail = (uint16_t *)at(r, r->driver_area, 6 + 2ull * r->n, 0);
    uint8_t *area = at(r, r->device_area, 6 + 8ull * r->n, 1);
    uint32_t done = 0;
    if (!table || !avail || !area) { r->errors++; batch = 0; }
    struct used *used = (struct used *)(area + 4);
    for (; done < batch; done++) {
        if (r->popped == r->available) {
            r->available = load(&avail[1]);
            if ((uint16_t)(r->available - r->published) > r->n) { r->errors++; break; }
            if (r->popped == r->available) break;
        }
        uint16_t head = avail[2 + (r->popped++ & (r->n - 1))];
        struct chain c = {0};
        int good = 0;
        for (uint16_t i = head; i < r->n;) {
            struct desc d = table[i];
            if (d.flags & INDIRECT) {
                if (!(d.flags & NEXT)) c = split_table(r, c, d);
                good = !(d.flags & NEXT);
                break;
            }
            if (c.pieces++ == r->n || !append(r, &c, d.addr, d.len, d.flags & WRITE)) break;
            good = !(d.flags & NEXT);
            if (good) break;
            i = d.next;
        }
        if (!good || !(c.in_total + c.out_total)) { r->errors++; break; }
        used[r->pushed++ & (r->n - 1)] = (struct used){head, serve(r, &c)};
    }
    if (done) {
        store(area + 2, r->pushed);
        r->published = r->pushed;
        fence();
        uint16_t event = avail[2 + r->n];
        if ((uint16_t)(r->pushed - event - 1) < (uint16_t)(r->pushed - r->notified)) r->interrupts++;
        r->notified = r->pushed;
    }
    leave(r);
    return done;
}

/* ---- packed: positions run in a circle of 2 n, wrap counter 1 below n ---- */

static inline uint32_t slot_of(struct ring *r, uint32_t pos) { return pos < r->n ? pos : pos - r->n; }
static inline uint32_t go(struct ring *r, uint32_t pos, uint32_t count) {
    pos += count;
    return pos < 2 * r->n ? pos : pos - 2 * r->n;
}
static inline uint16_t available_mark(struct ring *r, uint32_t pos) { return pos < r->n ? AVAILABLE : USED; }
static inline uint16_t used_mark(struct ring *r, uint32_t pos) { return pos < r->n ? AVAILABLE | USED : 0; }
static inline uint32_t ahead(struct ring *r, uint32_t a, uint32_t b) { return a >= b ? a - b : a + 2 * r->n - b; }

static inline int wanted(struct ring *r, uint32_t event, uint32_t now, uint32_t before) {
    uint16_t flags = event >> 16, position = event & (WRAP - 1);
    if (flags == 1) return 0;
    if (flags != 2 || position >= r->n) return 1;
    uint32_t pos = event & WRAP ? position : position + r->n;
    return ahead(r, pos, before) < ahead(r, now, before);
}

static uint32_t packed_driver_add(struct ring *r, uint32_t batch, uint64_t number) {
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch && r->free_count; done++) {
        uint16_t id = r->free[--r->free_count];
        uint64_t buffer = r->buffers + (uint64_t)id * BUFFER;
        fill(r, buffer, number + done);
        uint32_t first = r->apos, second = go(r, first, 1);
        uint16_t flags = NEXT | available_mark(r, first);
        d[slot_of(r, second)] = (struct packed){buffer + 48, ANSWER, id, WRITE | available_mark(r, second)};
        struct packed *f = &d[slot_of(r, first)];
        f->addr = buffer;
        f->len = REQUEST;
        f->id = id;
        if (first == r->apublished) r->head_flags = flags;
        else f->flags = flags;
        r->apos = go(r, second, 1);
    }
    if (done) {
        store(&d[slot_of(r, r->apublished)].flags, r->head_flags);
        uint32_t before = r->apublished;
        r->apublished = r->apos;
        fence();
        if (wanted(r, *(uint32_t *)at(r, r->device_area, 4, 0), r->apos, before)) r->kicks++;
    }
    return done;
}

static uint32_t packed_driver_poll(struct ring *r, uint32_t batch) {
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch && r->ppos != r->apublished; done++) {
        struct packed *p = &d[slot_of(r, r->ppos)];
        if ((load(&p->flags) & (AVAILABLE | USED)) != used_mark(r, r->ppos)) break;
        uint16_t id = p->id;
        if (id >= r->n / 2 || p->len > ANSWER) { r->errors++; break; }
        r->sum += *(uint32_t *)at(r, r->buffers + (uint64_t)id * BUFFER + 48, ANSWER, 0);
        r->free[r->free_count++] = id;
        r->ppos = go(r, r->ppos, 2);
    }
    return done;
}

/* Reads an indirect table, all of whose descriptors belong to the chain, which has no pieces if they make none. */
static __attribute__((noinline)) struct chain packed_table(struct ring *r, struct packed p) {
    struct chain c = {0};
    const struct packed *table = p.len && p.len % 16 == 0 && p.len / 16 <= r->n ? (struct packed *)at(r, p.addr, p.len, 0) : 0;
    for (uint32_t i = 0; table && i < p.len / 16; i++) {
        struct packed e = table[i];
        if (!append(r, &c, e.addr, e.len, e.flags & WRITE)) return (struct chain){0};
    }
    return c;
}

static uint32_t packed_device(struct ring *r, uint32_t batch) {
    enter(r);
    struct packed *ring = (struct packed *)at(r, r->desc_area, 16ull * r->n, 1);
    uint32_t *events = (uint32_t *)at(r, r->driver_area, 4, 0);
    uint32_t done = 0;
    if (!ring || !events) { r->errors++; batch = 0; }
    for (; done < batch; done++) {
        uint32_t first = r->dpos, pos = first, count = 0, room = r->n - ahead(r, first, r->dpublished);
        uint16_t flags = load(&ring[slot_of(r, pos)].flags), id;
        if ((flags & (AVAILABLE | USED)) != available_mark(r, pos)) break;
        if (!room) { r->errors++; break; }
        struct chain c = {0};
        int good = 0;
        for (;;) {
            struct packed p = ring[slot_of(r, pos)];
            if (count) {
                flags = p.flags;
                if ((flags & (AVAILABLE | USED)) != available_mark(r, pos)) break;
            }
            id = p.id;
            pos = go(r, pos, 1);
            count++;
            if (flags & INDIRECT) {
                good = count == 1 && !(flags & NEXT);
                if (good) c = packed_table(r, p);
                break;
            }
            if (!append(r, &c, p.addr, p.len, flags & WRITE)) break;
            good = !(flags & NEXT);
            if (good || count == room) break;
        }
        if (!good || !(c.in_total + c.out_total)) { r->errors++; break; }
        struct packed *used = &ring[slot_of(r, first)];
        uint32_t written = serve(r, &c);
        used->len = written;
        used->id = id;
        uint16_t mark = used_mark(r, first) | (written ? WRITE : 0);
        if (first == r->dpublished) r->first_flags = mark;
        else used->flags = mark;
        r->dpos = pos;
    }
    if (done) {
        uint32_t before = r->dpublished;
        store(&ring[slot_of(r, before)].flags, r->first_flags);
        r->dpublished = r->dpos;
        fence();
        if (wanted(r, *events, r->dpos, before)) r->interrupts++;
    }
    leave(r);
    return done;
}

/* ---- what the benchmark calls ---- */

/* Adds up to batch requests and publishes them at once; returns how many. */
uint32_t ring_add(struct ring *r, uint32_t batch, uint64_t number) {
    return r->packed ? packed_driver_add(r, batch, number) : split_driver_add(r, batch, number);
}

/* Takes up to batch answers. */
uint32_t ring_poll(struct ring *r, uint32_t batch) {
    return r->packed ? packed_driver_poll(r, batch) : split_driver_poll(r, batch);
}

/* Serves up to batch requests and publishes them at once. */
uint32_t ring_serve(struct ring *r, uint32_t batch) {
    return r->packed ? packed_device(r, batch) : split_device(r, batch);
}

/* Driver and device in turn, on one thread; returns the sum of all answers. */
uint64_t ring_turns(struct ring *r, uint64_t requests, uint32_t batch) {
    for (uint64_t done = 0; done < requests;) {
        ring_add(r, batch, done);
        ring_serve(r, batch);
        done += ring_poll(r, batch);
    }
    return r->sum;
}

/* The device alone, on requests that a driver has added. */
uint32_t ring_device(struct ring *r, uint32_t requests, uint32_t batch) {
    uint32_t done = 0;
    for (uint32_t served; done < requests && (served = ring_serve(r, batch)); done += served);
    return done;
}

/* Requests and answers that broke a rule. */
uint64_t ring_errors(struct ring *r) { return r->errors; }

/* Keeps the calling thread on one processor; returns 0 if the system lets it. */
int32_t ring_pin(int32_t processor) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    return sched_setaffinity(0, sizeof one, &one);
}
