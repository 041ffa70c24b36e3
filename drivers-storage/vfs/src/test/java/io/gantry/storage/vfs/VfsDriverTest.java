package io.gantry.storage.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.FileSystems;
import io.gantry.linux.FileUser;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is vfs's own, on the machine's file system. */
class VfsDriverTest {
    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new VfsProvider(), Map.of(), Files.createTempDirectory("gantry-vfs-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    /** A kill while the kernel is asked for quotas left a directory in the root for good. */
    @Test
    void whatTheKernelIsTriedWithIsDiscardedAfterAKill() {
        assertThat(FileSystems.TRIAL).isEqualTo(LayerDirectories.TRIAL);
    }

    @Test
    void ownersAreShownMappedAndKeptAsTheyAre() throws IOException {
        Optional<IdMapper> mapper = bench.driver().capability(IdMapper.class);
        assumeThat(mapper).as("owners can be mapped here").isPresent();
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench.prepare("x", "base");

        Path place = Files.createDirectory(bench.context().runDirectory().resolve("place"));
        try (LayerMount mount =
                LayerMount.make(mapper.orElseThrow().mounts(LayerId.of("x"), IdMapping.of(100_000, 65_536)), place)) {
            assertThat(Stat.of(mount.path().resolve("f")).orElseThrow().uid()).isEqualTo(100_000);
            FileUser.<Path, IOException>as(
                    100_003, 100_004, () -> Files.createFile(mount.path().resolve("new")));
        }
        bench.in("x", root -> {
            assertThat(Stat.of(root.resolve("f")).orElseThrow().uid()).isZero();
            assertThat(Stat.of(root.resolve("new")).orElseThrow().uid()).isEqualTo(3);
        });
    }

    @Test
    void aLostCopyIsFoundAndMendedAndThoseMadeOfItAreWhole() throws IOException {
        ConsistencyChecker checker =
                bench.driver().capability(ConsistencyChecker.class).orElseThrow();
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench.prepare("x", "base");
        Path lost = bench.driver().layerTarget(LayerId.of("x")).orElseThrow().directory();
        bench.layer("top", "base", root -> {});
        assertThat(checker.check()).isEmpty();
        try (OpenDirectory layer = OpenDirectory.open(lost.getParent())) {
            layer.removeTree(lost.getFileName().toString());
        }

        List<ConsistencyChecker.Fault> faults = checker.check();
        assertThat(faults)
                .extracting(ConsistencyChecker.Fault::kind)
                .containsExactly(ConsistencyChecker.Kind.UNMOUNTABLE);
        faults.forEach(checker::repair);

        assertThat(bench.driver().stat(LayerId.of("x"))).isEmpty();
        assertThat(checker.check()).isEmpty();
    }

    @Test
    void aCopyThatWasInterruptedIsSweptOnOpening() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "kept"));
        Path root = bench.context().root();
        bench.driver().close();
        Files.createDirectories(root.resolve("layers/halfcopy/fs/usr"));
        Files.createDirectories(root.resolve("layers/halfcopy/links"));

        bench.reopen();
        bench.driver().cleanup();

        assertThat(root.resolve("layers/halfcopy")).doesNotExist();
        assertThat(root.resolve("trash")).isEmptyDirectory();
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).containsExactly(LayerId.of("base"));
    }

    @Test
    void aCopyTakesItsWholeSizeByItself() throws IOException {
        bench.base("base", root -> Files.write(root.resolve("big"), new byte[1 << 20]));
        bench.prepare("x", "base");

        assertThat(bench.driver().usage(LayerId.of("x")).bytes()).isGreaterThanOrEqualTo(1 << 20);
        assertThat(bench.driver().usage(LayerId.of("x")).inodes()).isEqualTo(1);
    }

    @Test
    void aSizeWithoutQuotasIsRefusedInDockersWords() {
        assertThatThrownBy(() -> bench.driver()
                        .prepare(LayerId.of("x"), Optional.empty(), bench.layerOptions(Map.of("size", "1g"))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("Filesystem does not support, or has not enabled quotas")
                .hasMessageContaining("pquota");
    }

    @Test
    void aSizeForAllLayersWithoutQuotasIsRefusedByProbeAndOpen() throws IOException {
        StorageProbe asked = new StorageProbe(bench, Map.of("vfs.size", "1g"));
        assertThat(asked.provider().probe(asked)).isInstanceOfSatisfying(Probe.Unsupported.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Probe.Reason.BAD_CONFIGURATION);
            assertThat(refused.remedy()).contains("pquota");
        });
        bench.driver().close();
        assertThatThrownBy(() -> asked.provider().open(asked).close())
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("vfs.size is given, but Filesystem does not support");
        assertThat(bench.reopen().layers()).isEmpty();
    }

    @Test
    void blocksAreSharedOnXfs() throws IOException {
        try (LoopFileSystem xfs = LoopFileSystem.make(320L << 20, "", "mkfs.xfs", "-q", "-m", "reflink=1");
                StorageBench shared = new StorageBench(
                        new VfsProvider(), Map.of(), Files.createTempDirectory(xfs.path(), "gantry-vfs-"))) {
            shared.base("base", root -> Files.write(root.resolve("big"), new byte[64 << 20]));
            long before = FileSystems.info(xfs.path()).freeBytes();
            for (int i = 0; i < 5; i++) {
                shared.prepare("copy" + i, "base");
            }
            assertThat(before - FileSystems.info(xfs.path()).freeBytes()).isLessThan(32 << 20);
            assertThat(shared.driver().status())
                    .contains(new StatusRow("Backing Filesystem", "xfs"), new StatusRow("Copy Method", "reflink"));
        }
    }

    /** The same root with other options of the daemon. */
    private record StorageProbe(StorageBench bench, Map<String, String> given) implements StorageContext {
        StorageDriverProvider provider() {
            return bench.provider();
        }

        @Override
        public Path root() {
            return bench.context().root();
        }

        @Override
        public Path runDirectory() {
            return bench.context().runDirectory();
        }

        @Override
        public Options options() {
            return Options.parse("storage driver vfs", provider().options(), OptionSpec.Scope.DAEMON, given);
        }
    }
}
