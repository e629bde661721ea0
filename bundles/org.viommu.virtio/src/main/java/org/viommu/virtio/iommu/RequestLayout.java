// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio.iommu;

/**
 * What all requests share (virtio 1.4, 5.13.6): a head at the start of the device-readable part, and a tail in the
 * device-writable part.
 *
 * <pre>
 *  device-readable                    device-writable
 *  0      1          4                0        1          4
 *  +------+----------+----...         +--------+----------+
 *  | type | reserved | request        | status | reserved |
 *  +------+----------+----...         +--------+----------+
 * </pre>
 *
 * <p>The tail is the whole device-writable part, but for PROBE, whose properties precede it (see {@link ProbeLayout}).
 */
public final class RequestLayout {
    /** u8 in the head: the {@link RequestType}. */
    public static final int TYPE = 0;

    /** Size of the head: type and three reserved bytes, which the device ignores. */
    public static final int HEAD_SIZE = 4;

    /** u8 in the tail: the {@link RequestStatus}. */
    public static final int STATUS = 0;

    /** Size of the tail: status and three reserved bytes, which the device clears. */
    public static final int TAIL_SIZE = 4;

    private RequestLayout() {}
}
