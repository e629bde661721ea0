// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.mapping.DeviceRecord;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.RecordFault;
import org.viommu.mapping.recording.BackedStore;

/** Members in one process, on loopback. */
class GridMediumTest {
    private static final String DEVICE = "vm/iommu0";
    private static final int PORT = 15_710;
    private static final int HOSTS = 3;
    private static final long LIMIT_NANOS = 300_000_000_000L;

    private final List<Member> members = new ArrayList<>();

    @AfterEach
    void leave() {
        members.forEach(Member::end);
    }

    @Test
    void a_successor_on_another_member_continues_when_the_owner_is_gone() throws IOException {
        Member owner = join(0, 2);
        Member other = join(1, 1);
        awaitKept(owner);
        DeviceRecord record = owner.begin();
        MappingTable table = owner.store.open(DEVICE, -1);
        record.opened(-1, false);
        record.opened(7, true);
        record.attached(0x10, -1);
        table.map(0, 0xfff, 0x5000, 1);
        table.map(0x2000, -1L, 0, 3);
        table.map(0x1000, 0x1fff, 0, 3);
        table.unmap(0x1000, 0x1fff);
        record.bypass(true);
        record.commit();
        awaitKept(owner);
        owner.medium.leave();

        DeviceRecord successor = other.store.record(DEVICE);
        KeptDevice kept = successor.kept().orElseThrow();
        assertThat(kept.fingerprint()).isEqualTo("granule=1");
        assertThat(kept.bypass()).isTrue();
        assertThat(kept.domains())
                .containsEntry(-1, false)
                .containsEntry(7, true)
                .hasSize(2);
        assertThat(kept.attachments()).containsEntry(0x10, -1).hasSize(1);
        assertThat(starts(successor.resume(-1))).containsExactly(0L, 0x2000L);
    }

    @Test
    void a_former_owner_is_fenced_and_changes_nothing_any_more() throws IOException {
        Member owner = join(0, 2);
        Member other = join(1, 2);
        DeviceRecord record = owner.begin();
        MappingTable table = owner.store.open(DEVICE, 1);
        record.opened(1, false);
        table.map(0, 0xfff, 0x5000, 1);
        record.commit();
        awaitKept(owner);

        DeviceRecord successor = other.store.record(DEVICE);
        assertThat(successor.kept()).isPresent();
        MappingTable taken = successor.resume(1);
        table.map(0x1000, 0x1fff, 0, 1);
        record.commit();
        await(() -> owner.store
                .problem()
                .equals("cluster test: another host has taken over [" + DEVICE
                        + "]; nothing of what happens here is kept"));
        taken.map(0x8000, 0x8fff, 0, 1);
        successor.commit();
        awaitKept(other);

        other.store.close();
        SharedDevice kept = owner.medium.read(DEVICE);
        assertThat(starts(kept.table(kept.kept().tables().get(1)))).containsExactly(0L, 0x8000L);
    }

    @Test
    void alone_the_device_goes_on_in_memory_and_catches_up_when_another_member_joins() throws IOException {
        Member owner = join(0, 2);
        DeviceRecord record = owner.begin();
        MappingTable table = owner.store.open(DEVICE, 1);
        record.opened(1, false);
        table.map(0, 0xfff, 0x5000, 1);
        record.commit();
        await(() -> owner.store
                .problem()
                .equals("cluster test: 1 of at least 2 members are there, so changes have no copy"));
        Member other = join(1, 1);
        awaitKept(owner);
        owner.medium.leave();
        assertThat(starts(continued(other))).containsExactly(0L);
    }

    @Test
    void with_too_few_members_nothing_is_taken_over_or_changed_until_another_joins() throws IOException {
        Member owner = join(0, 1);
        Member other = join(1, 2);
        awaitKept(owner);
        DeviceRecord record = owner.begin();
        MappingTable table = owner.store.open(DEVICE, 1);
        record.opened(1, false);
        table.map(0, 0xfff, 0x5000, 1);
        record.commit();
        awaitKept(owner);
        owner.medium.leave();

        await(() -> other.medium.members() == 1);
        DeviceRecord refused = other.store.record(DEVICE);
        assertThatThrownBy(refused::kept)
                .isInstanceOf(RecordFault.class)
                .hasMessage("cluster test: 1 of at least 2 members are there, so changes have no copy");
        refused.close();
        join(2, 2);
        await(() -> other.medium.members() == 2);
        assertThat(starts(continued(other))).containsExactly(0L);
    }

