// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

/**
 * The file descriptors that came with one message. Who wants one takes it; the others are closed with the message.
 * Confined to one thread.
 */
public final class ReceivedDescriptors {
    /** How many may come with one message. */
    public static final int MAX = 16;

    private static final int TAKEN = -1;

    private final int[] fds = new int[MAX];
    private int count;
    private boolean truncated;

    /** How many came, taken ones included. */
    public int count() {
        return count;
    }

    /** Whether more came than {@link #MAX}; the kernel has closed the excess. */
    public boolean truncated() {
        return truncated;
    }

    /** Looks at a descriptor, which stays here. */
    public int get(int index) {
        if (index >= count || fds[index] == TAKEN) {
            throw new IllegalStateException("descriptor " + index + " of " + count + " is not here");
        }
        return fds[index];
    }

    /** Closes what nobody took and is empty again. */
    public void close() {
        for (int i = 0; i < count; i++) {
            if (fds[i] != TAKEN) {
                Descriptors.close(fds[i]);
            }
        }
        count = 0;
        truncated = false;
    }

    /** Hands a descriptor over to the caller, who closes it. */
    int take(int index) {
        int fd = get(index);
        fds[index] = TAKEN;
        return fd;
    }

    void add(int fd) {
        fds[count++] = fd;
    }

    void markTruncated() {
        truncated = true;
    }
}
