package io.gantry.storage.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.QuotaController;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sizes of layers, and what becomes of quota groups: the driver's own and those of the user. */
class BtrfsQuotaTest {
    private LoopFileSystem btrfs;
    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        btrfs = LoopFileSystem.make(512L << 20, "", "mkfs.btrfs", "-q");
        open(Map.of());
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
    void quotasAreOffUntilASizeIsAskedFor() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        assertThat(bench.driver().status()).contains(new StatusRow("Quotas", "disabled"));
        assertThatThrownBy(() -> BtrfsProgram.groups(btrfs.path())).hasMessageContaining("quota");

        sized("x", "base", "10m");

        assertThat(bench.driver().status()).contains(new StatusRow("Quotas", "qgroups"));
        assertThat(quotas().limit(LayerId.of("x"))).contains(10L << 20);
        assertThat(quotas().limit(LayerId.of("base"))).isEmpty();
    }

    @Test
    void aSizeBoundsTheLayerWithWhatItStandsOn() throws IOException {
        bench.base("base", root -> Files.write(root.resolve("f"), noise(6 << 20)));
        sized("x", "base", "10m");
        bench.in("x", root -> {
            Files.write(root.resolve("fits"), noise(2 << 20));
            assertThatThrownBy(() -> Files.write(root.resolve("too-big"), noise(4 << 20)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("quota");
        });
    }

    @Test
    void aSizeThatTheImageTakesAlreadyIsRefusedAndLeavesNothing() throws IOException {
        bench.base("base", root -> Files.write(root.resolve("f"), noise(6 << 20)));
        assertThatThrownBy(() -> sized("x", "base", "5m"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("layers beneath it take 6.3");
        bench.driver().cleanup();

        assertThat(bench.driver().layers()).hasSize(1);
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).hasSize(1);
        assertThat(BtrfsProgram.groups(btrfs.path())).hasSize(1);
    }

    @Test
    void noGroupIsLeftOfALayer() throws IOException {
        sized("x", "", "50m");
        bench.in("x", root -> {
            Files.write(root.resolve("f"), noise(1 << 20));
            BtrfsProgram.run("subvolume", "create", root.resolve("inner").toString());
        });
        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        for (int i = 0; i < 5; i++) {
            sized("y" + i, "base", "50m");
        }
        assertThat(BtrfsProgram.groups(btrfs.path())).hasSizeGreaterThanOrEqualTo(6);

        for (int i = 0; i < 5; i++) {
            bench.driver().remove(LayerId.of("y" + i));
        }
        bench.driver().remove(LayerId.of("base"));
        bench.driver().cleanup();

        assertThat(BtrfsProgram.groups(btrfs.path())).isEmpty();
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
    }

    @Test
    void groupsAreRememberedThroughARestart() throws IOException {
        sized("x", "", "50m");
        bench.in("x", root -> Files.write(root.resolve("f"), noise(1 << 20)));
        Path directory;
        try (var keys = Files.list(bench.context().root().resolve("layers"))) {
            directory = keys.findFirst().orElseThrow();
        }
        bench.driver().remove(LayerId.of("x"));
        try (Volume volume = Volume.of(btrfs.path());
                var trash = Files.list(bench.context().root().resolve("trash"))) {
            new SubvolumeRemoval(volume, new QuotaGroups(volume))
                    .destroyWithin(trash.findFirst().orElseThrow());
        }
        assertThat(directory).doesNotExist();

        bench.reopen();
        bench.driver().cleanup();

        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
        assertThat(BtrfsProgram.groups(btrfs.path())).isEmpty();
    }

    @Test
    void theUsersOwnQuotasStay() throws IOException {
        Path data = btrfs.path().resolve("data");
        BtrfsProgram.run("subvolume", "create", data.toString());
        BtrfsProgram.run("quota", "enable", btrfs.path().toString());
        BtrfsProgram.run("quota", "rescan", "-w", btrfs.path().toString());
        BtrfsProgram.run("qgroup", "limit", "20m", data.toString());
        BtrfsProgram.run("qgroup", "create", "1/100", btrfs.path().toString());
        BtrfsProgram.run("qgroup", "limit", "100m", "1/100", btrfs.path().toString());
        var before = BtrfsProgram.run(
                "qgroup", "show", "-r", "--raw", "--sync", btrfs.path().toString());

        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        sized("x", "base", "10m");
        assertThat(quotas().limit(LayerId.of("x"))).contains(10L << 20);
        bench.driver().remove(LayerId.of("x"));
        bench.driver().remove(LayerId.of("base"));
        bench.driver().cleanup();
        bench.reopen();

        var after = BtrfsProgram.run(
                "qgroup", "show", "-r", "--raw", "--sync", btrfs.path().toString());
        assertThat(ids(after)).isEqualTo(ids(before));
        assertThat(after).anyMatch(line -> line.startsWith("1/100") && line.contains(Long.toString(100 << 20)));
        assertThat(after).anyMatch(line -> line.contains(Long.toString(20 << 20)));
    }

    @Test
    void simpleQuotasOfTheUserAreUsed() throws IOException {
        try (Volume volume = Volume.of(btrfs.path())) {
            assumeThat(SimpleQuotas.enable(volume))
                    .as("this kernel has simple quotas (Linux 6.7)")
                    .isTrue();
        }
        assertThat(bench.driver().status()).contains(new StatusRow("Quotas", "simple"));
        bench.base("base", root -> Files.write(root.resolve("f"), noise(6 << 20)));
        sized("x", "base", "4m");
        bench.in("x", root -> {
            Files.write(root.resolve("fits"), noise(2 << 20));
            assertThatThrownBy(() -> Files.write(root.resolve("too-big"), noise(4 << 20)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("quota");
        });
        bench.driver().remove(LayerId.of("x"));
        bench.driver().remove(LayerId.of("base"));
        bench.driver().cleanup();

        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
        try (Volume volume = Volume.of(btrfs.path())) {
            assertThat(new QuotaGroups(volume).all()).containsExactly(5L);
            assertThat(new QuotaGroups(volume).mode()).isEqualTo(QuotaGroups.Mode.SIMPLE);
        }
    }

    @Test
    void aSizeBelowTheSmallestIsRefusedInDockersWords() throws IOException {
        bench.close();
        open(Map.of("btrfs.min_space", "10g"));

        assertThatThrownBy(() -> sized("x", "", "5g"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("btrfs: storage size cannot be less than 10.74GB");
        assertThatThrownBy(() -> sized("x", "", "0"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("btrfs: invalid storage size: 0B");
        assertThat(bench.driver().layers()).isEmpty();
        bench.prepare("unlimited");
        assertThatThrownBy(() -> quotas().limit(LayerId.of("unlimited"), 1 << 20))
                .isInstanceOf(InvalidArgumentException.class);
        sized("x", "", "10g");
        assertThat(quotas().limit(LayerId.of("x"))).contains(10L << 30);
    }

    private void open(Map<String, String> options) throws IOException {
        bench = new StorageBench(new BtrfsProvider(), options, Files.createTempDirectory(btrfs.path(), "bench-"));
    }

    private void sized(String id, String parent, String size) {
        bench.driver()
                .prepare(
                        LayerId.of(id),
                        parent.isEmpty() ? Optional.empty() : Optional.of(LayerId.of(parent)),
                        bench.layerOptions(Map.of("size", size)));
    }

    private QuotaController quotas() {
        return bench.driver().capability(QuotaController.class).orElseThrow();
    }

    private static List<String> ids(List<String> shown) {
        return shown.stream().map(line -> line.strip().split("\\s+")[0]).toList();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
