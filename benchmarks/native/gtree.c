// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0
//
// GLib's GTree in the way in which QEMU's virtio-iommu uses it: an interval is equal to every interval that it overlaps, each mapping has its key and its
// value allocated, MAP looks up before it inserts, UNMAP looks up and removes until nothing is found, and a translation looks up [address, address + 1].

#include "store.h"
#include <glib.h>

struct interval {
    uint64_t low, high;
};

struct mapping {
    uint64_t physical;
    uint32_t flags;
};

static GTree *tree;

static gint compare(gconstpointer a, gconstpointer b, gpointer unused) {
    const struct interval *one = a, *other = b;
    (void)unused;
    if (one->high < other->low) {
        return -1;
    }
    return other->high < one->low ? 1 : 0;
}

static void store_open(void) { tree = g_tree_new_full(compare, NULL, g_free, g_free); }

static void store_close(void) { g_tree_destroy(tree); }

static int store_map(uint64_t start, uint64_t end, uint64_t physical, uint32_t flags) {
    struct interval *interval = g_malloc0(sizeof *interval);
    interval->low = start;
    interval->high = end;
    if (g_tree_lookup(tree, interval) != NULL) {
        g_free(interval);
        return 1;
    }
    struct mapping *mapping = g_malloc0(sizeof *mapping);
    mapping->physical = physical;
    mapping->flags = flags;
    g_tree_insert(tree, interval, mapping);
    return 0;
}

static int store_unmap(uint64_t start, uint64_t end) {
    struct interval range = {start, end};
    gpointer key, value;
    while (g_tree_lookup_extended(tree, &range, &key, &value)) {
        const struct interval *found = key;
        if (found->low < start || found->high > end) {
            return 1;
        }
        g_tree_remove(tree, found);
    }
    return 0;
}

static int store_lookup(uint64_t address, struct answer *answer) {
    struct interval asked = {address, address + 1};
    gpointer key, value;
    if (!g_tree_lookup_extended(tree, &asked, &key, &value)) {
        return 0;
    }
    const struct interval *interval = key;
    const struct mapping *mapping = value;
    answer->physical = address - interval->low + mapping->physical;
    answer->flags = mapping->flags;
    return 1;
}

#include "harness.h"
