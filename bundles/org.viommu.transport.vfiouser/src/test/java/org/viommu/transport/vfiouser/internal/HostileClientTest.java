// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.transport.vfiouser.internal.VfioUserClient.access;
import static org.viommu.transport.vfiouser.internal.VfioUserClient.bytes;
import static org.viommu.transport.vfiouser.internal.VfioUserClient.irqSet;
import static org.viommu.transport.vfiouser.internal.VfioUserClient.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.viommu.transport.vfiouser.internal.os.Peer;

/** Clients that break the rules: each loses its own connection, with one line in the log, and nothing else. */
class HostileClientTest {
    private static final int VERSION = 1;
    private static final int DMA_MAP = 2;
    private static final int SET_IRQS = 8;
    private static final int READ = 9;
    private static final int WRITE = 10;
    private static final int RESET = 13;
    private static final int WRITE_MULTI = 15;

    @TempDir
    private Path folder;

    private final StubFunction victim = new StubFunction("vm/victim");
    private final StubFunction bystander = new StubFunction("vm/bystander");
    private final int eventFd = Peer.eventFd(Peer.NONBLOCKING);
    private final int memfd = Peer.memfd(0x1000);
    private FunctionServer victimServer;
    private FunctionServer bystanderServer;
    private VfioUserClient other;
    private long open;

    @BeforeEach
    void listen() throws IOException {
        victimServer = FunctionServer.open(victim, folder.resolve("victim"));
        bystanderServer = FunctionServer.open(bystander, folder.resolve("bystander"));
        other = VfioUserClient.negotiated(folder.resolve("bystander"));
        other.dmaMap(3, 0, 0, 0x1000, memfd);
        open = Peer.openDescriptors();
    }

    @AfterEach
    void close() {
        other.close();
        victimServer.close();
        bystanderServer.close();
        Peer.close(eventFd, memfd);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~{\"capabilities\":{\"max_msg_fds\":16}}~ | does not end with NUL",
                "~{\"capabilities\":{\"max_msg_fds\":16}\\0~ | is not JSON",
                "~{'capabilities':{}}\\0~ | is not JSON",
                "~{\"capabilities\":{}} {}\\0~ | is not JSON",
                "~[]\\0~ | is no JSON object",
                "~\\0\\0~ | is not JSON",
                "~{\"capabilities\":[]}\\0~ | capabilities is no JSON object",
                "~{\"capabilities\":{\"max_msg_fds\":\"many\"}}\\0~ | max_msg_fds is no number",
                "~{\"capabilities\":{\"pgsizes\":null}}\\0~ | pgsizes is no number",
                "~{\"capabilities\":{\"write_multiple\":1}}\\0~ | write_multiple is no boolean",
            })
    void version_data_must_be_what_the_specification_says(String data, String complaint) throws Exception {
        byte[] text = data.replace("\\0", "\0").getBytes();
        assertClosed(
                complaint,
                client -> client.raw(
                        message(1, VERSION, 0, bytes(4 + text.length).putInt(0).put(text))));
    }

    @Test
    void another_major_version_is_a_violation() throws Exception {
        assertClosed(
                "VERSION: major version 1 instead of 0",
                client -> client.raw(message(1, VERSION, 0, bytes(4).putShort((short) 1))));
    }

    @Test
    void a_nested_bomb_of_version_data_is_a_violation() throws Exception {
        byte[] bomb = new byte[60_000];
        Arrays.fill(bomb, (byte) '[');
        assertClosed(
                "is not JSON",
                client -> client.raw(message(
                        1, VERSION, 0, bytes(4 + bomb.length + 1).putInt(0).put(bomb))));
    }

