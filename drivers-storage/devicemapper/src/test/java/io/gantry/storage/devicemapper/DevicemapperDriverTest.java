package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.FileSystems;
import io.gantry.linux.Stat;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the driver does beyond what every driver does, on pools on files. */
@Tag("devicemapper")
class DevicemapperDriverTest {
    private final DevicemapperProvider provider = new DevicemapperProvider();
    private final Map<String, String> options = new HashMap<>(Map.of(
            DmOptions.FILE_SYSTEM, "ext4",
            DmOptions.BASE_SIZE, "256m",
            DmOptions.LOOP_DATA_SIZE, "1g",
            DmOptions.LOOP_METADATA_SIZE, "8m"));
    private StorageBench bench;

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    @BeforeAll
    static void assumeDeviceMapper() {
        DeviceMapper.assume();
    }

    @BeforeEach
    void open() throws IOException {
        bench = open(Map.of());
    }

    @AfterEach
    void close() throws IOException {
        Path root = bench.context().root();
        String prefix = ThinDevices.prefix(root);
        bench.close();
        assertThat(DeviceMapper.of(prefix, root))
                .as("what is left of the driver")
                .isEmpty();
    }

    @Test
    void aDeviceThatWasMadeBeforeAKillAndThatNoLayerHasIsDeletedAtTheNextStart() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        List<String> before = bench.files();
        ThinIds ids = ThinIds.open(bench.context().root());
        ThinIds.Thin intended;
        ThinIds.Thin made;
        try (DmControl control = DmControl.open()) {
            ThinPool pool = ThinPool.of(control, poolName());
            long transaction = pool.status().transaction();
            made = ids.allocate("madebefr", transaction + 1, 256 << 20);
            assertThat(pool.create(made.id())).isTrue();
            pool.setTransaction(transaction, transaction + 1);
            intended = ids.allocate("intended", transaction + 2, 256 << 20);
        }

        bench.reopen();

