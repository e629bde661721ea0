// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.guest.GuestGone;

/** What came out of all checks of a run. */
public final class Verdict {
    private static final String NOT_DONE = "not done";

    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    /** Performs checks in their order; once the guest is gone, those left over fail. */
    public void run(List<Check> checks, Guest guest, Narrator narrator) throws IOException, InterruptedException {
        Optional<String> gone = Optional.empty();
        try {
            guest.agent().awaitReady(guest.liveness());
        } catch (GuestGone e) {
            gone = Optional.of(e.getMessage());
        }
        for (Check check : checks) {
            if (gone.isPresent()) {
                outcomes.put(check.name(), Outcome.fail("%s", gone.get()));
                gone = Optional.of(NOT_DONE);
                continue;
            }
            narrator.say("checking: %s", check.name());
            try {
                Outcome outcome = check.run();
                outcomes.put(check.name(), outcome);
                if (outcome.result() == Result.FAIL) {
                    narrator.say("failed: %s: %s", check.name(), outcome.detail());
                }
            } catch (GuestGone e) {
                outcomes.put(check.name(), Outcome.fail("%s", e.getMessage()));
                gone = Optional.of(NOT_DONE);
            }
        }
    }

    /** Whether nothing failed and something passed. */
    public boolean isPass() {
        return count(Result.FAIL) == 0 && count(Result.PASS) > 0;
    }

    /** Tells the user everything, one line per check and one for all. */
    public void tell(Narrator narrator) {
        outcomes.forEach((name, outcome) -> narrator.say("%-4s  %-14s  %s", outcome.result(), name, outcome.detail()));
        long skipped = count(Result.SKIP);
        narrator.say(
                "%s: %d of %d checks passed%s",
                isPass() ? "PASS" : "FAIL",
                count(Result.PASS),
                outcomes.size(),
                skipped == 0 ? "" : ", " + skipped + " skipped");
    }

    private long count(Result result) {
        return outcomes.values().stream()
                .filter(outcome -> outcome.result() == result)
                .count();
    }
}
