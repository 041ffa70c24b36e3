package io.gantry.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Xattrs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeArchiveTest {
    private static final byte[] CAP_NET_RAW = {1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    Path directory;

    @Test
    void hasEveryKindOfFileWithItsAttributesInTheOrderOfNames() throws IOException {
        try (OpenDirectory root = OpenDirectory.open(directory)) {
            root.makeDirectory("b", 0755);
            root.changeMode("b", 01777);
            root.changeOwner("b", 3, 4_000_000_000L);
            root.makeSymlink("a", "/etc/passwd");
            root.makeNode("c", FileKind.CHARACTER_DEVICE, 0600, DeviceNumber.of(1, 3));
            root.makeNode("d", FileKind.BLOCK_DEVICE, 0600, DeviceNumber.of(7, 300));
            root.makeNode("e", FileKind.FIFO, 0644, 0);
            Files.writeString(directory.resolve("b/file"), "content");
            root.makeLink("f", root.directory("b"), "file");
            root.changeMode("f", 04755);
            root.setTimes("f", 5, 0, 1000, 999_999_999);
            Xattrs.of(directory.resolve("f")).set("security.capability", CAP_NET_RAW);
            Xattrs.of(directory.resolve("f")).set("user.other", CAP_NET_RAW);
            root.makeNode("\udcff", FileKind.REGULAR, 0600, 0);
        }
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));

            Map<String, TarEntry> entries = entries(content());

            assertThat(entries.keySet()).containsExactly("a", "b/", "b/file", "c", "d", "e", "f", "\udcff");
            assertThat(entries.get("a").linkName()).isEqualTo("/etc/passwd");
            assertThat(entries.get("b/").mode()).isEqualTo(01777);
            assertThat(entries.get("b/").gid()).isEqualTo(4_000_000_000L);
            assertThat(entries.get("d").deviceMinor()).isEqualTo(300);
            TarEntry file = entries.get("b/file");
            assertThat(file.mode()).isEqualTo(04755);
            assertThat(file.mtimeSeconds()).isEqualTo(1000);
            assertThat(file.mtimeNanos()).isZero();
            assertThat(file.xattrs()).containsOnlyKeys("security.capability");
            assertThat(entries.get("f").linkName()).isEqualTo("b/file");
        }
    }

    @Test
    void anotherProgramReadsIt() throws Exception {
        Files.writeString(
                Files.createDirectories(directory.resolve("deep/" + "x".repeat(200)))
                        .resolve("y"),
                "hello");
        Files.writeString(directory.resolve("large"), "z".repeat(300_000));

        Process tar =
                new ProcessBuilder("tar", "-tf", "-").redirectErrorStream(true).start();
        tar.getOutputStream().write(content());
        tar.getOutputStream().close();

        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly("deep/", "deep/" + "x".repeat(200) + "/", "deep/" + "x".repeat(200) + "/y", "large");
        assertThat(tar.waitFor()).isZero();
    }

    @Test
    void aDirectoryGoesByTheNameItIsGiven() throws IOException {
        Files.createDirectories(directory.resolve("sub"));

        assertThat(entries(named("other")).keySet()).containsExactly("other/", "other/sub/");
        assertThat(entries(named(".")).keySet()).containsExactly("./", "./sub/");
        assertThat(entries(named("/")).keySet()).containsExactly("/", "/sub/");
    }

    private byte[] named(String name) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenDirectory root = OpenDirectory.open(directory);
                TreeArchive archive = new TreeArchive(out)) {
            archive.directory(root, name);
        }
        return out.toByteArray();
    }

    private byte[] content() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenDirectory root = OpenDirectory.open(directory);
                TreeArchive archive = new TreeArchive(out)) {
            archive.content(root);
        }
        return out.toByteArray();
    }

    private static Map<String, TarEntry> entries(byte[] archive) throws IOException {
        Map<String, TarEntry> entries = new LinkedHashMap<>();
        TarReader tar = new TarReader(new ByteArrayInputStream(archive));
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            entries.put(next.get().name(), next.get());
        }
        return entries;
    }
}
