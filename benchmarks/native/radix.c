// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0
//
// A page table of four levels of nine bits, as the limit of what a look-up by address can do: it knows 4 KiB pages below 2^48 only, has no large pages, no
// protection against a guest that spreads its mappings, and one thread. A mapping's first and last page are marked, so that UNMAP can tell whether it cuts one.
//
//     63     60 59                             12 11           3     2       1       0
//    +---------+--------------------------------+--------------+-------+-------+-------+
//    |  flags  |  guest-physical page           |              | last  | first | used  |
//    +---------+--------------------------------+--------------+-------+-------+-------+

#include "store.h"
#include <stdlib.h>

enum { BITS = 9, SLOTS = 1 << BITS, PAGE_BITS = 12, LEVELS = 4, FLAGS_SHIFT = 60 };

static const uint64_t USED = 1, FIRST = 2, LAST = 4;
static const uint64_t PAGE_MASK = ((1ull << FLAGS_SHIFT) - 1) & ~((1ull << PAGE_BITS) - 1);

struct node {
    union {
        struct node *children[SLOTS];
        uint64_t pages[SLOTS];
    };
    unsigned used;
};

static struct node *root;

static struct node *make_node(void) {
    struct node *node = calloc(1, sizeof *node);
    if (node == NULL) {
        abort();
    }
    return node;
}

static void free_node(struct node *node, int level) {
    for (int i = 0; level > 0 && i < SLOTS; i++) {
        if (node->children[i] != NULL) {
            free_node(node->children[i], level - 1);
        }
    }
    free(node);
}

static unsigned slot(uint64_t page, int level) { return (page >> (level * BITS)) & (SLOTS - 1); }

static struct node *find_leaf(uint64_t page) {
    struct node *node = root;
    for (int level = LEVELS - 1; level > 0 && node != NULL; level--) {
        node = node->children[slot(page, level)];
    }
    return node;
}

static struct node *make_leaf(uint64_t page) {
    struct node *node = root;
    for (int level = LEVELS - 1; level > 0; level--) {
        struct node **child = &node->children[slot(page, level)];
        if (*child == NULL) {
            *child = make_node();
            node->used++;
        }
        node = *child;
    }
    return node;
}

// Frees a leaf that has become empty, and the nodes above it that have become empty by that.
static void reclaim(uint64_t page) {
    struct node *path[LEVELS] = {root};
    for (int depth = 1; depth < LEVELS; depth++) {
        path[depth] = path[depth - 1]->children[slot(page, LEVELS - depth)];
    }
    for (int depth = LEVELS - 1; depth > 0 && path[depth]->used == 0; depth--) {
        free(path[depth]);
        path[depth - 1]->children[slot(page, LEVELS - depth)] = NULL;
        path[depth - 1]->used--;
    }
}

static void store_open(void) { root = make_node(); }

static void store_close(void) { free_node(root, LEVELS - 1); }

static int store_map(uint64_t start, uint64_t end, uint64_t physical, uint32_t flags) {
    uint64_t first = start >> PAGE_BITS, last = end >> PAGE_BITS;
    for (uint64_t page = first; page <= last;) {
        struct node *leaf = find_leaf(page);
        uint64_t stop = (page | (SLOTS - 1)) < last ? (page | (SLOTS - 1)) : last;
        for (; leaf != NULL && page <= stop; page++) {
            if (leaf->pages[slot(page, 0)] != 0) {
                return 1;
            }
        }
        page = stop + 1;
    }
    for (uint64_t page = first; page <= last;) {
        struct node *leaf = make_leaf(page);
        uint64_t stop = (page | (SLOTS - 1)) < last ? (page | (SLOTS - 1)) : last;
        leaf->used += stop - page + 1;
        for (; page <= stop; page++) {
            leaf->pages[slot(page, 0)] = ((uint64_t)flags << FLAGS_SHIFT) + physical + ((page - first) << PAGE_BITS)
                                         + USED + (page == first ? FIRST : 0) + (page == last ? LAST : 0);
        }
    }
    return 0;
}

static int store_unmap(uint64_t start, uint64_t end) {
    uint64_t first = start >> PAGE_BITS, last = end >> PAGE_BITS;
    struct node *edge = find_leaf(first);
    if (edge != NULL && (edge->pages[slot(first, 0)] & (USED | FIRST)) == USED) {
        return 1;
    }
    edge = find_leaf(last);
    if (edge != NULL && (edge->pages[slot(last, 0)] & (USED | LAST)) == USED) {
        return 1;
    }
    for (uint64_t page = first; page <= last;) {
        uint64_t stop = (page | (SLOTS - 1)) < last ? (page | (SLOTS - 1)) : last;
        struct node *leaf = find_leaf(page);
        if (leaf != NULL) {
            for (uint64_t at = page; at <= stop; at++) {
                leaf->used -= leaf->pages[slot(at, 0)] != 0;
                leaf->pages[slot(at, 0)] = 0;
            }
            if (leaf->used == 0) {
                reclaim(page);
            }
        }
        page = stop + 1;
    }
    return 0;
}

static int store_lookup(uint64_t address, struct answer *answer) {
    struct node *leaf = find_leaf(address >> PAGE_BITS);
    if (leaf == NULL) {
        return 0;
    }
    uint64_t page = leaf->pages[slot(address >> PAGE_BITS, 0)];
    if (page == 0) {
        return 0;
    }
    answer->physical = (page & PAGE_MASK) | (address & ((1u << PAGE_BITS) - 1));
    answer->flags = page >> FLAGS_SHIFT;
    return 1;
}

#include "harness.h"