        assertThat(bench.files()).isEqualTo(before);
        try (DmControl control = DmControl.open()) {
            ThinPool pool = ThinPool.of(control, poolName());
            // Both ids are free, which they would not be if there were devices.
            assertThat(pool.create(made.id())).isTrue();
            assertThat(pool.create(intended.id())).isTrue();
            pool.delete(made.id());
            pool.delete(intended.id());
        }
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
    }

    @Test
    void aSuspendedDeviceIsResumedWhenItIsWanted() throws IOException {
        bench.prepare("x");
        String device = Path.of(bench.driver().mounts(id("x")).get(0).source())
                .getFileName()
                .toString();
        try (DmControl control = DmControl.open()) {
            control.suspend(device);
        }
        bench.in("x", root -> Files.writeString(root.resolve("f"), "x"));
    }

    @Test
    void anotherPoolUnderTheSameRootIsRefused() throws IOException {
        StorageBench other = open(Map.of());
        Path foreign = other.context().root().resolve("devicemapper");
        Path own = bench.context().root().resolve("devicemapper");
        bench.driver().close();
        other.driver().close();
        for (String file : List.of("data", "metadata")) {
            Files.move(own.resolve(file), own.resolve(file + ".kept"));
            Files.move(foreign.resolve(file), own.resolve(file));
        }
        other.close();

        assertThatThrownBy(() -> provider.open(bench.context()).close())
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("does not match with stored UUID")
                .hasMessageContaining("Possibly using a different thin pool than last invocation");

        for (String file : List.of("data", "metadata")) {
            Files.delete(own.resolve(file));
        }
        assertThatThrownBy(() -> provider.open(bench.context()).close())
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("Current Base Device UUID:(none)");

        for (String file : List.of("data", "metadata")) {
            Files.move(
                    own.resolve(file + ".kept"), own.resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(bench.reopen().layers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void aSizeGrowsTheFileSystemAndStaysWithItsChildren(String fs) throws IOException {
        try (StorageBench sized = open(Map.of(DmOptions.FILE_SYSTEM, fs, DmOptions.BASE_SIZE, "320m"))) {
            sized.base("small", root -> Files.writeString(root.resolve("f"), "small"));
            sized.driver().prepare(id("large"), Optional.of(id("small")), sized.layerOptions(Map.of("size", "600m")));
            sized.in("large", root -> {
                assertThat(total(root)).isBetween(420L << 20, 600L << 20);
                assertThat(root.resolve("f")).hasContent("small");
            });
            sized.driver().commit(id("large"), id("image"));
            sized.prepare("child", "image");
            sized.in("child", root -> assertThat(total(root)).isBetween(420L << 20, 600L << 20));
            sized.prepare("sibling", "small");
            sized.in("sibling", root -> assertThat(total(root)).isLessThan(320L << 20));

            assertThatThrownBy(() -> sized.driver()
                            .prepare(id("x"), Optional.of(id("image")), sized.layerOptions(Map.of("size", "512m"))))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("devmapper: Container size cannot be smaller than 629.1MB");
            assertThat(sized.driver().stat(id("x"))).isEmpty();
        }
    }

    @Test
    void aLargerBaseSizeHoldsForNewImagesAndASmallerOneIsRefused() throws IOException {
        bench.base("old", root -> {});
        bench.driver().close();

        try (StorageDriver grown = provider.open(with(Map.of(DmOptions.BASE_SIZE, "512m")))) {
            assertThat(grown.status()).contains(new StatusRow("Base Device Size", "536.9MB"));
            grown.prepare(id("new"), Optional.empty(), bench.layerOptions(Map.of()));
            assertThat(total(grown, "new")).isBetween(400L << 20, 512L << 20);
            grown.prepare(id("of-old"), Optional.of(id("old")), bench.layerOptions(Map.of()));
            assertThat(total(grown, "of-old")).isLessThan(256L << 20);
            assertThat(grown.usage(id("new")).inodes()).isZero();
        }

        assertThatThrownBy(() -> provider.open(with(Map.of())).close())
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("devmapper: Base device size cannot be smaller than 536.9MB");
        options.remove(DmOptions.BASE_SIZE);
        try (StorageDriver unchanged = provider.open(with(Map.of()))) {
            assertThat(unchanged.status()).contains(new StatusRow("Base Device Size", "536.9MB"));
        }
    }

    @Test
    void aPoolWithTooLittleFreeTakesNoLayer() throws IOException {
        try (StorageBench small = open(Map.of(DmOptions.LOOP_DATA_SIZE, "64m", DmOptions.MIN_FREE_SPACE, "99%"))) {
            assertThatThrownBy(() -> small.prepare("x"))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("prepare layer x")
                    .hasMessageMatching(
                            ".*devmapper: Thin Pool has \\d+ free data blocks which is less than minimum required 1013 free data blocks\\. "
                                    + "Create more free space in thin pool or use dm\\.min_free_space option to change behavior.*");
            assertThat(small.driver().layers()).isEmpty();
            assertThat(small.driver().status()).contains(new StatusRow("Thin Pool Minimum Free Space", "66.39MB"));
        }
    }

    @Test
    void aFullPoolFailsWritesAtOnceAndTakesLayersAgainWhenSpaceIsFreed() throws IOException {
        try (StorageBench small = open(Map.of(DmOptions.LOOP_DATA_SIZE, "64m"))) {
            small.base("base", root -> Files.writeString(root.resolve("f"), "base"));
            small.prepare("hog", "base");
            try (LayerMount mount = small.mount("hog")) {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 32; i++) {
                                Files.write(mount.path().resolve("f" + i), noise(4 << 20));
                                FileSystems.syncFile(mount.path().resolve("f" + i));
                            }
                        })
                        .isInstanceOfAny(IOException.class, io.gantry.linux.KernelException.class);
            }
            assertThatThrownBy(() -> small.prepare("x", "base"))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("free data blocks");

            small.driver().remove(id("hog"));
            small.driver().cleanup();

            small.prepare("x", "base");
            small.in("x", root -> {
                assertThat(root.resolve("f")).hasContent("base");
                Files.write(root.resolve("g"), noise(4 << 20));
            });
            small.driver().commit(id("x"), id("y"));
        }
    }

    @Test
    void discardsGiveTheSpaceOfADeletedLayerBackToTheFile() throws IOException {
        Path data = bench.context().root().resolve("devicemapper/data");
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        long before = blocks(data);
        bench.layer("big", "base", root -> Files.write(root.resolve("big"), noise(64 << 20)));
        assertThat(blocks(data) - before).isGreaterThan(60L << 20);

        bench.driver().remove(id("big"));
        bench.driver().cleanup();

        assertThat(blocks(data) - before).isLessThan(8L << 20);
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
    }

    @Test
    void aLayerInUseIsDeletedWhenItIsNoLonger() throws IOException {
        bench.prepare("x");
        try (LayerMount mount = bench.mount("x")) {
            Files.writeString(mount.path().resolve("f"), "in use");
            bench.driver().remove(id("x"));
            bench.driver().cleanup();

            assertThat(bench.driver().layers()).isEmpty();
            assertThat(bench.driver().status()).contains(new StatusRow("Deferred Deleted Device Count", "1"));
            assertThat(mount.path().resolve("f")).hasContent("in use");
            bench.prepare("x");
            bench.in("x", root -> assertThat(root).isEmptyDirectory());
            bench.driver().remove(id("x"));
        }
        bench.driver().cleanup();
        assertThat(bench.driver().status()).contains(new StatusRow("Deferred Deleted Device Count", "0"));
    }

    @Test
    void withoutDeferredDeletionALayerInUseIsNotRemoved() throws IOException {
        try (StorageBench strict = open(Map.of(DmOptions.DEFERRED_DELETION, "false"))) {
            strict.prepare("x");
            try (LayerMount mount = strict.mount("x")) {
                assertThatThrownBy(() -> strict.driver().remove(id("x")))
                        .isInstanceOf(FailedPreconditionException.class)
                        .hasMessageContaining("dm.use_deferred_deletion");
                assertThat(mount.path()).isEmptyDirectory();
            }
            strict.driver().remove(id("x"));
            assertThat(strict.driver().layers()).isEmpty();
        }
    }

    @Test
    void whatIsMountedOutlivesTheDriverAndIsFoundAgain() throws IOException {
        bench.prepare("x");
        try (LayerMount mount = bench.mount("x")) {
            Files.writeString(mount.path().resolve("f"), "before");
            bench.driver().close();
            Files.writeString(mount.path().resolve("g"), "between");
            bench.reopen();
            Files.writeString(mount.path().resolve("h"), "after");
            bench.in("x", root -> assertThat(root.resolve("g")).hasContent("between"));
            assertThat(bench.driver().usage(id("x")).inodes()).isEqualTo(3);
        }
        bench.driver().commit(id("x"), id("y"));
        assertThat(bench.driver().usage(id("y")).inodes()).isEqualTo(3);
    }

    @Test
    void filesOfThePoolGrowAndNeverShrink() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench.driver().close();
        try (StorageDriver grown = provider.open(with(Map.of(DmOptions.LOOP_DATA_SIZE, "2g")))) {
            assertThat(grown.status()).contains(new StatusRow("Data Space Total", "2.147GB"));
        }
        assertThat(bench.reopen().status()).contains(new StatusRow("Data Space Total", "2.147GB"));
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
    }

    @Test
    void aPoolOnFilesIsWarnedOf() {
        assertThat(bench.driver().warnings())
                .hasSize(2)
                .anyMatch(warning -> warning.contains("deprecated"))
                .anyMatch(
                        warning -> warning.startsWith(
                                "WARNING: devicemapper: usage of loopback devices is strongly discouraged for production use."));
        assertThat(bench.driver().status())
                .extracting(StatusRow::label)
                .startsWith("Pool Name", "Pool Blocksize", "Base Device Size", "Backing Filesystem")
                .contains("Data loop file", "Metadata loop file", "Library Version");
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).isEmpty();
    }

    private StorageBench open(Map<String, String> further) throws IOException {
        Map<String, String> all = new HashMap<>(options);
        all.putAll(further);
        return new StorageBench(provider, all, Files.createTempDirectory("gantry-dm-"));
    }

    /** The bench's root with other options. */
    private StorageContext with(Map<String, String> further) {
        Map<String, String> all = new HashMap<>(options);
        all.putAll(further);
        return new Context(
                bench.context().root(),
                bench.context().runDirectory(),
                Options.parse("devicemapper", provider.options(), OptionSpec.Scope.DAEMON, all));
    }

    private String poolName() {
        return ThinDevices.prefix(bench.context().root()) + "-pool";
    }

    private long total(StorageDriver driver, String layer) throws IOException {
        Path place = Files.createTempDirectory(bench.context().runDirectory(), "place-");
        try (LayerMount mount = LayerMount.make(driver.mounts(id(layer)), place)) {
            return total(mount.path());
        }
    }

    private static long total(Path mounted) {
        return FileSystems.info(mounted).totalBytes();
    }

    private static long blocks(Path file) {
        FileSystems.sync(file);
        return Stat.of(file).orElseThrow().blocks() * 512;
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static LayerId id(String name) {
        return LayerId.of(name);
    }
}
