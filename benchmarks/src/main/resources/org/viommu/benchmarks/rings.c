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
 * The driver does what ours does: it takes chains of any pieces, readable before writable, checks them, finds free
 * descriptors for them, and believes no identifier and no length that comes back.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <string.h>

enum { REQUEST = 36, ANSWER = 4, BUFFER = 64, NEXT = 1, WRITE = 2, INDIRECT = 4, AVAILABLE = 1 << 7, USED = 1 << 15, WRAP = 1 << 15 };
enum { REGIONS = 8, PIECES = 32768, ENTRIES = 32768 };

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
    _Alignas(64) uint64_t driver_sequence, sum, kicks, batch;
    uint16_t added, published_heads, polled, seen, kicked, head_flags;
    uint32_t apos, apublished, ppos, first_free, free_count, buffer_count;
    uint64_t free_buffers[ENTRIES / 2], buffer_of[ENTRIES];
    struct taken { uint64_t writable, batch; uint32_t count, slots; } taken[ENTRIES];
    uint32_t next[ENTRIES];
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

/*
 * What the other side may change meanwhile is read once, in accesses that the compiler may neither repeat nor split: it
 * could otherwise have one value checked and another used. Of a split descriptor the fields are read and of a packed one
 * the words, whichever is faster.
 */
typedef uint64_t __attribute__((may_alias)) word;
#define once(p) __atomic_load_n(p, __ATOMIC_RELAXED)
static inline struct desc read_desc(const struct desc *d) {
    return (struct desc){once(&d->addr), once(&d->len), once(&d->flags), once(&d->next)};
}
static inline struct packed read_packed(const struct packed *p) {
    uint64_t tail = once((const word *)&p->len);
    return (struct packed){once(&p->addr), tail, tail >> 32, tail >> 48};
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
    r->buffer_count = n / 2;
    for (uint32_t i = 0; i < n / 2; i++) r->free_buffers[i] = buffers + (uint64_t)(n / 2 - 1 - i) * BUFFER;
    r->free_count = n;
    for (uint32_t i = 0; i < n; i++) r->next[i] = i + 1 < n ? i + 1 : 0;
}

/* Whoever takes a region away publishes other regions and waits until the number that it has seen is not odd or has changed. */
static inline void enter(struct ring *r, uint64_t *sequence) {
    __atomic_store_n(sequence, *sequence + 1, __ATOMIC_RELAXED);
    fence();
    const struct regions *now = __atomic_load_n(&r->regions, __ATOMIC_ACQUIRE);
    if (r->hint < now->list || r->hint >= now->list + REGIONS) r->hint = &now->list[0];
}

static inline void leave(uint64_t *sequence) { __atomic_store_n(sequence, *sequence + 1, __ATOMIC_RELEASE); }

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
static inline __attribute__((always_inline)) uint32_t serve(struct ring *r, const struct chain *c) {
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

/* ---- what a driver knows of its chains ---- */

/* Bytes that the device may write into a chain of these pieces; -1 if they cannot be one. */
static inline int64_t check(struct ring *r, const struct piece *pieces, uint32_t count, uint32_t readable) {
    if (count < 1 || count > r->n || readable > count) return -1;
    uint64_t total = 0, writable = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (pieces[i].len < 1 || pieces[i].len > UINT32_MAX) return -1;
        total += pieces[i].len;
        if (i >= readable) writable += pieces[i].len;
    }
    return total > 1ull << 32 ? -1 : (int64_t)writable;
}

/* Takes descriptors, or an identifier, that are free, and chains them; returns the first. */
static inline uint32_t take(struct ring *r, uint32_t count, uint32_t slots, uint64_t writable) {
    uint32_t head = r->first_free;
    for (uint32_t i = 0; i < count; i++) r->first_free = r->next[r->first_free];
    r->free_count -= count;
    r->taken[head] = (struct taken){writable, r->batch, count, slots};
    return head;
}

/* Frees a chain that the device has, and has written no more into than it holds; returns whether it is one. */
static inline int give_back(struct ring *r, uint32_t head, uint64_t length) {
    if (head >= r->n) return 0;
    struct taken *t = &r->taken[head];
    if (!t->count || t->batch == r->batch || length > t->writable) return 0;
    uint32_t last = head;
    for (uint32_t i = 1; i < t->count; i++) last = r->next[last];
    r->next[last] = r->first_free;
    r->first_free = head;
    r->free_count += t->count;
    t->count = 0;
    return 1;
}

