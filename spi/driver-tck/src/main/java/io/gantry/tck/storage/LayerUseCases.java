package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What programs do in a layer, and what they may rely on while it is mounted. */
interface LayerUseCases extends StorageCases {
    @Test
    default void aUnixSocketIsListenedOnAndStaysASocketInLaterLayers() throws IOException {
        bench().prepare("x");
        bench().in("x", root -> {
            Path path = root.resolve("s");
            assertThat(ask(path, listen(path))).isEqualTo("hello");
        });
        bench().driver().commit(id("x"), id("base"));

        bench().prepare("y", "base");
        bench().in("y", root -> {
            Path path = root.resolve("s");
            assertThat(Stat.of(path).orElseThrow().kind()).isEqualTo(FileKind.SOCKET);
            assertThatThrownBy(() -> SocketChannel.open(UnixDomainSocketAddress.of(path)))
                    .isInstanceOf(ConnectException.class);
            Files.delete(path);
            assertThat(ask(path, listen(path))).isEqualTo("hello");
        });
    }

    @Test
    default void aProcessKnowsItsWorkingDirectoryWhateverBecomesOfIt() throws Exception {
        bench().base("base", root -> Files.createDirectories(root.resolve("lower/in")));
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Path in = root.resolve("lower/in");
            assertThat(shell(in, "pwd -P")).isEqualTo(in.toString());
            assertThat(shell(in, "echo x > f; pwd -P; cd ..; pwd -P")).isEqualTo(in + "\n" + root.resolve("lower"));
            Path made = Files.createDirectory(root.resolve("made"));
            assertThat(shell(made, "mv ../made ../moved && readlink /proc/self/cwd"))
                    .isEqualTo(root.resolve("moved").toString());
            Path gone = Files.createDirectory(root.resolve("gone"));
            assertThat(shell(gone, "rmdir ../gone && readlink /proc/self/cwd")).endsWith("gone (deleted)");
        });
    }

    @Test
    default void aChangeOfModeAloneKeepsContentOwnerAndTime() throws IOException {
        bench().base("base", root -> {
            Files.writeString(root.resolve("f"), "content");
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/f"), "in d");
            try (OpenDirectory directory = OpenDirectory.open(root)) {
                directory.changeOwner("f", 12, 34);
                directory.setTimes("f", 1, 2, 1_000_000_000, 3);
            }
        });
        bench().layer("top", "base", root -> {
            try (OpenDirectory directory = OpenDirectory.open(root)) {
                directory.changeMode("f", 04711);
                directory.changeMode("d", 0510);
            }
        });
        bench().look("top", root -> {
            Stat file = Stat.of(root.resolve("f")).orElseThrow();
            assertThat(root.resolve("f")).hasContent("content");
            assertThat(file.mode()).isEqualTo(04711);
            assertThat(file.uid()).isEqualTo(12);
            assertThat(file.gid()).isEqualTo(34);
            assertThat(file.mtimeSeconds()).isEqualTo(1_000_000_000);
            assertThat(Stat.of(root.resolve("d")).orElseThrow().mode()).isEqualTo(0510);
            assertThat(root.resolve("d/f")).hasContent("in d");
        });
        bench().look("base", root -> {
            assertThat(Stat.of(root.resolve("f")).orElseThrow().mode()).isEqualTo(0644);
            assertThat(Stat.of(root.resolve("d")).orElseThrow().mode()).isEqualTo(0755);
        });
    }

    @Test
    default void filesAreDeletedWhileTheirDirectoryIsWalked() throws IOException {
        bench().base("base", root -> {
            for (int i = 0; i < 300; i++) {
                Files.writeString(root.resolve("lower" + i), "");
            }
        });
        bench().prepare("x", "base");
        bench().in("x", root -> {
            for (int i = 0; i < 300; i++) {
                Files.writeString(root.resolve("upper" + i), "");
            }
            List<String> seen = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
                for (Path entry : entries) {
                    seen.add(entry.getFileName().toString());
                    Files.delete(entry);
                }
            }
            assertThat(seen).hasSize(600).doesNotHaveDuplicates();
            assertThat(root).isEmptyDirectory();
        });
    }

    @Test
    default void anInodeStaysTheSameThroughEverythingThatIsNoNewFile() throws IOException {
        bench().base("base", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/f"), "base");
        });
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Path file = Files.writeString(root.resolve("new"), "one");
            Stat before = Stat.of(file).orElseThrow();
            Files.writeString(file, "two", StandardOpenOption.APPEND);
            Files.createLink(root.resolve("link"), file);
            Files.move(file, root.resolve("d/moved"));
            try (FileChannel open = FileChannel.open(root.resolve("link"), StandardOpenOption.WRITE)) {
                open.truncate(3);
                assertThat(Stat.of(root.resolve("d/moved")).orElseThrow().sameFile(before))
                        .isTrue();
            }
            assertThat(root.resolve("d/moved")).hasContent("one");

            Stat directory = Stat.of(root.resolve("d")).orElseThrow();
            Files.delete(root.resolve("d/f"));
            Files.writeString(root.resolve("d/g"), "x");
            assertThat(Stat.of(root.resolve("d")).orElseThrow().sameFile(directory))
                    .isTrue();
        });
    }

    @Test
    default void anAppendedOrCutFileOfALowerLayerHasTheRest() throws IOException {
        byte[] big = new byte[300_000];
        new java.util.Random(5).nextBytes(big);
        bench().base("base", root -> {
            Files.write(root.resolve("appended"), big);
            Files.write(root.resolve("cut"), big);
            Files.write(root.resolve("patched"), big);
        });
        bench().layer("top", "base", root -> {
            Files.writeString(root.resolve("appended"), "tail", StandardOpenOption.APPEND);
            try (FileChannel cut = FileChannel.open(root.resolve("cut"), StandardOpenOption.WRITE)) {
                cut.truncate(100_001);
            }
            try (FileChannel patched = FileChannel.open(root.resolve("patched"), StandardOpenOption.WRITE)) {
                patched.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 200_000);
            }
        });
        bench().look("top", root -> {
            byte[] appended = Files.readAllBytes(root.resolve("appended"));
            assertThat(appended).hasSize(300_004).startsWith(big).endsWith("tail".getBytes(StandardCharsets.US_ASCII));
            assertThat(Files.readAllBytes(root.resolve("cut"))).isEqualTo(java.util.Arrays.copyOf(big, 100_001));
            byte[] patched = big.clone();
            System.arraycopy(new byte[] {1, 2, 3}, 0, patched, 200_000, 3);
            assertThat(Files.readAllBytes(root.resolve("patched"))).isEqualTo(patched);
        });
        bench().look(
                        "base",
                        root -> assertThat(Files.readAllBytes(root.resolve("patched")))
                                .isEqualTo(big));
    }

    @Test
    default void layersAreRemovedAndAskedForWhileTheyAreListed() throws IOException {
        bench().base("base", root -> {});
        for (int i = 0; i < 10; i++) {
            bench().driver().view(id("v" + i), id("base"));
        }
        bench().driver().layers().forEach(layer -> {
            assertThat(bench().driver().stat(layer.id())).contains(layer);
            if (layer.parent().isPresent()) {
                bench().driver().remove(layer.id());
            }
        });
        assertThat(bench().driver().layers()).hasSize(1);
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return server;
    }

    /** What a client says that connects to a socket. */
    private static String ask(Path path, ServerSocketChannel listening) throws IOException {
        try (ServerSocketChannel server = listening;
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path));
                SocketChannel accepted = server.accept()) {
            client.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer heard = ByteBuffer.allocate(5);
            while (heard.hasRemaining() && accepted.read(heard) >= 0) {
                // Until all of it is there.
            }
            return new String(heard.array(), StandardCharsets.US_ASCII);
        }
    }

    private static String shell(Path directory, String script) {
        try {
            Process process = new ProcessBuilder("/bin/sh", "-c", script)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            try (Stream<String> lines =
                    process.inputReader(StandardCharsets.UTF_8).lines()) {
                return String.join("\n", lines.toList());
            } finally {
                process.onExit().join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
