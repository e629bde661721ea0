/*
 * Copyright the Viommu authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both sides of a split and of a packed ring (virtio 1.4, 2.7 and 2.8), as the peer that the Java ones are compared with:
 * EVENT_IDX negotiated, chains of one readable and one writable descriptor, and every guest address, index and length
 * checked that a device must not believe. Memory is addressed as the guest does it.
 */
#include <stdint.h>
#include <stdatomic.h>

enum { REQUEST = 36, ANSWER = 4, BUFFER = 64, NEXT = 1, WRITE = 2, AVAILABLE = 1 << 7, USED = 1 << 15, WRAP = 1 << 15 };

struct desc { uint64_t addr; uint32_t len; uint16_t flags, next; };
struct used { uint32_t id, len; };
struct packed { uint64_t addr; uint32_t len; uint16_t id, flags; };

struct ring {
    uint8_t *mem;
    uint64_t start, size;
    uint64_t desc_area, driver_area, device_area, buffers;
    uint32_t n, packed;
    /* device */
    uint16_t popped, available, pushed, published, notified;
    uint32_t dpos, dpublished, dnotified;
    uint16_t first_flags;
    /* driver */
    uint16_t added, polled, kicked, tail;
    uint32_t apos, apublished, akicked, ppos;
    uint16_t head_flags;
    uint16_t free[16384];
    uint32_t free_count;
    uint64_t sum, errors, kicks, interrupts;
};

static inline uint8_t *at(struct ring *r, uint64_t address, uint64_t length) {
    uint64_t offset = address - r->start;
    return offset <= r->size - length ? r->mem + offset : 0;
}

static inline uint16_t load(const void *p) { return __atomic_load_n((const uint16_t *)p, __ATOMIC_ACQUIRE); }
static inline void store(void *p, uint16_t v) { __atomic_store_n((uint16_t *)p, v, __ATOMIC_RELEASE); }
static inline void fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

uint64_t ring_bytes(void) { return sizeof(struct ring); }

void ring_init(struct ring *r, uint8_t *mem, uint64_t start, uint64_t size, uint32_t n, uint32_t packed,
               uint64_t desc_area, uint64_t driver_area, uint64_t device_area, uint64_t buffers) {
    *r = (struct ring){.mem = mem, .start = start, .size = size, .desc_area = desc_area, .driver_area = driver_area,
                       .device_area = device_area, .buffers = buffers, .n = n, .packed = packed};
    r->free_count = n / 2;
    for (uint32_t i = 0; i < n / 2; i++) r->free[i] = n / 2 - 1 - i;
}

/* The request: five values in, their sum out. */
static inline uint32_t serve(struct ring *r, uint64_t in, uint32_t in_len, uint64_t out, uint32_t out_len) {
    uint8_t *p = at(r, in, in_len), *q = at(r, out, out_len);
    if (!p || !q || in_len < REQUEST || out_len < ANSWER) { r->errors++; return 0; }
    uint64_t *words = (uint64_t *)p;
    uint32_t sum = (uint32_t)(words[0] + words[1] + words[2] + words[3]) + *(uint32_t *)(p + 32);
    *(uint32_t *)q = sum;
    return ANSWER;
}

static inline void fill(struct ring *r, uint64_t buffer, uint64_t number) {
    uint64_t *words = (uint64_t *)at(r, buffer, REQUEST);
    words[0] = number; words[1] = 1; words[2] = 2; words[3] = 3;
    *(uint32_t *)(words + 4) = 4;
}

/* ---- split ---- */

static uint32_t split_driver_add(struct ring *r, uint32_t batch, uint64_t number) {
    struct desc *d = (struct desc *)at(r, r->desc_area, 16ull * r->n);
    uint16_t *avail = (uint16_t *)at(r, r->driver_area, 6 + 2ull * r->n);
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
        uint16_t event = *(uint16_t *)at(r, r->device_area + 4 + 8ull * r->n, 2);
        if ((uint16_t)(r->added - event - 1) < (uint16_t)(r->added - r->kicked)) r->kicks++;
        r->kicked = r->added;
    }
    return done;
}

