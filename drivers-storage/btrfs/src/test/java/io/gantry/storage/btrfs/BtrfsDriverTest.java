package io.gantry.storage.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.OpenDirectory;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.Usage;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageBench;
import io.gantry.tck.storage.TreeListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is btrfs's own: subvolumes of containers, what layers take, left-overs. */
class BtrfsDriverTest {
    private LoopFileSystem btrfs;
    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        btrfs = LoopFileSystem.make(512L << 20, "", "mkfs.btrfs", "-q");
        bench = new StorageBench(new BtrfsProvider(), Map.of(), Files.createTempDirectory(btrfs.path(), "bench-"));
    }

    @AfterEach
    void close() throws IOException {
        try {
            bench.close();
        } finally {
            btrfs.close();
        }
    }

    @Test
    void aLayerIsASubvolumeReadOnlyFromItsCommitOn() throws IOException {
        bench.prepare("x");
        assertThat(BtrfsProgram.run("property", "get", only("").toString(), "ro"))
                .containsExactly("ro=false");
        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        assertThat(BtrfsProgram.run("property", "get", only("").toString(), "ro"))
                .containsExactly("ro=true");
        assertThatThrownBy(() -> Files.createFile(only("").resolve("f"))).isInstanceOf(IOException.class);
    }

    @Test
    void subvolumesThatAContainerMadeGoWithTheirLayer() throws IOException {
        bench.prepare("x");
        bench.in("x", root -> {
            Files.createDirectories(root.resolve("var/lib"));
            nested(root.resolve("var/lib/machines"));
            nested(root.resolve("var/lib/machines/one"));
            Files.createDirectories(root.resolve("var/lib/machines/one/deep/er"));
            nested(root.resolve("var/lib/machines/one/deep/er/two"));
            Files.writeString(root.resolve("var/lib/machines/one/deep/er/two/f"), "x");
        });
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).hasSize(4);

        bench.driver().remove(LayerId.of("x"));
        bench.driver().cleanup();

        assertThat(BtrfsProgram.subvolumes(btrfs.path())).isEmpty();
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
    }

    @Test
    void subvolumesThatAContainerMadeAreDirectoriesInTheLayersOnTop() throws IOException {
        List<String> before = new ArrayList<>();
        bench.prepare("x");
        bench.in("x", root -> {
            Files.createDirectories(root.resolve("var/lib"));
            nested(root.resolve("top"));
            Files.setPosixFilePermissions(root.resolve("top"), PosixFilePermissions.fromString("rwxrwx--x"));
            Files.write(root.resolve("top/f"), noise(1 << 20));
            nested(root.resolve("var/lib/machines"));
            linked(root.resolve("var/lib/machines"));
            nested(root.resolve("var/lib/machines/one"));
            linked(root.resolve("var/lib/machines/one"));
            Files.writeString(root.resolve("plain"), "plain");
            before.addAll(TreeListing.of(root));
        });
        LayerId base = LayerId.of("base");
        bench.driver().commit(LayerId.of("x"), base);
        bench.prepare("y", "base");

        bench.look("base", root -> assertThat(TreeListing.of(root)).isEqualTo(before));
        bench.in("y", root -> {
            assertThat(TreeListing.of(root)).isEqualTo(before);
            Files.writeString(root.resolve("var/lib/machines/one/new"), "x");
        });
        assertThat(bench.driver().usage(base).bytes()).isEqualTo((1 << 20) + 3 * 4096);
        bench.driver().cleanup();
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).hasSize(2);
    }

    @Test
    void subvolumesWithinReadOnlyOnesGoAsWell() throws IOException {
        bench.prepare("x");
        bench.in("x", root -> {
            nested(root.resolve("outer"));
            Files.createDirectory(root.resolve("outer/dir"));
            nested(root.resolve("outer/dir/inner"));
            nested(root.resolve("outer/dir/inner/innermost"));
            BtrfsProgram.run("property", "set", root.resolve("outer/dir/inner").toString(), "ro", "true");
            BtrfsProgram.run("property", "set", root.resolve("outer").toString(), "ro", "true");
        });
        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        bench.driver().remove(LayerId.of("base"));
        bench.driver().cleanup();

        assertThat(BtrfsProgram.subvolumes(btrfs.path())).isEmpty();
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
    }

    @Test
    void subvolumesDeeperThanPathsAreLongGoAsWell() throws IOException {
        String name = "d".repeat(200);
        bench.prepare("x");
        bench.in("x", root -> {
            OpenDirectory at = OpenDirectory.open(root);
            for (int i = 0; i < 30; i++) {
                try (OpenDirectory left = at) {
                    Subvolumes.create(left, name);
                    try (OpenDirectory subvolume = left.directory(name)) {
                        subvolume.makeDirectory(name, 0755);
                        at = subvolume.directory(name);
                    }
                }
            }
            at.close();
        });

        bench.driver().remove(LayerId.of("x"));
        bench.driver().cleanup();

        assertThat(BtrfsProgram.subvolumes(btrfs.path())).isEmpty();
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
    }

    @Test
    void aLayerTakesWhatWasWrittenSinceItsSnapshotAlone() throws IOException {
        bench.base("base", root -> {
            Files.write(root.resolve("big"), noise(8 << 20));
            for (int i = 0; i < 2000; i++) {
                Files.writeString(root.resolve("f" + i), "x");
            }
        });
        bench.prepare("x", "base");
        assertThat(bench.driver().usage(LayerId.of("x"))).isEqualTo(new Usage(0, 0));

        bench.in("x", root -> {
            Files.write(root.resolve("own"), noise(1 << 20));
            BtrfsProgram.run("filesystem", "sync", root.toString());
            clone(root.resolve("own"), root.resolve("shared-with-own"));
            clone(root.resolve("big"), root.resolve("shared-with-base"));
            Files.delete(root.resolve("f7"));
        });
        assertThat(bench.driver().usage(LayerId.of("x"))).isEqualTo(new Usage(1 << 20, 3));

        bench.driver().commit(LayerId.of("x"), LayerId.of("top"));
        bench.prepare("y", "top");
        bench.in("y", root -> Files.delete(root.resolve("own")));
        assertThat(bench.driver().usage(LayerId.of("top"))).isEqualTo(new Usage(1 << 20, 3));
        assertThat(bench.driver().usage(LayerId.of("y"))).isEqualTo(new Usage(0, 0));
        assertThat(bench.driver().usage(LayerId.of("base")).bytes()).isEqualTo((8 << 20) + 2000 * 4096);
        assertThat(bench.driver().usage(LayerId.of("base")).inodes()).isEqualTo(2001);
    }

    @Test
    void whatAContainersSubvolumesHoldCounts() throws IOException {
        bench.prepare("x");
        bench.in("x", root -> {
            nested(root.resolve("inner"));
            Files.write(root.resolve("inner/f"), noise(1 << 20));
        });
        assertThat(bench.driver().usage(LayerId.of("x"))).isEqualTo(new Usage(1 << 20, 2));
    }

    @Test
    void whatAKilledProcessLeftIsRemovedOnOpening() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "kept"));
        Path layers = bench.context().root().resolve("layers");
        Path base = only("");
        bench.driver().close();
        Files.createDirectory(layers.resolve("leftover"));
        BtrfsProgram.run(
                "subvolume",
                "snapshot",
                base.toString(),
                layers.resolve("leftover/fs").toString());
        nested(layers.resolve("leftover/fs/nested"));
        BtrfsProgram.run("property", "set", base.toString(), "ro", "false");

        bench.reopen();
        bench.driver().cleanup();

        assertThat(layers.resolve("leftover")).doesNotExist();
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).hasSize(1);
        assertThat(BtrfsProgram.run("property", "get", base.toString(), "ro")).containsExactly("ro=true");
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).containsExactly(LayerId.of("base"));
    }

    @Test
    void theFileSystemIsDescribed() {
        assertThat(bench.driver().status())
                .contains(
                        new StatusRow("Backing Filesystem", "btrfs"),
                        new StatusRow("Devices", "1"),
                        new StatusRow("Data Profile", "single"),
                        new StatusRow("Compression", "none"),
                        new StatusRow("Quotas", "disabled"))
                .extracting(StatusRow::label)
                .contains("Filesystem UUID", "Data Space Used", "Metadata Profile", "Metadata Space Used");
    }

    private Path only(String below) throws IOException {
        try (var keys = Files.list(bench.context().root().resolve("layers"))) {
            return keys.findFirst().orElseThrow().resolve("fs").resolve(below);
        }
    }

    private static void nested(Path path) throws IOException {
        BtrfsProgram.run("subvolume", "create", path.toString());
    }

    private static void linked(Path in) throws IOException {
        Files.writeString(in.resolve("f"), in.getFileName().toString());
        Files.createLink(in.resolve("again"), in.resolve("f"));
    }

    private static void clone(Path from, Path to) throws IOException {
        Process copy = new ProcessBuilder("cp", "--reflink=always", from.toString(), to.toString())
                .inheritIO()
                .start();
        assertThat(copy.onExit().join().exitValue()).isZero();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
