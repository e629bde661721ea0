// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

#include <stdint.h>

// What a look-up tells: the guest-physical address of the address asked for, and the mapping's flags.
struct answer {
    uint64_t physical;
    uint32_t flags;
};
