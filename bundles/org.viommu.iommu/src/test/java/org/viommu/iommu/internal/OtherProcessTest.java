// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Arena;
import org.viommu.conformance.Board;
import org.viommu.conformance.Limits;
import org.viommu.conformance.Operation;
import org.viommu.conformance.Oracle;
import org.viommu.conformance.RingPort;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.iommu.IommuFeatures;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * A device is saved while its driver sends requests, and goes on in another process, and again in a third one. The
 * driver does not notice: each request is answered as it must be, and endpoints reach what the mappings say.
 */
class OtherProcessTest {
    private static final long PAGE = 0x1000;
    private static final int PAGES = 64;
    private static final long BUSY = 400;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final Oracle oracle =
            new Oracle(new Limits(PAGE, 0, -1L, 0, -1, Map.of(TestGuest.ENDPOINT, List.of())), true);
    private final Random random = new Random(17);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    @Timeout(900)
    void a_busy_device_goes_on_in_another_process() throws Exception {
        Path memory = folder.resolve("memory");
        Path state = folder.resolve("state");
        Files.write(memory, new byte[DeviceProcess.MEMORY_SIZE]);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (DeviceProcess first = new DeviceProcess(memory);
                MemoryAccess access = first.openMemory()) {
            MovableTransport transport = new MovableTransport(new InProcessTransport(first.device));
            RingPort port = new RingPort(transport, access, new Arena(0x100000, 14 << 20), PATIENCE, new Endpoints());
            assertThat(port.start(IommuFeatures.MAP_UNMAP)).isTrue();
            for (long page = 0; page < PAGES; page++) {
                port.poke(physical(page), HexFormat.of().parseHex("%016x".formatted(Long.reverseBytes(page))));
            }
            Future<?> driver = threads.submit(() -> drive(port));
            awaitTraffic(driver);
            first.save(state);
            try (Child second = new Child(memory, state)) {
                transport.moveTo(second::kick);
                awaitTraffic(driver);
                second.tell("save " + state);
                try (Child third = new Child(memory, state)) {
                    transport.moveTo(third::kick);
                    awaitTraffic(driver);
                    ended.set(true);
                    driver.get();
                    compare(third);
                }
            }
        } finally {
            ended.set(true);
            threads.shutdownNow();
        }
    }

    private void awaitTraffic(Future<?> driver) throws ExecutionException, InterruptedException {
        long enough = sent.get() + BUSY;
        while (sent.get() < enough) {
            if (driver.isDone()) {
                driver.get();
            }
            Thread.sleep(1);
        }
    }

    private void drive(RingPort port) {
        expect(port, new Operation.Attach(1, TestGuest.ENDPOINT, false));
        while (!ended.get()) {
            long start = PAGE * random.nextInt(PAGES);
            long end = start + PAGE * (1 + random.nextInt(2)) - 1;
            expect(
                    port,
                    random.nextInt(3) == 0
                            ? new Operation.Unmap(1, start, end)
                            : new Operation.Map(1, start, end, physical(random.nextInt(PAGES - 1)), MapFlags.READ));
            sent.incrementAndGet();
        }
    }

    private void expect(RingPort port, Operation request) {
        Answer answer = port.send(bytes(request), 4, Integer.MAX_VALUE);
        assertThat(oracle.answers(request)).as("%s", request).contains(answer.status(0));
        if (answer.status(0) == RequestStatus.OK) {
            oracle.apply(request);
        }
    }

    private static byte[] bytes(Operation request) {
        if (request instanceof Operation.Attach attach) {
            return TestGuest.attachRequest(attach.domain(), attach.endpoint(), 0)
                    .array();
        }
        if (request instanceof Operation.Map map) {
            return TestGuest.mapRequest(map.domain(), map.start(), map.end(), map.physical(), map.flags())
                    .array();
        }
        Operation.Unmap unmap = (Operation.Unmap) request;
        return TestGuest.unmapRequest(unmap.domain(), unmap.start(), unmap.end())
                .array();
    }

    private void compare(Child device) throws IOException {
        int mapped = 0;
        for (long page = 0; page <= PAGES; page++) {
            Operation.Access access = new Operation.Access(TestGuest.ENDPOINT, page * PAGE, false);
            long target = oracle.reaches(access).iterator().next();
            String expected =
                    target == Oracle.REFUSED ? "refused" : HexFormat.of().toHexDigits((target - physical(0)) / PAGE);
            assertThat(device.tell("read " + TestGuest.ENDPOINT + " " + page * PAGE))
                    .as("page %d", page)
                    .isEqualTo(expected);
            mapped += target == Oracle.REFUSED ? 0 : 1;
        }
        assertThat(mapped).isPositive();
    }

    private static long physical(long page) {
        return 0x200000 + page * PAGE;
    }

    /** A process with a device that goes on from a state. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final PrintStream orders;
        private final BufferedReader answers;

        Child(Path memory, Path state) throws IOException {
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            classPath,
                            DeviceProcess.class.getName(),
                            memory.toString(),
                            state.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(answers.readLine()).isEqualTo("ready");
        }

        synchronized String tell(String order) throws IOException {
            orders.println(order);
            return answers.readLine();
        }

        void kick(int queue) {
            try {
                tell("kick " + queue);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            orders.close();
            answers.close();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroy();
            }
        }
    }

    /** Nothing but one endpoint, which accesses memory in the process of the device. */
    private static final class Endpoints implements Board {
        @Override
        public String name() {
            return "vm/iommu0";
        }

        @Override
        public List<Integer> endpoints() {
            return List.of(TestGuest.ENDPOINT);
        }

        @Override
        public int absentEndpoint() {
            return TestGuest.NO_ENDPOINT;
        }

        @Override
        public List<Integer> dmaEndpoints() {
            return List.of();
        }

        @Override
        public boolean read(int endpoint, long address, byte[] target) {
            return false;
        }

        @Override
        public boolean write(int endpoint, long address, byte... source) {
            return false;
        }

        @Override
        public boolean systemReset() {
            return false;
        }
    }
}
