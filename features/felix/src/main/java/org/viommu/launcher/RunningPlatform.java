// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The way to the console of a platform in another process. The bundle {@code org.viommu.shell}, in {@code
 * ConsoleConnection}, says what is sent.
 */
final class RunningPlatform implements AutoCloseable {
    /** Framework property: where a platform's console listens. */
    static final String PROPERTY = "viommu.console";

    /** Name of the socket in a platform's own folder. */
    static final String SOCKET = "console";

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    private RunningPlatform(SocketChannel channel) throws IOException {
        this.channel = channel;
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
        out.writeUTF(Path.of("").toAbsolutePath().toString());
    }

    /** The folders of the platforms of this user that answer. */
    static List<Path> find() throws IOException {
        List<Path> found = new ArrayList<>();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, Platform.FOLDER_PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.isReadable(folder.resolve(SOCKET)) && answers(folder)) {
                    found.add(folder);
                }
            }
        }
        return found;
    }

    /** A platform that was killed leaves its folder behind. */
    private static boolean answers(Path folder) {
        try (RunningPlatform platform = open(folder)) {
            return platform.channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    static RunningPlatform open(Path folder) throws IOException {
        return new RunningPlatform(SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(SOCKET))));
    }

    /** Executes a line and prints what it prints; returns its exit status. */
    int execute(String line) throws IOException {
        out.writeByte('x');
        out.writeUTF(line);
        while (true) {
            switch (in.readUnsignedByte()) {
                case 'o' -> System.out.write(in.readNBytes(in.readInt()));
                case 'e' -> System.err.write(in.readNBytes(in.readInt()));
                default -> {
                    System.out.flush();
                    System.err.flush();
                    return in.readInt();
                }
            }
        }
    }

    /** What the last word of the beginning of a line could become. */
    List<String> complete(String line) throws IOException {
        out.writeByte('c');
        out.writeUTF(line);
        List<String> candidates = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            candidates.add(in.readUTF());
        }
        return candidates;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
