// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Platforms that are killed under load and started again. The oracle lives in this process. {@code -Dviommu.kills=50} for the long form.
 */
public class StoreKillIT {
    @ClassRule
    public static final TemporaryFolder APPLICATION = new TemporaryFolder();

    private static final int KILLS = Integer.getInteger("viommu.kills", 4);

    /** Kills come after so many lines of the driver, times the round, so that they meet a fresh store and a full one. */
    private static final int LINES = 3001;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void what_was_answered_outlives_a_kill_of_the_platform() throws Exception {
        Path file = folder.getRoot().toPath().resolve("store");
        KillOracle oracle = new KillOracle();
        oracle.hear("fresh true");
        for (int kill = 1; kill <= KILLS; kill++) {
            try (SubjectProcess platform = subject("mvstore", kill, "file=" + file, "force=false")) {
                oracle.check(platform.dump());
                platform.killAfter(LINES * (1 + kill % 7), oracle::hear);
            }
        }
        assertTrue("requests were answered", oracle.answered() > 1000L * KILLS);
        for (int restart = 0; restart < 2; restart++) {
            // These end in order, before a driver has started: nothing changes.
            try (SubjectProcess platform = subject("mvstore", 0, "file=" + file)) {
                oracle.check(platform.dump());
                assertEquals(0, platform.end());
            }
        }
    }

    @Test
    public void what_was_answered_outlives_a_kill_of_the_owner_where_another_host_has_it() throws Exception {
        KillOracle oracle = new KillOracle();
        oracle.hear("fresh true");
        String[] first = {"port=15801", "members=127.0.0.1:15802"};
        try (SubjectProcess holder = subject("hazelcast", -1, "port=15802", "members=127.0.0.1:15801")) {
            holder.dump();
            for (int kill = 1; kill <= KILLS; kill++) {
                try (SubjectProcess owner = subject("hazelcast", kill, first)) {
                    oracle.check(owner.dump());
                    owner.killAfter(LINES * (1 + kill % 7), oracle::hear);
                }
            }
            assertTrue("requests were answered", oracle.answered() > 1000L * KILLS);
            try (SubjectProcess successor = subject("hazelcast", 0, first)) {
                oracle.check(successor.dump());
            }
        }
    }

    private static SubjectProcess subject(String... arguments) throws IOException {
        return SubjectProcess.start(APPLICATION.getRoot().toPath(), arguments);
    }

    private static SubjectProcess subject(String store, int seed, String... configuration) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("live", store, Integer.toString(seed)));
        arguments.addAll(List.of(configuration));
        return subject(arguments.toArray(String[]::new));
    }
}
