package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
    @TempDir
    Path directory;

    @Test
    void removalNeverEntersWhatIsMountedBeneath() throws IOException {
        Path precious = Files.createDirectories(directory.resolve("precious"));
        Files.writeString(precious.resolve("data"), "x");
        Path point = Files.createDirectories(directory.resolve("tree/a/point"));
        Mounts.bind(precious, point);
        try (OpenDirectory parent = OpenDirectory.open(directory)) {
            assertThatThrownBy(() -> parent.removeTree("tree"))
                    .isInstanceOfSatisfying(
                            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                    .hasMessageContaining("unmount it first");
            assertThat(precious.resolve("data")).hasContent("x");
            Mounts.unmount(point);
            assertThat(parent.removeTree("tree")).isTrue();
        } finally {
            Mounts.detach(directory);
        }
        assertThat(directory.resolve("tree")).doesNotExist();
        assertThat(precious.resolve("data")).hasContent("x");
    }

    @Test
    void usageCountsNamesOfOneFileOnceAndLeavesMountsOut() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        Files.write(tree.resolve("a"), new byte[100_000]);
        Files.createLink(tree.resolve("b"), tree.resolve("a"));
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.write(other.resolve("big"), new byte[500_000]);
        Path point = Files.createDirectory(tree.resolve("point"));
        Mounts.bind(other, point);
        try (OpenDirectory open = OpenDirectory.open(tree)) {
            TreeUsage usage = TreeUsage.of(open);
            assertThat(usage.inodes()).isEqualTo(2);
            assertThat(usage.bytes()).isBetween(100_000L, 200_000L);
        } finally {
            Mounts.unmount(point);
        }
    }

    @Test
    void aCopyKeepsHolesLinksAndDepth() throws IOException {
        Path from = Files.createDirectories(directory.resolve("from"));
        try (var file = new java.io.RandomAccessFile(from.resolve("sparse").toFile(), "rw")) {
            file.setLength(64L << 20);
            file.seek(32L << 20);
            file.write("island".getBytes(StandardCharsets.US_ASCII));
        }
        Files.createLink(from.resolve("again"), from.resolve("sparse"));
        Path deep = from;
        for (int i = 0; i < 300; i++) {
            deep = Files.createDirectory(deep.resolve("d"));
        }
        Files.createLink(deep.resolve("third"), from.resolve("sparse"));
        Path to = Files.createDirectories(directory.resolve("to/fs"));
        try (OpenDirectory source = OpenDirectory.open(from);
                OpenDirectory target = OpenDirectory.open(to);
                OpenDirectory scratch = OpenDirectory.open(to.getParent())) {
            TreeCopy.of(source, target, scratch);
        }

        Stat copied = Stat.of(to.resolve("sparse")).orElseThrow();
        assertThat(copied.size()).isEqualTo(64L << 20);
        assertThat(copied.blocks() * 512).isLessThan(1 << 20);
        assertThat(copied.links()).isEqualTo(3);
        assertThat(Stat.of(to.resolve(from.relativize(deep)).resolve("third"))
                        .orElseThrow()
                        .sameFile(copied))
                .isTrue();
        try (var file = new java.io.RandomAccessFile(to.resolve("sparse").toFile(), "r")) {
            byte[] island = new byte[6];
            file.seek(32L << 20);
            file.readFully(island);
            assertThat(island).asString(StandardCharsets.US_ASCII).isEqualTo("island");
        }
        assertThat(to.getParent()).isDirectoryNotContaining("glob:**links");
    }
}
