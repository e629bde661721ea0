// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

// What the guest does while it is timed: "workload map /dev/vfio/GROUP COUNT" maps a page for the endpoints of a group
// and unmaps it again, "workload read DEVICE COUNT" reads pages past the cache. Prints how often it did that and how
// long it took; anything that fails ends it.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096 };

// An I/O virtual address that no reserved region holds.
static const uint64_t IOVA = 0x10000000;

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void *page(void)
{
    void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    return memory;
}

static int container_of_group(const char *path)
{
    int container = open("/dev/vfio/vfio", O_RDWR);
    if (container < 0)
        fail("/dev/vfio/vfio");
    int group = open(path, O_RDWR);
    if (group < 0)
        fail(path);
    if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
        fail("VFIO_GROUP_SET_CONTAINER");
    if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
        fail("VFIO_SET_IOMMU");
    return container;
}

static int64_t map(const char *group, long count)
{
    int container = container_of_group(group);
    struct vfio_iommu_type1_dma_map mapping = {
        .argsz = sizeof mapping,
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .vaddr = (uintptr_t) page(),
        .iova = IOVA,
        .size = PAGE,
    };
    int64_t start = now();
    for (long i = 0; i < count; i++) {
        struct vfio_iommu_type1_dma_unmap removal = { .argsz = sizeof removal, .iova = IOVA, .size = PAGE };
        if (ioctl(container, VFIO_IOMMU_MAP_DMA, &mapping) < 0)
            fail("VFIO_IOMMU_MAP_DMA");
        if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &removal) < 0 || removal.size != PAGE)
            fail("VFIO_IOMMU_UNMAP_DMA");
    }
    return now() - start;
}

static int64_t read_pages(const char *device, long count)
{
    int disk = open(device, O_RDONLY | O_DIRECT);
    if (disk < 0)
        fail(device);
    off_t pages = lseek(disk, 0, SEEK_END) / PAGE;
    if (pages < 1)
        fail("lseek");
    void *memory = page();
    int64_t start = now();
    for (long i = 0; i < count; i++)
        if (pread(disk, memory, PAGE, i % pages * PAGE) != PAGE)
            fail("pread");
    return now() - start;
}

int main(int argc, char **argv)
{
    long count = argc == 4 ? atol(argv[3]) : 0;
    int64_t nanos;
    if (count > 0 && strcmp(argv[1], "map") == 0) {
        nanos = map(argv[2], count);
    } else if (count > 0 && strcmp(argv[1], "read") == 0) {
        nanos = read_pages(argv[2], count);
    } else {
        fputs("usage: workload map|read FILE COUNT\n", stderr);
        return 2;
    }
    printf("count=%ld nanos=%lld\n", count, (long long) nanos);
    return 0;
}
