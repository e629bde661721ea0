// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0
//
// std::map (a red-black tree) from the start of each mapping.

#include "store.h"
#include <map>

namespace {

struct mapping {
    uint64_t end, physical;
    uint32_t flags;
};

using ranges = std::map<uint64_t, mapping>;
ranges *tree;

void store_open() { tree = new ranges; }

void store_close() { delete tree; }

int store_map(uint64_t start, uint64_t end, uint64_t physical, uint32_t flags) {
    auto above = tree->upper_bound(end);
    if (above != tree->begin() && std::prev(above)->second.end >= start) {
        return 1;
    }
    tree->emplace_hint(above, start, mapping{end, physical, flags});
    return 0;
}

int store_unmap(uint64_t start, uint64_t end) {
    auto first = tree->lower_bound(start);
    if (first != tree->begin() && std::prev(first)->second.end >= start) {
        return 1;
    }
    auto last = first;
    while (last != tree->end() && last->first <= end) {
        if (last->second.end > end) {
            return 1;
        }
        ++last;
    }
    tree->erase(first, last);
    return 0;
}

int store_lookup(uint64_t address, struct answer *answer) {
    auto above = tree->upper_bound(address);
    if (above == tree->begin()) {
        return 0;
    }
    auto found = std::prev(above);
    if (found->second.end < address) {
        return 0;
    }
    answer->physical = address - found->first + found->second.physical;
    answer->flags = found->second.flags;
    return 1;
}

} // namespace

#include "harness.h"
