package io.gantry.image.unpack;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.opaque;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static io.gantry.image.testing.Tars.tar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.ChainId;
import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageConfig;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.Layer;
import io.gantry.image.MediaTypes;
import io.gantry.image.NoSpaceException;
import io.gantry.image.store.Lease;
import io.gantry.image.testing.ImageFiles;
import io.gantry.image.testing.LoadedStore;
import io.gantry.image.testing.Programs;
import io.gantry.image.testing.Tars;
import io.gantry.image.testing.TestImage;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.storage.overlay2.Overlay2Provider;
import io.gantry.storage.vfs.VfsProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageBench;
import io.gantry.tck.storage.TreeListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackerTest {
    private static final byte[] BASE =
            tar(dir("./"), dir("bin"), file("bin/sh", "a shell"), dir("d"), file("d/a", "1"), file("d/b", "1"));
    private static final byte[] MIDDLE = tar(dir("d"), whiteout("d/a"), dir("e"), file("e/x", "2"), symlink("l", "e"));
    /** Needs what is beneath: a link of the layer below leads to where its file goes. */
    private static final byte[] TOP = tar(file("l/y", "3"), hardLink("bin/ash", "bin/sh"), opaque("e"));

    @TempDir
    Path directory;

    private LoadedStore loaded;
    private Unpacker unpacker;
    private final List<StorageBench> benches = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        Programs.assumeRoot();
        loaded = new LoadedStore(directory.resolve("content"));
        unpacker = new Unpacker(loaded.store(), 4);
    }

    @AfterEach
    void close() {
        if (unpacker != null) {
            unpacker.close();
        }
        benches.forEach(StorageBench::close);
    }

    private StorageBench bench(String driver) throws IOException {
        return bench(driver, directory);
    }

    private StorageBench bench(String driver, Path below) throws IOException {
        StorageDriverProvider provider = driver.equals("vfs") ? new VfsProvider() : new Overlay2Provider();
        StorageBench bench = new StorageBench(provider, Map.of(), Files.createTempDirectory(below, driver + "-"));
        benches.add(bench);
        return bench;
    }

    private Image image(byte[]... layers) throws IOException {
        TestImage image = TestImage.of("test", layers);
        return loaded.load(
                        new ImageFiles().docker(image, UnaryOperator.identity()).tar())
                .get(0)
                .image();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void everyLayerIsCommittedUnderItsChainId(String driver) throws IOException {
        StorageBench bench = bench(driver);
        Image image = image(BASE, MIDDLE, TOP);
        Optional<LayerId> top = unpacker.unpack(bench.driver(), image);

        assertThat(top).contains(Unpacker.id(image.chainIds().get(2)));
        assertThat(committed(bench.driver()))
                .isEqualTo(image.chainIds().stream().map(Unpacker::id).toList());
        bench.look(top.orElseThrow().value(), root -> {
            assertThat(names(root)).containsExactly("bin", "bin/ash", "bin/sh", "d", "d/b", "e", "e/y", "l");
            assertThat(root.resolve("e/y")).hasContent("3");
            assertThat(root.resolve("bin/ash")).hasContent("a shell");
        });
        bench.look(
                Unpacker.id(image.chainIds().get(1)).value(),
                root -> assertThat(names(root)).containsExactly("bin", "bin/sh", "d", "d/b", "e", "e/x", "l"));
    }

    @Test
    void bothDriversShowTheSame() throws IOException {
        Image image = image(BASE, MIDDLE, TOP);
        List<List<String>> seen = new ArrayList<>();
        for (String driver : List.of("overlay2", "vfs")) {
            StorageBench bench = bench(driver);
            LayerId top = unpacker.unpack(bench.driver(), image).orElseThrow();
            bench.look(
                    top.value(),
                    root -> seen.add(TreeListing.of(root).stream()
                            .map(line -> line.replaceAll("^(\\.|\\./e|\\./bin) .*", "$1"))
                            .toList()));
        }
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void whatIsThereIsNotMadeAgain(String name) throws IOException {
        WatchedDriver driver = new WatchedDriver(bench(name).driver());
        Image two = image(BASE, MIDDLE);
        unpacker.unpack(driver, two);
        List<LayerInfo> before = driver.layers();
        unpacker.unpack(driver, two);
        assertThat(driver.layers()).isEqualTo(before);

        int calls = driver.rebased.get() + driver.committed.get();
        unpacker.unpack(driver, image(BASE, MIDDLE, TOP));
        assertThat(driver.rebased.get() + driver.committed.get()).isEqualTo(calls + 1);
        assertThat(driver.layers()).hasSize(3).containsAll(before);
    }

    @Test
    void layersAreAppliedByThemselvesWhereTheDriverCanRebase() throws IOException {
        WatchedDriver overlay = new WatchedDriver(bench("overlay2").driver());
        unpacker.unpack(overlay, image(BASE, MIDDLE, TOP, tar(file("f", "4"))));
        assertThat(overlay.rebased).as("the second and the fourth").hasValue(2);
        assertThat(overlay.committed)
                .as("the first, and the third, which needs its parents")
                .hasValue(2);

        WatchedDriver vfs = new WatchedDriver(bench("vfs").driver());
        unpacker.unpack(vfs, image(BASE, MIDDLE));
        assertThat(vfs.rebased).hasValue(0);
        assertThat(vfs.committed).hasValue(2);
    }

    /** With as many layers at work as there are threads; each waits for the other. */
    @Test
    void layersAreAppliedSideBySide() throws IOException {
        CyclicBarrier together = new CyclicBarrier(3);
        WatchedDriver driver = new WatchedDriver(bench("overlay2").driver()) {
            @Override
            public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
                if (parent.isEmpty()) {
                    await(together);
                }
                return super.prepare(id, parent, options);
            }
        };
        unpacker.unpack(driver, image(BASE, MIDDLE, tar(file("f", "4"))));
        assertThat(driver.layers()).hasSize(3);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(60, java.util.concurrent.TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void sixtyLayers(String driver) throws IOException {
        StorageBench bench = bench(driver);
        byte[][] layers = IntStream.range(0, 60)
                .mapToObj(i -> i == 0
                        ? tar(dir("d"), file("d/0", "0"))
                        : tar(dir("d"), file("d/" + i, "x" + i), whiteout("d/" + (i - 2))))
                .toArray(byte[][]::new);
        LayerId top = unpacker.unpack(bench.driver(), image(layers)).orElseThrow();
        assertThat(bench.driver().layers()).hasSize(60);
        bench.look(top.value(), root -> assertThat(names(root)).containsExactly("d", "d/58", "d/59"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void manyMayUnpackTheSameAtOnce(String driver) throws Exception {
        StorageBench bench = bench(driver);
        Image image = image(BASE, MIDDLE, TOP);
        Image sibling = image(BASE, MIDDLE, tar(file("f", "4")));
        int callers = 8;
        CyclicBarrier start = new CyclicBarrier(callers);
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Future<Optional<LayerId>>> results = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                Image mine = i % 2 == 0 ? image : sibling;
                results.add(threads.submit(() -> {
                    start.await();
                    return unpacker.unpack(bench.driver(), mine);
                }));
            }
            for (int i = 0; i < callers; i++) {
                Image mine = i % 2 == 0 ? image : sibling;
                assertThat(results.get(i).get())
                        .contains(Unpacker.id(mine.chainIds().get(2)));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(committed(bench.driver())).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void aLayerThatIsNotWhatTheConfigPromisesIsNotCommitted(String driver) throws IOException {
        StorageBench bench = bench(driver);
        Digest promised = Digest.of(new byte[] {1});
        Image image = withPromise(promised, BASE, MIDDLE, TOP);
        assertThatThrownBy(() -> unpacker.unpack(bench.driver(), image))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH))
                .hasMessage("failed to register layer " + promised.shortHex()
                        + ": wrong diff id calculated on extraction: the layer has \"" + Tars.digest(MIDDLE)
                        + "\" where the image's config promises \"" + promised + "\"");
        assertThat(committed(bench.driver())).containsExactly(Unpacker.id(Tars.digest(BASE)));
    }

    /** An image whose second layer is another than its config says, as nobody checked when it came. */
    private Image withPromise(Digest promised, byte[]... layers) throws IOException {
        List<Digest> diffIds = new ArrayList<>();
        List<Layer> parts = new ArrayList<>();
        try (Lease lease = loaded.store().lease()) {
            for (int i = 0; i < layers.length; i++) {
                Digest blob = lease.add(layers[i]);
                Digest diffId = i == 1 ? promised : blob;
                diffIds.add(diffId);
                parts.add(new Layer(Descriptor.of(MediaTypes.OCI_LAYER, blob, layers[i].length), diffId, 0));
            }
            ImageConfig config = ImageConfig.parse(
                    TestImage.withDiffIds("amd64", "x", diffIds, layers).config());
            return new Image(config, Descriptor.of(MediaTypes.OCI_MANIFEST, lease.add(new byte[] {5}), 1), parts);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void hostileAndMissingLayersLeaveNothing(String driver) throws IOException {
        StorageBench bench = bench(driver);
        Image hostile = image(BASE, tar(file("../../evil", "")), MIDDLE);
        assertThatThrownBy(() -> unpacker.unpack(bench.driver(), hostile))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ESCAPE))
                .hasMessageStartingWith("failed to register layer ");
        Image missing = image(BASE, tar(file("gone", "")));
        loaded.store().delete(missing.layers().get(1).blob().digest());
        assertThatThrownBy(() -> unpacker.unpack(bench.driver(), missing))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING));
        assertThat(committed(bench.driver())).containsExactly(Unpacker.id(Tars.digest(BASE)));
    }

    @Test
    void aDriverThatFailsToCommitIsLeftClean() throws IOException {
        WatchedDriver driver = new WatchedDriver(bench("overlay2").driver()) {
            @Override
            public LayerInfo commitOnto(LayerId id, LayerId name, LayerId parent) {
                throw new IllegalStateException("broken");
            }
        };
        assertThatThrownBy(() -> unpacker.unpack(driver, image(BASE, MIDDLE, tar(file("f", "4")))))
                .hasMessage("broken");
        assertThat(committed(driver)).containsExactly(Unpacker.id(Tars.digest(BASE)));
    }

    /** Its parallel work must not outlive it, or what that makes would stay behind. */
    @Test
    void anInterruptedCallCleansUpBeforeItReturns() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Image image = image(BASE, MIDDLE);
        WatchedDriver driver = new WatchedDriver(bench("overlay2").driver()) {
            @Override
            public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
                if (Thread.currentThread().getName().equals("gantry-unpack")) {
                    awaitQuietly(mayGoOn);
                }
                return super.prepare(id, parent, options);
            }

            @Override
            public LayerInfo commit(LayerId id, LayerId name) {
                LayerInfo done = super.commit(id, name);
                Thread.currentThread().interrupt();
                return done;
            }
        };
        List<Throwable> failures = new ArrayList<>();
        List<Boolean> stillInterrupted = new ArrayList<>();
        Thread caller = new Thread(() -> {
            try {
                unpacker.unpack(driver, image);
            } catch (Exception e) {
                failures.add(e);
            }
            stillInterrupted.add(Thread.currentThread().isInterrupted());
        });
        caller.start();
        while (caller.getState() != Thread.State.WAITING && caller.isAlive()) {
            Thread.onSpinWait();
        }
        mayGoOn.countDown();
        caller.join();
        assertThat(driver.layers()).noneMatch(layer -> layer.id().value().startsWith(Unpacker.STAGING_PREFIX));
        assertThat(stillInterrupted).containsExactly(true);
        assertThat(failures).hasSize(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void aFullDiskLeavesNothing(String driver) throws IOException {
        byte[] random = new byte[16 << 20];
        new java.util.Random(1).nextBytes(random);
        try (LoopFileSystem disk = LoopFileSystem.make(12 << 20, "", "mkfs.ext4", "-q")) {
            StorageBench bench = bench(driver, disk.path());
            Image image = image(BASE, tar(file("f", random)));
            assertThatThrownBy(() -> unpacker.unpack(bench.driver(), image))
                    .isInstanceOf(NoSpaceException.class)
                    .hasMessageStartingWith("no space left on device while writing " + disk.path())
                    .hasMessageContaining("free space");
            assertThat(committed(bench.driver())).containsExactly(Unpacker.id(Tars.digest(BASE)));
            bench.driver().cleanup();
            unpacker.unpack(bench.driver(), image(BASE, MIDDLE));
            benches.remove(bench);
            bench.close();
        }
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws IOException {
        StorageBench bench = bench("overlay2");
        unpacker.unpack(bench.driver(), image(BASE));
        bench.prepare(Unpacker.STAGING_PREFIX + "1");
        bench.prepare("container", Tars.digest(BASE).hex());
        Unpacker.removeLeftovers(bench.driver());
        assertThat(bench.driver().layers())
                .extracting(LayerInfo::id)
                .containsExactlyInAnyOrder(LayerId.of("container"), Unpacker.id(Tars.digest(BASE)));
    }

    @Test
    void anImageWithoutLayersStandsOnNothing() throws IOException {
        StorageBench bench = bench("overlay2");
        assertThat(unpacker.unpack(bench.driver(), image())).isEmpty();
        assertThat(bench.driver().layers()).isEmpty();
        assertThat(ChainId.allOf(List.of())).isEmpty();
    }

    /** The ids of all layers, which are committed all. */
    private static List<LayerId> committed(StorageDriver driver) {
        assertThat(driver.layers()).allMatch(layer -> layer.kind() == LayerInfo.Kind.COMMITTED);
        return driver.layers().stream().map(LayerInfo::id).toList();
    }

    private static List<String> names(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            return all.skip(1)
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }
}
