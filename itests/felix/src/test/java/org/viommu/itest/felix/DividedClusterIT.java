// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Owners of a shared device that lose sight of the others and do not die: what each side keeps, and what counts when they meet again. */
public class DividedClusterIT {
    @ClassRule
    public static final TemporaryFolder APPLICATION = new TemporaryFolder();

    private static final int LINES = 3001;
    private static final String FENCED =
            "unkept cluster viommu: another host has taken over [kill/iommu0]; nothing of what happens here is kept";
    private static final String ALONE =
            "unkept cluster viommu: 1 of at least 2 members are there, so changes have no copy";
    private static final Consumer<String> NOBODY = line -> {};

    private final KillOracle oracle = new KillOracle();

    @Test
    public void an_owner_that_was_stopped_and_wakes_up_is_fenced() throws Exception {
        try (Network network = new Network(3, 15_805);
                Hosts hosts = hosts(network, "min-members=2")) {
            SubjectProcess former = hosts.get(0);
            begin(former);
            former.pause(oracle::hear);
            SubjectProcess owner = hosts.get(1);
            succeed(owner);
            former.goOn();
            fence(former, owner);
            end(hosts.get(2));
        }
    }

    @Test
    public void an_owner_that_the_network_has_cut_off_keeps_nothing_and_is_fenced_when_it_heals() throws Exception {
        try (Network network = new Network(3, 15_806);
                Hosts hosts = hosts(network, "min-members=2")) {
            SubjectProcess former = hosts.get(0);
            begin(former);
            network.cut(0);
            // A member that comes late may have had it say something else before, and all be well again.
            former.hearUntil(ALONE, oracle::hear);
            SubjectProcess owner = hosts.get(1);
            succeed(owner);
            network.heal();
            fence(former, owner);
            end(hosts.get(2));
        }
    }

    @Test
    public void of_two_owners_that_a_cut_has_made_the_later_counts_wholly_when_it_heals() throws Exception {
        try (Network network = new Network(2, 15_807);
                Hosts hosts = hosts(network, "min-members=1")) {
            SubjectProcess former = hosts.get(0);
            begin(former);
            // So it is known what it had answered when the network was cut.
            former.pause(oracle::hear);
            network.cut(0);
            former.goOn();
            SubjectProcess owner = hosts.get(1);
            succeed(owner);
            former.hear(LINES, NOBODY);
            network.heal();
            fence(former, owner);
            hosts.restart(1);
            end(hosts.get(1));
        }
    }

    private void begin(SubjectProcess owner) throws Exception {
        oracle.hear("fresh true");
        owner.takeOver(1);
        oracle.check(owner.dump());
        owner.hear(LINES, oracle::hear);
    }

    /** The next owner has what the former one has answered, and goes on. */
    private void succeed(SubjectProcess owner) throws Exception {
        owner.takeOver(2);
        oracle.check(owner.dump());
        owner.hear(LINES, oracle::hear);
    }

    /** The former owner hears that it is none any more, while the next one works on; then that one is killed. */
    private void fence(SubjectProcess former, SubjectProcess owner) throws Exception {
        former.hearUntil(FENCED, NOBODY);
        owner.hear(LINES, oracle::hear);
        owner.hearUntil("done", oracle::hear);
        owner.killAfter(0, oracle::hear);
    }

    /** The last owner has what the next one has answered, and nothing of the first one's. */
    private void end(SubjectProcess last) throws Exception {
        last.takeOver(0);
        oracle.check(last.dump());
    }

    private static Hosts hosts(Network network, String... configuration) throws Exception {
        Path folder = APPLICATION.getRoot().toPath();
        return Hosts.start(folder, network, configuration);
    }
}
