package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.Programs;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Xattrs;
import io.gantry.tck.storage.TreeListing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of tar programs, applied, give the tree that they were made of. */
class TarProgramTest {
    @TempDir
    Path directory;

    private Path source;

    @BeforeEach
    void makeTree() throws IOException {
        Programs.assumeRoot();
        source = Files.createDirectory(directory.resolve("source"));
        Files.createDirectories(source.resolve("d/empty"));
        Files.writeString(source.resolve("d/f"), "hello");
        Files.write(source.resolve("d/large"), new byte[300_000]);
        Files.createLink(source.resolve("d/g"), source.resolve("d/f"));
        Files.createSymbolicLink(source.resolve("l"), Path.of("../nowhere/" + "x".repeat(60)));
        Files.writeString(source.resolve("ünï"), "name");
        try (OpenDirectory at = OpenDirectory.open(source)) {
            at.makeNode("p", FileKind.FIFO, 0640, 0);
            at.changeOwner("l", 5, 6);
            at.changeOwner("d", 1234, 2345);
            at.changeMode("d", 02751);
            at.setTimes("d", 5, 0, 1_000_000_000, 0);
            at.setTimes("l", 5, 0, 1_000_000_001, 0);
            at.setTimes("p", 5, 0, 1_000_000_002, 0);
            at.setTimes("ünï", 5, 0, 1_000_000_003, 0);
        }
        try (OpenDirectory at = OpenDirectory.open(source.resolve("d"))) {
            at.changeMode("f", 06711);
            for (String name : List.of("f", "large", "empty")) {
                at.setTimes(name, 5, 0, 1_100_000_000, 0);
            }
        }
        restoreTimes();
    }

    private void restoreTimes() {
        try (OpenDirectory parent = OpenDirectory.open(source.getParent())) {
            OpenDirectory at = parent.directory("source");
            at.setTimes("d", 5, 0, 1_000_000_000, 0);
            at.close();
            parent.setTimes("source", 5, 0, 1_000_000_004, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "oldgnu", "pax", "ustar", "posix"})
    void gnuTarsFormats(String format) throws IOException {
        Programs.assume("tar");
        assertAppliesTo(
                source, "tar", "--format=" + format, "--numeric-owner", "-C", source.toString(), "-cf", archive(), ".");
    }

    @Test
    void longNamesOfGnuTar() throws IOException {
        Programs.assume("tar");
        Path deep = source.resolve("d/" + "a".repeat(120) + "/" + "b".repeat(120));
        Files.createDirectories(deep);
        Files.writeString(deep.resolve("c".repeat(200)), "deep");
        Files.createSymbolicLink(deep.resolve("l"), Path.of("t".repeat(300)));
        for (String format : List.of("gnu", "pax")) {
            assertAppliesTo(source, "tar", "--format=" + format, "-C", source.toString(), "-cf", archive(), ".");
        }
    }

    @Test
    void attributesOfGnuTar() throws IOException {
        Programs.assume("tar");
        Xattrs.of(source.resolve("d/f")).set("user.binary", new byte[] {0, (byte) 0x80, (byte) 0xFF, '\n'});
        Xattrs.of(source.resolve("d")).set("trusted.x", "y".getBytes(StandardCharsets.US_ASCII));
        Xattrs.of(source.resolve("d/f")).set("security.capability", new byte[] {
            1, 0, 0, 2, (byte) 0x80, 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        });
        restoreTimes();
        assertAppliesTo(
                source,
                "tar",
                "--xattrs",
                "--xattrs-include=*",
                "--format=pax",
                "-C",
                source.toString(),
                "-cf",
                archive(),
                ".");
    }

    @Test
    void busyboxesTar() throws IOException {
        Programs.assume("busybox");
        assertAppliesTo(source, "busybox", "tar", "-C", source.toString(), "-cf", archive(), ".");
    }

    private String archive() {
        return directory.resolve("made.tar").toString();
    }

    private void assertAppliesTo(Path expected, String... command) throws IOException {
        Programs.run(directory, command);
        try (LayerStack stack = new LayerStack(Mode.DIRECT)) {
            stack.apply(Files.readAllBytes(Path.of(archive())));
            // GNU tar in pax format keeps fractions of seconds, the others do not; the tree has whole ones
            assertThat(TreeListing.of(stack.merged()).stream().map(TarProgramTest::withoutFractionsOfRoot))
                    .isEqualTo(TreeListing.of(expected).stream()
                            .map(TarProgramTest::withoutFractionsOfRoot)
                            .toList());
        }
    }

    private static String withoutFractionsOfRoot(String line) {
        return line.replaceAll("mtime=(\\d+)\\.\\d+", "mtime=$1");
    }
}
