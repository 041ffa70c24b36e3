package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.QuotaController;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is zfs's own, on a pool of its own. */
@Tag("zfs")
class ZfsDriverTest {
    private static ZfsPool pool;

    private StorageBench bench;

    @BeforeAll
    static void make() throws IOException {
        ZfsPool.assumeZfs();
        pool = ZfsPool.make(1L << 30);
    }

    @AfterAll
    static void destroy() throws IOException {
        if (pool != null) {
            pool.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new ZfsProvider(), Map.of(), Files.createTempDirectory(pool.path(), "driver-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aRemovedLayerThatIsBusyIsDestroyedOnceItIsNot() throws Exception {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        bench.prepare("x", "base");
        CountDownLatch mounted = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Path place = Files.createDirectory(bench.context().runDirectory().resolve("held"));
        List<MountSpec> mounts = bench.driver().mounts(LayerId.of("x"));
        // As a container's mount namespace that has the mount of another container in it.
        Thread holder =
                new Thread(new FutureTask<>(() -> Namespaces.<Path, Exception>inNew(Set.of(NamespaceKind.MOUNT), () -> {
                    LayerMount mount = LayerMount.make(mounts, place);
                    mounted.countDown();
                    done.await(10, TimeUnit.MINUTES);
                    mount.close();
                    return place;
                })));
        holder.start();
        mounted.await();
        try {
            bench.driver().remove(LayerId.of("x"));
            bench.driver().remove(LayerId.of("base"));
            bench.driver().cleanup();

            assertThat(bench.driver().layers()).isEmpty();
            assertThat(layerDatasets()).hasSize(3);
            bench.reopen();
            bench.driver().cleanup();
            assertThat(bench.driver().layers()).isEmpty();
            assertThat(layerDatasets()).hasSize(3);
        } finally {
            done.countDown();
            holder.join();
        }
        bench.driver().cleanup();
        assertThat(layerDatasets()).isEmpty();
    }

    @Test
    void leftOversAreDestroyedOnOpeningAndOthersDatasetsAreNot() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "kept"));
        String base = layerDatasets().get(0);
        bench.driver().close();
        pool.run("zfs", "create", home() + "/abcdefg2");
        pool.run("zfs", "clone", base + "@" + base.substring(base.lastIndexOf('/') + 1), home() + "/abcdefg3");
        pool.run("zfs", "snapshot", home() + "/abcdefg3@abcdefg3");
        pool.run("zfs", "clone", home() + "/abcdefg3@abcdefg3", home() + "/abcdefg4");
        pool.run("zfs", "create", home() + "/somebodys");

        bench.reopen();

