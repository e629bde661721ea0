// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.os;

/** Error numbers of Linux that the calls made here give, or that go to a peer. */
public enum Errno {
    EPERM(1),
    ENOENT(2),
    EINTR(4),
    EIO(5),
    EBADF(9),
    EAGAIN(11),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    EEXIST(17),
    ENODEV(19),
    ENOTDIR(20),
    EISDIR(21),
    EINVAL(22),
    ENFILE(23),
    EMFILE(24),
    ENOSPC(28),
    EROFS(30),
    EPIPE(32),
    ENAMETOOLONG(36),
    ENOSYS(38),
    ELOOP(40),
    EOVERFLOW(75),
    ENOTSOCK(88),
    EPROTOTYPE(91),
    ENOTSUP(95),
    EADDRINUSE(98),
    ECONNABORTED(103),
    ECONNRESET(104),
    ENOBUFS(105),
    ENOTCONN(107),
    ECONNREFUSED(111);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    /** The number that the kernel and the protocol use. */
    public int number() {
        return number;
    }

    /** The name of a number, or the number itself if it has none here. */
    public static String nameOf(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name();
            }
        }
        return "errno " + number;
    }
}
