// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import org.viommu.conformance.Check;
import org.viommu.conformance.Level;
import org.viommu.conformance.Requirement;
import org.viommu.conformance.Result;
import org.viommu.conformance.Verdict;

/** What a check does with a device that has just been started with all of its features. */
@FunctionalInterface
interface Procedure {
    /**
     * Examines a device.
     *
     * @return what was seen, if that is as it must be
     * @throws Unmet if it is not
     * @throws NotObservable if it cannot be told
     */
    String examine(Guest guest) throws Unmet, NotObservable;

    /** A check that follows this procedure. */
    static Check check(String id, Level level, String section, String text, Procedure procedure) {
        Requirement requirement = new Requirement(id, level, section, text);
        return new Check(requirement, port -> {
            try {
                return new Result(requirement, Verdict.HOLDS, procedure.examine(new Guest(port)));
            } catch (Unmet e) {
                return new Result(requirement, Verdict.failed(level), e.getMessage());
            } catch (NotObservable e) {
                return new Result(requirement, Verdict.NOT_OBSERVABLE, e.getMessage());
            }
        });
    }
}