static uint32_t split_driver_poll(struct ring *r, uint32_t batch) {
    uint8_t *area = at(r, r->device_area, 6 + 8ull * r->n);
    struct used *used = (struct used *)(area + 4);
    uint32_t done = 0;
    uint16_t index = load(area + 2);
    for (; done < batch && index != r->polled; done++) {
        struct used element = used[r->polled++ & (r->n - 1)];
        if (element.id >= r->n || element.len > ANSWER) { r->errors++; continue; }
        uint16_t slot = element.id / 2;
        r->sum += *(uint32_t *)at(r, r->buffers + (uint64_t)slot * BUFFER + 48, ANSWER);
        r->free[r->free_count++] = slot;
    }
    return done;
}

static uint32_t split_device(struct ring *r, uint32_t batch) {
    struct desc *table = (struct desc *)at(r, r->desc_area, 16ull * r->n);
    uint16_t *avail = (uint16_t *)at(r, r->driver_area, 6 + 2ull * r->n);
    uint8_t *area = at(r, r->device_area, 6 + 8ull * r->n);
    struct used *used = (struct used *)(area + 4);
    uint32_t done = 0;
    for (; done < batch; done++) {
        if (r->popped == r->available) {
            r->available = load(&avail[1]);
            if ((uint16_t)(r->available - r->published) > r->n) { r->errors++; break; }
            if (r->popped == r->available) break;
        }
        uint16_t head = avail[2 + (r->popped++ & (r->n - 1))];
        uint64_t in = 0, out = 0;
        uint32_t in_len = 0, out_len = 0, count = 0;
        for (uint16_t i = head;;) {
            if (i >= r->n || count++ == r->n) { r->errors++; break; }
            struct desc d = table[i];
            if (d.flags & WRITE) { out = d.addr; out_len = d.len; }
            else if (out_len) { r->errors++; break; }
            else { in = d.addr; in_len = d.len; }
            if (!(d.flags & NEXT)) break;
            i = d.next;
        }
        used[r->pushed++ & (r->n - 1)] = (struct used){head, serve(r, in, in_len, out, out_len)};
    }
    if (done) {
        store(area + 2, r->pushed);
        r->published = r->pushed;
        fence();
        uint16_t event = avail[2 + r->n];
        if ((uint16_t)(r->pushed - event - 1) < (uint16_t)(r->pushed - r->notified)) r->interrupts++;
        r->notified = r->pushed;
    }
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
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n);
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
        if (wanted(r, *(uint32_t *)at(r, r->device_area, 4), r->apos, before)) r->kicks++;
    }
    return done;
}

static uint32_t packed_driver_poll(struct ring *r, uint32_t batch) {
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n);
    uint32_t done = 0;
    for (; done < batch && r->ppos != r->apublished; done++) {
        struct packed *p = &d[slot_of(r, r->ppos)];
        if ((load(&p->flags) & (AVAILABLE | USED)) != used_mark(r, r->ppos)) break;
        uint16_t id = p->id;
        if (id >= r->n / 2 || p->len > ANSWER) { r->errors++; break; }
        r->sum += *(uint32_t *)at(r, r->buffers + (uint64_t)id * BUFFER + 48, ANSWER);
        r->free[r->free_count++] = id;
        r->ppos = go(r, r->ppos, 2);
    }
    return done;
}

static uint32_t packed_device(struct ring *r, uint32_t batch) {
    struct packed *ring = (struct packed *)at(r, r->desc_area, 16ull * r->n);
    uint32_t done = 0;
    for (; done < batch; done++) {
        uint32_t first = r->dpos, pos = first, count = 0;
        uint16_t flags = load(&ring[slot_of(r, pos)].flags), id;
        if ((flags & (AVAILABLE | USED)) != available_mark(r, pos)) break;
        uint64_t in = 0, out = 0;
        uint32_t in_len = 0, out_len = 0;
        for (;;) {
            struct packed p = ring[slot_of(r, pos)];
            if (count++) {
                flags = p.flags;
                if ((flags & (AVAILABLE | USED)) != available_mark(r, pos)) { r->errors++; break; }
            }
            id = p.id;
            if (flags & WRITE) { out = p.addr; out_len = p.len; }
            else if (out_len) { r->errors++; break; }
            else { in = p.addr; in_len = p.len; }
            pos = go(r, pos, 1);
            if (!(flags & NEXT) || count == r->n) break;
        }
        struct packed *used = &ring[slot_of(r, first)];
        uint32_t written = serve(r, in, in_len, out, out_len);
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
        if (wanted(r, *(uint32_t *)at(r, r->driver_area, 4), r->dpos, before)) r->interrupts++;
    }
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