    @Test
    void a_device_whose_every_copy_is_gone_is_told_again_by_its_owner() throws IOException {
        Member owner = join(0, 1, 0);
        Member other = join(1, 1, 0);
        // So many that the other member holds some of them, alone.
        List<String> devices = IntStream.range(0, 16).mapToObj(i -> "vm" + i).toList();
        Map<String, MappingTable> tables = new HashMap<>();
        for (String device : devices) {
            DeviceRecord record = owner.store.record(device);
            record.begin("granule=1", false);
            MappingTable table = owner.store.open(device, 1);
            record.opened(1, false);
            table.map(0, 0xfff, 0x5000, 1);
            record.commit();
            tables.put(device, table);
        }
        other.medium.leave();
        for (String device : devices) {
            tables.get(device).map(0x1000, 0x1fff, 0x6000, 1);
            owner.store.record(device).commit();
        }
        awaitKept(owner);
        owner.store.close();
        for (String device : devices) {
            SharedDevice kept = owner.medium.read(device);
            assertThat(starts(kept.table(kept.kept().tables().get(1)))).containsExactly(0L, 0x1000L);
        }
    }

    @Test
    void when_no_member_is_left_nothing_is() throws IOException {
        Member owner = join(0, 1);
        owner.begin().commit();
        awaitKept(owner);
        owner.medium.leave();
        assertThat(join(1, 1).store.record(DEVICE).kept()).isEmpty();
    }

    @Test
    void a_former_owner_takes_nothing_from_a_later_one_but_what_the_cluster_has_lost() {
        byte[] nothing = {};
        Map.Entry<String, SharedDevice> entry = new AbstractMap.SimpleEntry<>(DEVICE, null);
        long first = new Claim(5).process(entry);
        long second = new Claim(3).process(entry);
        assertThat(second).isGreaterThan(first);
        assertThat(new Apply(first, nothing, false).process(entry)).isEqualTo(second);
        assertThat(new Apply(first, nothing, true).process(entry)).isEqualTo(second);
        assertThat(new Apply(second, nothing, false).process(entry)).isEqualTo(second);

        // The copy of a part of the cluster that has not seen the second owner.
        SharedDevice stale = new SharedDevice();
        stale.renew(first);
        entry.setValue(stale);
        assertThat(new Apply(second, nothing, false).process(entry)).isEqualTo(first);
        assertThat(new Apply(second, nothing, true).process(entry)).isEqualTo(second + 1);
        entry.setValue(null);
        assertThat(new Apply(second, nothing, false).process(entry)).isEqualTo(SharedDevice.LOST);
        assertThat(new Apply(second, nothing, true).process(entry)).isEqualTo(second + 1);
        assertThat(new Claim(0).process(entry)).isGreaterThan(second + 1);
    }

    @Test
    void of_two_copies_the_later_owner_s_counts_and_of_one_owner_s_the_later() throws IOException {
        SharedDevice early = new SharedDevice();
        early.claim(7);
        early.apply(new ChangesReader(new byte[0]));
        SharedDevice late = new SharedDevice();
        late.claim(7);
        late.claim(7);
        assertThat(late.after(early)).isTrue();
        assertThat(early.after(late)).isFalse();
        late.apply(new ChangesReader(new byte[0]));
        SharedDevice stale = new SharedDevice();
        stale.claim(7);
        stale.claim(7);
        assertThat(late.after(stale)).isTrue();
        assertThat(stale.after(late)).isFalse();
    }

    private static MappingTable continued(Member member) {
        DeviceRecord successor = member.store.record(DEVICE);
        assertThat(successor.kept()).isPresent();
        return successor.resume(1);
    }

    private Member join(int index, int minMembers) throws IOException {
        return join(index, minMembers, 1);
    }

    private Member join(int index, int minMembers, int backups) throws IOException {
        GridMedium medium = new GridMedium(new Membership(
                "test",
                "127.0.0.1",
                PORT + index,
                "",
                IntStream.range(PORT, PORT + HOSTS)
                        .mapToObj(port -> "127.0.0.1:" + port)
                        .toList(),
                backups,
                minMembers,
                60));
        Member member = new Member(medium, BackedStore.open("hazelcast", medium, Duration.ZERO));
        members.add(member);
        return member;
    }

    private record Member(GridMedium medium, BackedStore store) {
        DeviceRecord begin() {
            DeviceRecord record = store.record(DEVICE);
            record.begin("granule=1", false);
            return record;
        }

        void end() {
            store.close();
            medium.leave();
        }
    }

    private static List<Long> starts(MappingTable table) {
        List<Long> starts = new ArrayList<>();
        table.forEach(0, (start, end, physical, flags) -> starts.add(start));
        return starts;
    }

    /** A backup that comes late has it tried once more. */
    private static void awaitKept(Member member) {
        await(() -> member.store.problem().isEmpty());
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
