// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final KillOracle oracle = new KillOracle();

    @Test
    public void what_was_answered_outlives_a_kill_of_the_platform() throws Exception {
        killPlatforms("false");
    }

    @Test
    public void what_was_answered_outlives_a_kill_of_the_platform_that_waits_for_the_disk() throws Exception {
        killPlatforms("true");
    }

    private void killPlatforms(String force) throws Exception {
        Path file = folder.getRoot().toPath().resolve("store");
        String[] configuration = {"file=" + file, "force=" + force};
        oracle.hear("fresh true");
        for (int kill = 1; kill <= KILLS; kill++) {
            try (SubjectProcess platform = subject("mvstore", kill, configuration)) {
                oracle.check(platform.dump());
                platform.killAfter(linesOf(kill), oracle::hear);
            }
        }
        assertTrue("requests were answered", oracle.answered() > 1000L * KILLS);
        for (int restart = 0; restart < 2; restart++) {
            // These end in order, before a driver has started: nothing changes.
            try (SubjectProcess platform = subject("mvstore", 0, configuration)) {
                oracle.check(platform.dump());
                assertEquals(0, platform.end());
            }
        }
        report("force=" + force);
    }

    @Test
    public void a_file_that_cannot_grow_is_survived_and_gets_everything_when_there_is_room_again() throws Exception {
        Path file = folder.getRoot().toPath().resolve("store");
        oracle.hear("fresh true");
        try (SubjectProcess platform = subject("mvstore", 1, "file=" + file)) {
            oracle.check(platform.dump());
            platform.hear(LINES, oracle::hear);
            platform.limitFiles(Long.toString(Files.size(file)));
            String full = platform.hearUntil("unkept ", oracle::hear);
            assertTrue(full, full.startsWith("unkept " + file + ": cannot be written: "));
            platform.hear(LINES, oracle::hear);
            platform.limitFiles("unlimited");
            platform.hearUntil("done", oracle::hear);
            platform.killAfter(LINES, oracle::hear);
        }
        try (SubjectProcess platform = subject("mvstore", 0, "file=" + file)) {
            oracle.check(platform.dump());
        }
    }

    @Test
    public void a_full_disk_is_survived_and_gets_everything_when_there_is_room_again() throws Exception {
        oracle.hear("fresh true");
        try (SmallDisk disk = SmallDisk.mount(folder.newFolder().toPath())) {
            Path file = disk.folder().resolve("store");
            try (SubjectProcess platform = subject("mvstore", 1, "file=" + file)) {
                oracle.check(platform.dump());
                platform.hear(LINES, oracle::hear);
                String full = platform.hearUntil("unkept ", line -> {
                    oracle.hear(line);
                    disk.fill();
                });
                assertTrue(full, full.startsWith("unkept " + file + ": cannot be written: "));
                assertTrue(full, full.contains(SmallDisk.FULL));
                platform.hear(LINES, oracle::hear);
                disk.makeRoom();
                platform.hearUntil("done", oracle::hear);
                platform.killAfter(LINES, oracle::hear);
            }
            try (SubjectProcess platform = subject("mvstore", 0, "file=" + file)) {
                oracle.check(platform.dump());
                assertEquals(0, platform.end());
            }
        }
    }

    @Test
    public void what_was_answered_outlives_a_kill_of_the_owner_where_another_host_has_it() throws Exception {
        oracle.hear("fresh true");
        String[] first = {"port=15801", "members=127.0.0.1:15802"};
        try (SubjectProcess holder = subject("hazelcast", -1, "port=15802", "members=127.0.0.1:15801")) {
            holder.dump();
            for (int kill = 1; kill <= KILLS; kill++) {
                try (SubjectProcess owner = subject("hazelcast", kill, first)) {
                    oracle.check(owner.dump());
                    owner.killAfter(linesOf(kill), oracle::hear);
                }
            }
            assertTrue("requests were answered", oracle.answered() > 1000L * KILLS);
            try (SubjectProcess successor = subject("hazelcast", 0, first)) {
                oracle.check(successor.dump());
            }
        }
        report("two hosts");
    }

    @Test
    public void of_three_hosts_the_next_takes_over_when_the_owner_is_killed_and_another_joins_under_load()
            throws Exception {
        oracle.hear("fresh true");
        try (Network network = new Network(3, 15_803);
                Hosts hosts = Hosts.start(APPLICATION.getRoot().toPath(), network, "min-members=2")) {
            for (int kill = 1; kill <= KILLS; kill++) {
                SubjectProcess owner = hosts.get(kill);
                owner.takeOver(kill);
                oracle.check(owner.dump());
                owner.hear(linesOf(kill), oracle::hear);
                // Before, nobody else may have anything, if the others are still being started.
                owner.hearUntil("done", oracle::hear);
                owner.killAfter(0, oracle::hear);
                hosts.restart(kill);
            }
            assertTrue("requests were answered", oracle.answered() > 1000L * KILLS);
            SubjectProcess last = hosts.get(KILLS + 1);
            last.takeOver(0);
            oracle.check(last.dump());
        }
        report("three hosts");
    }

    @Test
    public void what_was_answered_outlives_kills_of_the_hosts_that_have_copies() throws Exception {
        oracle.hear("fresh true");
        try (Network network = new Network(3, 15_804);
                Hosts hosts = Hosts.start(APPLICATION.getRoot().toPath(), network, "min-members=2")) {
            SubjectProcess owner = hosts.get(0);
            owner.takeOver(1);
            oracle.check(owner.dump());
            for (int kill = 1; kill <= KILLS; kill++) {
                int holder = 1 + kill % 2;
                owner.hear(LINES, oracle::hear);
                hosts.get(holder).killAfter(0, line -> {});
                hosts.restart(holder);
                owner.hear(LINES, oracle::hear);
                hosts.get(holder).awaitHolding();
                owner.hearUntil("done", oracle::hear);
            }
            owner.killAfter(0, oracle::hear);
            hosts.get(1).takeOver(0);
            oracle.check(hosts.get(1).dump());
        }
        report("of those that have copies");
    }

    private static int linesOf(int kill) {
        return LINES * (1 + kill % 7);
    }

    private void report(String what) {
        System.out.printf("%d kills, %s: %,d answered requests, each accounted for%n", KILLS, what, oracle.answered());
    }

    private static SubjectProcess subject(String store, int seed, String... configuration) throws IOException {
        return SubjectProcess.start(APPLICATION.getRoot().toPath(), store, seed, configuration);
    }
}