    @Test
    void the_first_message_must_be_VERSION_and_no_later_one() throws Exception {
        assertClosed("DEVICE_RESET: came before VERSION", client -> client.raw(message(1, RESET, 0, bytes(0))));
        assertViolation("VERSION: came a second time", message(1, VERSION, 0, bytes(4)));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("DEVICE_RESET: message size 15 is not in 16-65568", sized(RESET, 15, 0)),
                Arguments.of("DEVICE_RESET: message size 0 ", sized(RESET, 0, 0)),
                Arguments.of("REGION_WRITE: message size 65569 ", sized(WRITE, 65569, 0)),
                Arguments.of("REGION_WRITE: message size 4294967295 ", sized(WRITE, -1, 0)),
                Arguments.of("DEVICE_RESET: flags 0x1 are not those of a command", sized(RESET, 16, 1)),
                Arguments.of("DEVICE_RESET: flags 0x20 ", sized(RESET, 16, 0x20)),
                Arguments.of("DEVICE_RESET: flags 0x80000000 ", sized(RESET, 16, 0x80000000)),
                Arguments.of("DEVICE_RESET: body of 4 bytes instead of 0", message(1, RESET, 0, bytes(4))),
                Arguments.of("DMA_MAP: body of 31 bytes instead of 32", message(1, DMA_MAP, 0, bytes(31))),
                Arguments.of(
                        "DMA_MAP: argsz 31 is below 32",
                        message(1, DMA_MAP, 0, bytes(32).putInt(31))),
                Arguments.of("DMA_UNMAP: body of 0 bytes instead of 24", message(1, 3, 0, bytes(0))),
                Arguments.of("DEVICE_GET_INFO: argsz 0 is below 16", message(1, 4, 0, bytes(16))),
                Arguments.of(
                        "DEVICE_GET_REGION_INFO: argsz 31 is below 32",
                        message(1, 5, 0, bytes(32).putInt(31))),
                Arguments.of("DEVICE_GET_IRQ_INFO: body of 12 bytes instead of 16", message(1, 7, 0, bytes(12))),
                Arguments.of("REGION_READ: body of 17 bytes instead of 16", message(1, READ, 0, access(1, 7, 0, 1))),
                Arguments.of("REGION_READ: count 65537 is above 65536", message(1, READ, 0, access(0, 7, 0, 65537))),
                Arguments.of("REGION_READ: count 4294967295 is above", message(1, READ, 0, access(0, 7, 0, -1))),
                Arguments.of("REGION_WRITE: body of 8 bytes instead of at least 16", message(1, WRITE, 0, bytes(8))),
                Arguments.of("REGION_WRITE: body of 20 bytes instead of 21", message(1, WRITE, 0, access(4, 7, 0, 5))),
                Arguments.of("REGION_WRITE: count 4294967280 is above", message(1, WRITE, 0, access(0, 7, 0, -16))),
                Arguments.of(
                        "REGION_WRITE_MULTI: 2 writes in 24 bytes",
                        message(1, WRITE_MULTI, 0, bytes(32).putLong(2))),
                Arguments.of(
                        "REGION_WRITE_MULTI: 18446744073709551615 writes",
                        message(1, WRITE_MULTI, 0, bytes(8).putLong(-1))),
                Arguments.of(
                        "REGION_WRITE_MULTI: 0 writes in 7 bytes",
                        message(1, WRITE_MULTI, 0, bytes(15).putLong(0))),
                Arguments.of(
                        "REGION_WRITE_MULTI: count 9 is above 8",
                        message(
                                1,
                                WRITE_MULTI,
                                0,
                                bytes(32).putLong(1).putLong(0).putInt(7).putInt(9))),
                Arguments.of(
                        "DEVICE_SET_IRQS: body of 16 bytes instead of at least 20", message(1, SET_IRQS, 0, bytes(16))),
                Arguments.of(
                        "DEVICE_SET_IRQS: argsz 19 is below 20",
                        message(1, SET_IRQS, 0, bytes(20).putInt(19))),
                Arguments.of("DEVICE_SET_IRQS: flags 0x0 are not", message(1, SET_IRQS, 0, irqSet(20, 0, 2, 0, 1))),
                Arguments.of("DEVICE_SET_IRQS: flags 0x25 are not", message(1, SET_IRQS, 0, irqSet(20, 0x25, 2, 0, 1))),
                Arguments.of("DEVICE_SET_IRQS: flags 0x31 are not", message(1, SET_IRQS, 0, irqSet(20, 0x31, 2, 0, 1))),
                Arguments.of("DEVICE_SET_IRQS: flags 0x61 are not", message(1, SET_IRQS, 0, irqSet(20, 0x61, 2, 0, 1))),
                Arguments.of(
                        "DEVICE_SET_IRQS: body of 21 bytes instead of 22",
                        message(1, SET_IRQS, 0, irqSet(21, 0x22, 2, 0, 2))),
                Arguments.of(
                        "DEVICE_SET_IRQS: body of 20 bytes instead of 4294967315",
                        message(1, SET_IRQS, 0, irqSet(20, 0x22, 2, 0, -1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void a_malformed_message_is_a_violation(String complaint, byte[] bytes) throws Exception {
        assertViolation(complaint, bytes);
    }

    @Test
    void descriptors_where_none_belong_are_a_violation() throws Exception {
        assertViolation(
                "DEVICE_RESET: 1 file descriptors instead of at most 0", message(1, RESET, 0, bytes(0)), eventFd);
        assertViolation("REGION_WRITE: 1 file descriptors", message(1, WRITE, 0, access(1, 7, 0, 1)), eventFd);
        assertViolation(
                "DMA_MAP: 2 file descriptors instead of at most 1",
                message(1, DMA_MAP, 0, bytes(32).putInt(32)),
                memfd,
                memfd);
    }

    @Test
    void descriptors_that_do_not_fit_the_count_are_a_violation() throws Exception {
        assertViolation(
                "DEVICE_SET_IRQS: 1 file descriptors with count 2 ",
                message(1, SET_IRQS, 0, irqSet(20, 0x24, 2, 0, 2)),
                eventFd);
        assertViolation(
                "DEVICE_SET_IRQS: 2 file descriptors with count 1 ",
                message(1, SET_IRQS, 0, irqSet(20, 0x24, 2, 0, 1)),
                eventFd,
                eventFd);
        assertViolation(
                "DEVICE_SET_IRQS: 1 file descriptors with count 1 ",
                message(1, SET_IRQS, 0, irqSet(20, 0x21, 2, 0, 1)),
                eventFd);
    }

    @Test
    void more_descriptors_than_agreed_are_a_violation() throws Exception {
        int[] many = IntStream.range(0, 17).map(i -> eventFd).toArray();
        assertViolation(
                "DEVICE_SET_IRQS: more than 16 file descriptors",
                message(1, SET_IRQS, 0, irqSet(20, 0x24, 2, 0, 17)),
                many);
    }

    @Test
    void a_message_that_ends_early_loses_the_connection() throws Exception {
        for (int length : new int[] {1, 15, 16, 17}) {
            try (LogCapture log = new LogCapture()) {
                VfioUserClient client = VfioUserClient.negotiated(folder.resolve("victim"));
                client.raw(Arrays.copyOf(message(1, WRITE, 0, access(4, 7, 0, 4)), length), eventFd);
                client.close();
                Await.until("the end is logged", () -> log.lines().stream().anyMatch(line -> line.contains("lost")));
            }
        }
        assertUnharmed();
    }

    @Test
    void messages_byte_by_byte_are_served() throws Exception {
        try (VfioUserClient client = new VfioUserClient(folder.resolve("victim"))) {
            bytewise(client, message(1, VERSION, 0, bytes(4)));
            assertThat(client.reply(1, VERSION).body().capacity()).isEqualTo(4);
            byte[] map = message(
                    2,
                    DMA_MAP,
                    0,
                    bytes(32).putInt(32).putInt(3).putLong(0).putLong(0).putLong(0x1000));
            client.raw(Arrays.copyOf(map, 1), memfd);
            bytewise(client, Arrays.copyOfRange(map, 1, map.length));
            assertThat(client.reply(2, DMA_MAP).errno()).isZero();
            assertThat(victim.memory().regions().get(0).mappable()).isTrue();
            bytewise(
                    client,
                    message(3, WRITE, 0, access(2, 7, 0x40, 2).put((byte) 1).put((byte) 2)));
            assertThat(client.reply(3, WRITE).errno()).isZero();
            assertThat(victim.config[0x41]).isEqualTo((byte) 2);
        }
    }

    @Test
    void commands_in_one_piece_are_served_one_by_one() throws Exception {
        try (VfioUserClient client = VfioUserClient.negotiated(folder.resolve("victim"))) {
            byte[] reset = message(5, RESET, 0, bytes(0));
            ByteBuffer both = bytes(2 * reset.length).put(reset).put(reset);
            client.raw(both.array());
            assertThat(client.reply(5, RESET).errno()).isZero();
            assertThat(client.reply(5, RESET).errno()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"6, 95", "11, 22", "12, 22", "14, 95", "16, 95", "17, 95", "18, 95", "0, 38", "19, 38", "65535, 38"})
    void a_command_that_is_not_served_gets_an_error_and_the_connection_goes_on(int command, int errno)
            throws Exception {
        try (VfioUserClient client = VfioUserClient.negotiated(folder.resolve("victim"))) {
            int id = client.send(command, 0, bytes(40), eventFd);
            VfioUserClient.Reply reply = client.reply(id, (short) command);
            assertThat(reply.errno()).isEqualTo(errno);
            client.send(command, 0x10, bytes(40));
            assertThat(client.reset().errno()).isZero();
        }
    }

    @Test
    void a_client_that_reads_no_replies_does_not_keep_its_function() throws Exception {
        try (VfioUserClient client = VfioUserClient.negotiated(folder.resolve("victim"))) {
            for (int i = 0; i < 200; i++) {
                client.send(READ, 0, access(0, StubFunction.BAR, 0, StubFunction.BAR_SIZE));
            }
            victimServer.close();
            assertThat(victim.isIdle()).isTrue();
        }
    }

    @Test
    void random_bytes_harm_nobody() throws Exception {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            try (VfioUserClient client = VfioUserClient.negotiated(folder.resolve("victim"))) {
                client.raw(message(1, random.nextInt(20), 0, ByteBuffer.wrap(bytes)), eventFd, memfd);
            }
        }
        assertUnharmed();
    }

    private interface Attack {
        void on(VfioUserClient client) throws IOException;
    }

    private void assertViolation(String complaint, byte[] bytes, int... fds) throws Exception {
        assertClosed(complaint, client -> {
            client.version(0, 0, VfioUserClient.QEMU_VERSION + "\0");
            client.raw(bytes, fds);
        });
    }

    private void assertClosed(String complaint, Attack attack) throws Exception {
        try (LogCapture log = new LogCapture();
                VfioUserClient client = new VfioUserClient(folder.resolve("victim"))) {
            attack.on(client);
            assertThat(client.closedByServer()).isTrue();
            assertThat(log.warnings()).singleElement().asString().contains("vm/victim: connection closed: ", complaint);
        }
        Await.until("the function is idle", victim::isIdle);
        assertUnharmed();
        Await.until("all is closed", () -> Peer.openDescriptors() == open);
    }

    private void assertUnharmed() throws IOException {
        assertThat(other.reset().errno()).isZero();
        assertThat(bystander.memory().regions()).hasSize(1);
        try (VfioUserClient next = VfioUserClient.negotiated(folder.resolve("victim"))) {
            assertThat(next.reset().errno()).isZero();
        }
        Await.until("the function is idle", victim::isIdle);
    }

    private static byte[] sized(int command, int size, int flags) {
        byte[] bytes = message(1, command, flags, bytes(0));
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(4, size);
        return bytes;
    }

    private static void bytewise(VfioUserClient client, byte[] bytes) throws IOException {
        for (byte b : bytes) {
            client.raw(new byte[] {b});
        }
    }
}
