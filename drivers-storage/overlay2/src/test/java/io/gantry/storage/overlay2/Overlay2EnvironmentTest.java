package io.gantry.storage.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What overlay2 makes of the file system and the privileges that it finds. */
class Overlay2EnvironmentTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"mkfs.ext4 -q, 24, extfs", "mkfs.xfs -q, 320, xfs", "mkfs.btrfs -q, 128, btrfs"})
    void theBackingFileSystemHasDockersName(String mkfs, long megabytes, String name) throws IOException {
        try (LoopFileSystem disk = LoopFileSystem.make(megabytes << 20, "", mkfs.split(" "))) {
            worksOn(disk.path(), name);
        }
    }

    @Test
    void memoryIsABackingFileSystemToo() throws IOException {
        Mounts.mount(new MountRequest("tmpfs", "test", List.of("size=16m", "rprivate")), directory);
        try {
            worksOn(directory, "tmpfs");
        } finally {
            Mounts.detach(directory);
        }
    }

    @Test
    void aFileSystemWithoutEntryTypesIsRefusedWithARemedy() throws IOException {
        try (LoopFileSystem disk = LoopFileSystem.make(24L << 20, "", "mkfs.ext4", "-q", "-O", "^filetype")) {
            assertThatThrownBy(() -> bench(disk.path()))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("extfs, does not keep file types in directories (d_type)")
                    .hasMessageContaining("--storage-driver vfs");
        }
    }

    @Test
    void theProbeTellsEachDecisionWithItsReason() throws IOException {
        try (StorageBench bench = bench(directory)) {
            Probe probe = bench.provider().probe(bench.context());

            assertThat(probe).isInstanceOfSatisfying(Probe.Supported.class, supported -> {
                assertThat(supported.features())
                        .extracting(Feature::name)
                        .containsExactlyInAnyOrder(
                                "d_type",
                                "native diff",
                                "metacopy",
                                "redirect_dir",
                                "index",
                                "xino",
                                "volatile",
                                "userxattr",
                                "quota");
                assertThat(supported.features())
                        .allSatisfy(feature -> assertThat(feature.reason()).isNotBlank());
            });
            assertThat(bench.driver().status())
                    .extracting(StatusRow::label)
                    .contains("redirect_dir", "index", "xino", "volatile", "quota");
        }
    }

    @Test
    void whatAKilledProbeLeftIsSweptWhenItIsOld() throws IOException {
        try (StorageBench bench = bench(directory)) {
            Path root = bench.context().root();
            Path old = Files.createDirectory(root.resolve(".trial-1"));
            Files.createDirectories(old.resolve("upper/opaque"));
            Path fresh = Files.createDirectory(root.resolve(".trial-2"));
            Files.setLastModifiedTime(old, FileTime.fromMillis(1_000_000));

            bench.reopen().cleanup();

            assertThat(old).doesNotExist();
            assertThat(fresh).exists();
            assertThat(root.resolve("trash")).isEmptyDirectory();
        }
    }

    @Test
    void inAUserNamespaceMarksAreUserAttributes() throws Exception {
        Process unshare = new ProcessBuilder("unshare", "--user", "--map-root-user", "--mount", "true").start();
        assumeThat(unshare.waitFor()).as("this user may make user namespaces").isZero();
        Process child = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        UserNamespaceMain.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        child.getOutputStream().close();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("userxattr: true", "dialect: OVERLAY_USERXATTR", "merged: [base, top]", "hidden: [top]");
    }

    private static StorageBench bench(Path parent) throws IOException {
        return new StorageBench(new Overlay2Provider(), Map.of(), Files.createTempDirectory(parent, "bench-"));
    }

    private static void worksOn(Path parent, String name) throws IOException {
        try (StorageBench bench = bench(parent)) {
            assertThat(bench.driver().status()).contains(new StatusRow("Backing Filesystem", name));
            bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
            bench.layer("top", "base", root -> Files.delete(root.resolve("f")));
            bench.look("top", root -> assertThat(root).isEmptyDirectory());
            bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
        }
    }
}