/* The next request, in a buffer that is free. */
static inline uint64_t fill(struct ring *r, struct piece *pieces, uint64_t number) {
    uint64_t buffer = r->free_buffers[--r->buffer_count];
    uint64_t *words = (uint64_t *)at(r, buffer, REQUEST, 1);
    words[0] = number; words[1] = 1; words[2] = 2; words[3] = 3;
    *(uint32_t *)(words + 4) = 4;
    pieces[0] = (struct piece){buffer, REQUEST};
    pieces[1] = (struct piece){buffer + 48, ANSWER};
    return buffer;
}

/* Reads the answer to a request, whose buffer is free then. */
static inline void empty(struct ring *r, uint32_t head) {
    uint64_t buffer = r->buffer_of[head];
    r->sum += *(uint32_t *)at(r, buffer + 48, ANSWER, 0);
    r->free_buffers[r->buffer_count++] = buffer;
}

/* ---- split ---- */

/* Adds a chain of any pieces, readable before writable; returns its head, or -1. */
static inline int64_t split_add(struct ring *r, struct desc *d, uint16_t *avail, const struct piece *pieces, uint32_t count, uint32_t readable) {
    int64_t writable = check(r, pieces, count, readable);
    if (writable < 0 || count > r->free_count) return -1;
    uint32_t head = take(r, count, count, writable);
    for (uint32_t i = 0, index = head; i < count; i++) {
        uint32_t next = r->next[index];
        uint16_t flags = (i < readable ? 0 : WRITE) | (i + 1 < count ? NEXT : 0);
        d[index] = (struct desc){pieces[i].addr, pieces[i].len, flags, flags & NEXT ? next : 0};
        index = next;
    }
    avail[2 + (r->added++ & (r->n - 1))] = head;
    return head;
}

static uint32_t split_driver_add(struct ring *r, uint32_t batch, uint64_t number) {
    enter(r, &r->driver_sequence);
    struct desc *d = (struct desc *)at(r, r->desc_area, 16ull * r->n, 1);
    uint16_t *avail = (uint16_t *)at(r, r->driver_area, 6 + 2ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch && r->buffer_count; done++) {
        struct piece pieces[2];
        uint64_t buffer = fill(r, pieces, number + done);
        int64_t head = split_add(r, d, avail, pieces, 2, 1);
        if (head < 0) { r->errors++; break; }
        r->buffer_of[head] = buffer;
    }
    if (done) {
        store(&avail[1], r->added);
        r->published_heads = r->added;
        r->batch++;
        fence();
        uint16_t event = once((uint16_t *)at(r, r->device_area + 4 + 8ull * r->n, 2, 0));
        if ((uint16_t)(r->added - event - 1) < (uint16_t)(r->added - r->kicked)) r->kicks++;
        r->kicked = r->added;
    }
    leave(&r->driver_sequence);
    return done;
}

static uint32_t split_driver_poll(struct ring *r, uint32_t batch) {
    enter(r, &r->driver_sequence);
    uint8_t *area = at(r, r->device_area, 6 + 8ull * r->n, 0);
    struct used *used = (struct used *)(area + 4);
    uint32_t done = 0;
    for (; done < batch; done++) {
        if (r->polled == r->seen) {
            r->seen = load(area + 2);
            if ((uint16_t)(r->seen - r->polled) > (uint16_t)(r->published_heads - r->polled)) { r->errors++; break; }
            if (r->polled == r->seen) break;
        }
        uint64_t element = once((const word *)&used[r->polled & (r->n - 1)]);
        uint32_t id = element;
        if (!give_back(r, id, element >> 32)) { r->errors++; break; }
        r->polled++;
        empty(r, id);
    }
    leave(&r->driver_sequence);
    return done;
}

/* Follows the descriptors of an indirect table behind those before it; the chain has no pieces if they make none. */
static __attribute__((noinline)) struct chain split_table(struct ring *r, struct chain c, struct desc d) {
    const struct desc *table = d.len && d.len % 16 == 0 && d.len <= 16 << 16 ? (struct desc *)at(r, d.addr, d.len, 0) : 0;
    for (uint16_t i = 0; table && i < d.len / 16;) {
        struct desc e = read_desc(&table[i]);
        if (e.flags & INDIRECT || c.pieces++ == r->n || !append(r, &c, e.addr, e.len, e.flags & WRITE)) break;
        if (!(e.flags & NEXT)) return c;
        i = e.next;
    }
    return (struct chain){0};
}