        assertThat(layerDatasets())
                .filteredOn(name -> !name.contains("@"))
                .containsExactlyInAnyOrder(base, home() + "/somebodys");
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("kept"));
        pool.run("zfs", "destroy", home() + "/somebodys");
    }

    @Test
    void aSnapshotOfAnInterruptedCommitIsReplaced() throws IOException {
        bench.prepare("x");
        bench.in("x", root -> Files.writeString(root.resolve("f"), "before"));
        String dataset = layerDatasets().get(0);
        pool.run("zfs", "snapshot", dataset + "@" + dataset.substring(dataset.lastIndexOf('/') + 1));
        bench.in("x", root -> Files.writeString(root.resolve("f"), "after"));

        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));

        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("after"));
    }

    @Test
    void snapshotsThatOthersMadeDoNotKeepALayer() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        bench.prepare("x", "base");
        for (String dataset :
                layerDatasets().stream().filter(name -> !name.contains("@")).toList()) {
            pool.run("zfs", "snapshot", dataset + "@daily");
        }
        bench.driver().remove(LayerId.of("x"));
        bench.driver().remove(LayerId.of("base"));
        bench.driver().cleanup();

        assertThat(layerDatasets()).isEmpty();
    }

    @Test
    void whatIsInMemoryOfAMountThatSomebodyStillHasIsInTheCommit() throws IOException {
        bench.prepare("x");
        try (LayerMount mount = bench.mount("x")) {
            Files.writeString(mount.path().resolve("f"), "late");
            bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        }
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("late"));
    }

    @Test
    void layersAreInTheDatasetThatIsNamed(@TempDir Path elsewhere) throws IOException {
        String named = pool.name() + "/named";
        pool.run("zfs", "create", named);
        try (StorageBench other = new StorageBench(new ZfsProvider(), Map.of("zfs.fsname", named), elsewhere)) {
            other.base("base", root -> Files.writeString(root.resolve("f"), "x"));
            other.prepare("x", "base");
            other.in("x", root -> assertThat(root.resolve("f")).hasContent("x"));
            assertThat(pool.datasets(named)).hasSize(1 + 1 + 2 + 1);
            assertThat(other.driver().status()).contains(new StatusRow("Parent Dataset", named));
        }
    }

    @Test
    void aDatasetThatDoesNotExistIsRefusedByProbeAndOpen(@TempDir Path elsewhere) {
        assertThatThrownBy(() ->
                        new StorageBench(new ZfsProvider(), Map.of("zfs.fsname", pool.name() + "/nobody"), elsewhere))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("dataset does not exist")
                .hasMessageContaining("zfs create " + pool.name() + "/nobody");
        assertThat(bench.provider().probe(bench.context())).isInstanceOf(Probe.Supported.class);
    }

    @Test
    void datasetsOfAnotherRootAreNotTouched() throws IOException {
        bench.base("base", root -> {});
        String home = home();
        String root = bench.context().root().toString();
        bench.driver().close();
        pool.run("zfs", "set", LayerDatasets.ROOT + "=/elsewhere", home);

        assertThatThrownBy(bench::reopen)
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("holds the layers of /elsewhere")
                .hasMessageContaining("zfs set " + LayerDatasets.ROOT + "=" + root + " " + home);

        pool.run("zfs", "set", LayerDatasets.ROOT + "=" + root, home);
        assertThat(bench.reopen().layers()).hasSize(1);
    }

    @Test
    void layersWhoseDatasetIsGoneAreNotTakenForNone() throws IOException {
        bench.base("base", root -> {});
        String home = home();
        bench.driver().close();
        pool.run("zfs", "rename", home, pool.name() + "/away");

        assertThatThrownBy(bench::reopen)
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining(home + ", does not exist")
                .hasMessageContaining("zpool import");

        pool.run("zfs", "rename", pool.name() + "/away", home);
        assertThat(bench.reopen().layers()).hasSize(1);
    }

    @Test
    void aLimitIsAQuotaAndOneBelowWhatIsTakenStopsWriting() throws IOException {
        QuotaController quotas =
                bench.driver().capability(QuotaController.class).orElseThrow();
        LayerId x = bench.prepare("x").id();
        byte[] noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        bench.in("x", root -> Files.write(root.resolve("f"), noise));

        quotas.limit(x, 1 << 20);

        assertThat(quotas.limit(x)).contains(1L << 20);
        assertThatThrownBy(() -> bench.in("x", root -> Files.write(root.resolve("g"), noise)))
                .hasMessageContaining("Disk quota exceeded");
        quotas.limit(x, 32 << 20);
        assertThat(quotas.limit(x)).contains(32L << 20);
        assertThat(pool.run(
                                "zfs",
                                "get",
                                "-H",
                                "-p",
                                "-o",
                                "value",
                                "quota",
                                layerDatasets().get(0))
                        .strip())
                .isEqualTo("" + (32 << 20));
    }

    @Test
    void datasetsWithoutLayersAndLayersWithoutDatasetsAreFoundAndRepaired() throws IOException {
        ConsistencyChecker checker =
                bench.driver().capability(ConsistencyChecker.class).orElseThrow();
        bench.base("good", root -> {});
        String good = layerDatasets().get(0);
        bench.base("damaged", root -> {});
        bench.prepare("lost");
        assertThat(checker.check()).isEmpty();
        List<String> others = layerDatasets().stream()
                .filter(name -> !name.contains("@") && !name.equals(good))
                .toList();
        for (String dataset : others) {
            pool.run("zfs", "destroy", "-r", dataset);
        }
        pool.run("zfs", "create", home() + "/abcdefg2");

        List<Fault> faults = checker.check();

        assertThat(faults)
                .extracting(Fault::kind)
                .containsExactlyInAnyOrder(
                        ConsistencyChecker.Kind.UNMOUNTABLE,
                        ConsistencyChecker.Kind.UNMOUNTABLE,
                        ConsistencyChecker.Kind.UNACCOUNTED);
        faults.forEach(checker::repair);
        assertThat(checker.check()).isEmpty();
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).containsExactly(LayerId.of("good"));
        assertThat(layerDatasets()).allMatch(name -> name.startsWith(good));
    }

    @Test
    void aCloneOfSomethingElseHasLostItsParent() throws IOException {
        ConsistencyChecker checker =
                bench.driver().capability(ConsistencyChecker.class).orElseThrow();
        bench.base("base", root -> {});
        bench.prepare("x", "base");
        String x = layerDatasets().stream()
                .filter(name -> !name.contains("@"))
                .reduce((first, second) -> second)
                .orElseThrow();
        String base = layerDatasets().stream()
                .filter(name -> name.contains("@"))
                .findFirst()
                .orElseThrow();
        x = base.startsWith(x + "@") ? layerDatasets().get(0) : x;
        pool.run("zfs", "promote", x);

        assertThat(checker.check())
                .extracting(Fault::kind)
                .contains(ConsistencyChecker.Kind.UNMOUNTABLE, ConsistencyChecker.Kind.MISSING_PARENT);

        pool.run("zfs", "promote", base.substring(0, base.indexOf('@')));
        assertThat(checker.check()).isEmpty();
    }

    @Test
    void statusHasDockersRowsInItsOrderAndMore() {
        List<StatusRow> rows = bench.driver().status();

        assertThat(rows)
                .extracting(StatusRow::label)
                .startsWith(
                        "Zpool",
                        "Zpool Health",
                        "Parent Dataset",
                        "Space Used By Parent",
                        "Space Available",
                        "Parent Quota",
                        "Compression");
        assertThat(rows)
                .contains(
                        new StatusRow("Zpool", pool.name()),
                        new StatusRow("Zpool Health", "ONLINE"),
                        new StatusRow("Parent Dataset", pool.name()),
                        new StatusRow("Parent Quota", "no"),
                        new StatusRow("Compression", "off"));
        assertThat(bench.driver().warnings()).isEmpty();
    }

    /** The datasets and snapshots of layers. */
    private List<String> layerDatasets() throws IOException {
        return pool.datasets(home()).stream()
                .filter(name -> name.startsWith(home() + "/"))
                .toList();
    }

    private String home() {
        return bench.driver().status().stream()
                .filter(row -> row.label().equals("Layers Dataset"))
                .map(StatusRow::value)
                .findFirst()
                .orElseThrow();
    }
}
