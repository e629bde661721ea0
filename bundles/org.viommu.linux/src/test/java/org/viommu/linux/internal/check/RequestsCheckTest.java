// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Deadline;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.platform.BootTable;
import org.viommu.linux.internal.platform.HotPlug;
import org.viommu.linux.internal.platform.IommuAccount;
import org.viommu.linux.internal.platform.MappedState;
import org.viommu.linux.internal.platform.Platform;
import org.viommu.linux.internal.platform.StoreSwitch;
import org.viommu.linux.internal.platform.StrayWriter;

class RequestsCheckTest {
    private static Outcome run(long failed, long refused) {
        return new RequestsCheck(new Accountant(new IommuAccount("7 MAP", failed, 20, refused)), () -> 1).run();
    }

    @Test
    void all_answered_with_OK_and_the_provoked_access_refused_passes() {
        assertThat(run(0, 1)).isEqualTo(new Outcome(Result.PASS, "all OK: 7 MAP; 20 accesses, 1 refused"));
    }

    @Test
    void a_request_that_failed_fails() {
        assertThat(run(1, 1)).isEqualTo(new Outcome(Result.FAIL, "1 not OK: 7 MAP; 20 accesses, 1 refused"));
    }

    @Test
    void an_access_that_nobody_provoked_fails() {
        assertThat(run(0, 2).result()).isEqualTo(Result.FAIL);
    }

    @Test
    void an_iommu_that_is_gone_fails() {
        assertThat(new RequestsCheck(new Accountant(null), () -> 1).run()).isEqualTo(new Outcome(Result.FAIL, "gone"));
    }

    /** A platform that knows its account, or nothing. */
    private record Accountant(IommuAccount known) implements Platform {
        @Override
        public MappedState mapped() {
            throw new UnsupportedOperationException();
        }

        @Override
        public HotPlug hotPlug() {
            throw new AssertionError("the check plugs nothing");
        }

        @Override
        public BootTable table() {
            throw new AssertionError("the check reads no table");
        }

        @Override
        public IommuAccount account() throws CannotRun {
            if (known == null) {
                throw CannotRun.because("gone");
            }
            return known;
        }

        @Override
        public void awaitReady(Deadline deadline) {}

        @Override
        public List<String> qemuOptions() {
            return List.of();
        }

        @Override
        public List<String> endpoints() {
            return List.of();
        }

        @Override
        public Optional<String> failure() {
            return Optional.empty();
        }

        @Override
        public StrayWriter strayWriter() throws CannotRun {
            throw CannotRun.because("none");
        }

        @Override
        public StoreSwitch stores() throws CannotRun {
            throw CannotRun.because("none");
        }

        @Override
        public void close() {}
    }
}