static uint32_t split_device(struct ring *r, uint32_t batch) {
    enter(r, &r->sequence);
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
        uint16_t head = once(&avail[2 + (r->popped++ & (r->n - 1))]);
        struct chain c = {0};
        int good = 0;
        for (uint16_t i = head; i < r->n;) {
            struct desc d = read_desc(&table[i]);
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
        uint16_t event = once(&avail[2 + r->n]);
        if ((uint16_t)(r->pushed - event - 1) < (uint16_t)(r->pushed - r->notified)) r->interrupts++;
        r->notified = r->pushed;
    }
    leave(&r->sequence);
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

/* Adds a chain of any pieces, readable before writable; returns its identifier, or -1. */
static inline int64_t packed_add(struct ring *r, struct packed *d, const struct piece *pieces, uint32_t count, uint32_t readable) {
    int64_t writable = check(r, pieces, count, readable);
    if (writable < 0 || count > r->n - ahead(r, r->apos, r->ppos)) return -1;
    uint32_t id = take(r, 1, count, writable);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pos = r->apos;
        uint16_t flags = (i < readable ? 0 : WRITE) | (i + 1 < count ? NEXT : 0) | available_mark(r, pos);
        if (pos == r->apublished) {
            r->head_flags = flags;
            flags = used_mark(r, pos) ^ (AVAILABLE | USED);
        }
        d[slot_of(r, pos)] = (struct packed){pieces[i].addr, pieces[i].len, id, flags};
        r->apos = go(r, pos, 1);
    }
    return id;
}

static uint32_t packed_driver_add(struct ring *r, uint32_t batch, uint64_t number) {
    enter(r, &r->driver_sequence);
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch && r->buffer_count; done++) {
        struct piece pieces[2];
        uint64_t buffer = fill(r, pieces, number + done);
        int64_t id = packed_add(r, d, pieces, 2, 1);
        if (id < 0) { r->errors++; break; }
        r->buffer_of[id] = buffer;
    }
    if (done) {
        store(&d[slot_of(r, r->apublished)].flags, r->head_flags);
        uint32_t before = r->apublished;
        r->apublished = r->apos;
        r->batch++;
        fence();
        if (wanted(r, once((uint32_t *)at(r, r->device_area, 4, 0)), r->apos, before)) r->kicks++;
    }
    leave(&r->driver_sequence);
    return done;
}

static uint32_t packed_driver_poll(struct ring *r, uint32_t batch) {
    enter(r, &r->driver_sequence);
    struct packed *d = (struct packed *)at(r, r->desc_area, 16ull * r->n, 1);
    uint32_t done = 0;
    for (; done < batch; done++) {
        struct packed *p = &d[slot_of(r, r->ppos)];
        uint16_t flags = load(&p->flags);
        if ((flags & (AVAILABLE | USED)) != used_mark(r, r->ppos)) break;
        uint64_t tail = once((const word *)&p->len);
        uint16_t id = tail >> 32;
        if (!give_back(r, id, flags & WRITE ? (uint32_t)tail : 0)) { r->errors++; break; }
        r->ppos = go(r, r->ppos, r->taken[id].slots);
        empty(r, id);
    }
    leave(&r->driver_sequence);
    return done;
}

/* Reads an indirect table, all of whose descriptors belong to the chain, which has no pieces if they make none. */
static __attribute__((noinline)) struct chain packed_table(struct ring *r, struct packed p) {
    struct chain c = {0};
    const struct packed *table = p.len && p.len % 16 == 0 && p.len / 16 <= r->n ? (struct packed *)at(r, p.addr, p.len, 0) : 0;
    for (uint32_t i = 0; table && i < p.len / 16; i++) {
        struct packed e = read_packed(&table[i]);
        if (!append(r, &c, e.addr, e.len, e.flags & WRITE)) return (struct chain){0};
    }
    return c;
}

static uint32_t packed_device(struct ring *r, uint32_t batch) {
    enter(r, &r->sequence);
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
            struct packed p = read_packed(&ring[slot_of(r, pos)]);
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
        if (wanted(r, once(events), r->dpos, before)) r->interrupts++;
    }
    leave(&r->sequence);
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
