// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Report;
import org.viommu.conformance.Result;
import org.viommu.conformance.Suite;
import org.viommu.conformance.Verdict;
import org.viommu.examiner.internal.Bench;
import org.viommu.examiner.internal.Way;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.topology.Topology;

/** The device holds every requirement of the conformance suite, however it is reached. */
class ConformanceTest {
    private static final List<ReservedRegion> MSI = List.of(new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI));

    /** What the other endpoint has reserved besides. */
    private static final ReservedRegion HOLE = new ReservedRegion(0xa0000L, 0xbffffL, Kind.RESERVED);

    /** PROBE is offered. */
    private static final Set<String> NOT_OBSERVABLE = Set.of("D39");

    /** What is found on a device that deviates as QEMU's does. */
    private static final Set<String> QEMU_DEVIATIONS =
            Set.of("D10", "D14", "D20", "D26", "D35", "D43", "D48", "D55", "C4", "C5", "C6", "C7", "C9", "C13", "C17");

    private IommuDevice device;
    private Bench bench;

    private static Topology topology() {
        return Topology.builder()
                .iommu(TestGuest.NODE)
                .endpoint(range(0x10, 0x1e, List.of(HOLE)))
                .endpoint(range(0x1f, 0x1f, List.of()))
                .build();
    }

    private static EndpointNode range(int first, int last, List<ReservedRegion> reserved) {
        return new EndpointNode.PciRange(
                PciAddress.of(0, first), PciAddress.of(0, last), first, TestGuest.NODE, reserved);
    }

    @AfterEach
    void close() {
        bench.close();
        device.close();
    }

    @TestFactory
    Stream<DynamicNode> over_the_ring() throws IOException {
        return requirements(Way.RING);
    }

    @TestFactory
    Stream<DynamicNode> over_MMIO() throws IOException {
        return requirements(Way.MMIO);
    }

    @TestFactory
    Stream<DynamicNode> over_PCI() throws IOException {
        return requirements(Way.PCI);
    }

    @Test
    void with_compat_qemu_it_deviates_where_QEMU_does_and_nowhere_else() throws IOException {
        Report report = Suite.run(open(Compatibility.QEMU, Way.PCI), result -> {});
        Set<String> deviations = report.results().stream()
                .filter(result -> result.verdict() != Verdict.HOLDS && result.verdict() != Verdict.NOT_OBSERVABLE)
                .map(result -> result.requirement().id())
                .collect(Collectors.toSet());
        assertThat(deviations).as(report.table()).isEqualTo(QEMU_DEVIATIONS);
    }

    private DevicePort open(Compatibility compatibility, Way way) throws IOException {
        Protocol protocol = new Protocol(Dialect.STANDARD, compatibility, false, 0xffff);
        IommuSettings settings =
                TestGuest.settings(0x1000, (1L << 48) - 1, MSI, new Quotas(100, 100, 1 << 20), protocol);
        StoreKeeper stores = new StoreKeeper(settings.qualifiedName());
        device = new IommuDevice(settings, topology(), stores, new ProbeExtensions());
        List<Integer> endpoints = IntStream.rangeClosed(0x10, 0x1f).boxed().toList();
        bench = new Bench("vm/iommu0", device, device, way, endpoints, TestGuest.NO_ENDPOINT);
        return bench.port();
    }

    private Stream<DynamicNode> requirements(Way way) throws IOException {
        DevicePort port = open(Compatibility.STRICT, way);
        return Suite.checks().stream()
                .map(check -> dynamicTest(
                        check.requirement().id() + " " + check.requirement().text(), () -> verify(check.run(port))));
    }

    private static void verify(Result result) {
        boolean observable = !NOT_OBSERVABLE.contains(result.requirement().id());
        assertThat(result.verdict())
                .as("%s: %s", result.requirement(), result.seen())
                .isEqualTo(observable ? Verdict.HOLDS : Verdict.NOT_OBSERVABLE);
    }
}
