// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.races;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.viommu.memory.AccessGate;
import org.viommu.memory.AccessSlot;

/**
 * The core of "unmapped means unmapped": an endpoint writes where a mapping leads while the writer takes the mapping
 * away, waits, and answers the guest, which then uses the page for something else. Whatever the order, the endpoint's
 * write must not land on the guest's.
 */
@JCStressTest
@Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "The endpoint came too late and was refused.")
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "The endpoint wrote before the guest was answered.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "A write landed after the answer.")
@State
public class UnmapRace {
    private static final VarHandle MAPPED;
    private static final int ENDPOINTS_DATA = 1;
    private static final int GUESTS_DATA = 7;

    static {
        try {
            MAPPED = MethodHandles.lookup().findVarHandle(UnmapRace.class, "mapped", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final AccessGate gate = new AccessGate();
    private final AccessSlot slot = new AccessSlot();

    /** Published like a domain's generation and its table: released by the writer, acquired by the endpoint. */
    private boolean mapped = true;

    /** Plain, as guest memory is. */
    private int memory;

    /** The endpoint's slot stands at the gate before both begin. */
    public UnmapRace() {
        gate.join(slot);
    }

    /** One access of the endpoint. */
    @Actor
    public void endpoint(II_Result result) {
        slot.enter();
        try {
            if ((boolean) MAPPED.getAcquire(this)) {
                memory = ENDPOINTS_DATA;
                result.r1 = 1;
            }
        } finally {
            slot.exit();
        }
    }

    /** UNMAP, and what the guest does once it is answered. */
    @Actor
    public void writer() {
        MAPPED.setRelease(this, false);
        gate.awaitQuiescence();
        memory = GUESTS_DATA;
    }

    /** What the page holds in the end. */
    @Arbiter
    public void guest(II_Result result) {
        result.r2 = memory;
    }
}
