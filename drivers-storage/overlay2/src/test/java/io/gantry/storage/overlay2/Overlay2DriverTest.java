package io.gantry.storage.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.FileAttributes;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.Rebaser;
import io.gantry.spi.storage.StorageContext;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is overlay2's own, on the machine's file system. */
class Overlay2DriverTest {
    @TempDir
    Path directory;

    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new Overlay2Provider(), Map.of(), Files.createTempDirectory("gantry-overlay2-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void fiveHundredLayersAreMountedAndOneMoreIsRefused() throws IOException {
        bench.base("l1", root -> Files.writeString(root.resolve("f1"), "1"));
        for (int i = 2; i <= 500; i++) {
            String name = "l" + i;
            bench.prepare("new", "l" + (i - 1));
            Path diff =
                    bench.driver().layerTarget(LayerId.of("new")).orElseThrow().directory();
            Files.writeString(diff.resolve("f" + i), "" + i);
            bench.driver().commit(LayerId.of("new"), LayerId.of(name));
        }
        bench.prepare("top", "l500");
        bench.in("top", root -> {
            try (Stream<Path> entries = Files.list(root)) {
                assertThat(entries).hasSize(500);
            }
            assertThat(root.resolve("f1")).hasContent("1");
            Files.writeString(root.resolve("f1"), "changed");
        });
        bench.look("l500", root -> assertThat(root.resolve("f1")).hasContent("1"));
        bench.driver().commit(LayerId.of("top"), LayerId.of("l501"));

        assertThatThrownBy(() -> bench.prepare("too-high", "l501"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("max depth exceeded");
        assertThat(bench.driver().stat(LayerId.of("too-high"))).isEmpty();
    }

    @Test
    void nothingIsStackedWhereThereIsNothingToStack() throws IOException {
        bench.base("base", root -> {});
        bench.layer("second", "base", root -> {});
        bench.prepare("alone");
        bench.prepare("on-one", "base");
        bench.driver().view(LayerId.of("view-one"), LayerId.of("base"));
        bench.driver().view(LayerId.of("view-two"), LayerId.of("second"));

        assertThat(mount("alone").type()).isEqualTo("bind");
        assertThat(mount("alone").options()).contains("rw");
        assertThat(mount("view-one").type()).isEqualTo("bind");
        assertThat(mount("view-one").options()).contains("ro");
        assertThat(mount("on-one").type()).isEqualTo("overlay");
        assertThat(mount("view-two").type()).isEqualTo("overlay");
        assertThat(mount("view-two").options()).contains("ro").noneMatch(option -> option.startsWith("upperdir="));
    }

    @Test
    void mountsNameLowerLayersTopmostFirstAndTurnOffWhatLayersCannotBear() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("who"), "base"));
        bench.layer("second", "base", root -> Files.writeString(root.resolve("who"), "second"));
        bench.prepare("top", "second");

        List<String> options = mount("top").options();
        List<String> lowers = options.stream()
                .filter(option -> option.startsWith("lowerdir+="))
                .map(option -> option.substring("lowerdir+=".length()))
                .toList();
        assertThat(lowers).hasSize(2);
        assertThat(Path.of(lowers.get(0), "who")).hasContent("second");
        assertThat(Path.of(lowers.get(1), "who")).hasContent("base");
        assertThat(options).contains("index=off", "metacopy=off", "redirect_dir=nofollow");
    }

    @Test
    void statusHasDockersRowsFirstAndAReasonForEachOtherDecision() {
        List<StatusRow> rows = bench.driver().status();

        assertThat(rows.subList(0, 5))
                .extracting(StatusRow::label)
                .containsExactly(
                        "Backing Filesystem", "Supports d_type", "Using metacopy", "Native Overlay Diff", "userxattr");
        assertThat(rows.subList(1, 5)).extracting(StatusRow::value).containsExactly("true", "false", "true", "false");
        assertThat(rows.get(5).label()).isEqualTo("Supports idmapped layers");
        assertThat(rows.get(5).value()).matches("true|false \\(.+\\)");
        assertThat(rows.subList(6, rows.size()))
                .allSatisfy(row -> assertThat(row.value()).matches("(on|off) \\(.+\\)"));
    }

    @Test
    void leftOversAreSweptOnOpeningAndDeletedByCleanup() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "kept"));
        Path root = bench.context().root();
        bench.driver().close();
        Path orphan = Files.createDirectories(root.resolve("layers/orphan22/diff/deep"));
        Files.writeString(orphan.resolve("f"), "lost");
        Files.createDirectories(root.resolve("trash/old-1/diff"));
        Files.writeString(root.resolve("catalog/.new-orphan22"), "half a rec");

        bench.reopen();
        assertThat(root.resolve("layers/orphan22")).doesNotExist();
        bench.driver().cleanup();

        assertThat(root.resolve("trash")).isEmptyDirectory();
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).containsExactly(LayerId.of("base"));
        bench.look("base", mounted -> assertThat(mounted.resolve("f")).hasContent("kept"));
    }

    @Test
    void aDiscardedLayerThatIsStillMountedOnStaysUntilItIsNot() throws IOException {
        Path precious = Files.createDirectories(directory.resolve("precious"));
        Files.writeString(precious.resolve("data"), "x");
        bench.prepare("x");
        Path diff = bench.driver().layerTarget(LayerId.of("x")).orElseThrow().directory();
        Path point = Files.createDirectory(diff.resolve("point"));
        Mounts.bind(precious, point);
        try {
            bench.driver().remove(LayerId.of("x"));
            bench.driver().cleanup();
            assertThat(precious.resolve("data")).hasContent("x");
        } finally {
            Mounts.detach(bench.context().root());
        }
        bench.driver().cleanup();
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
        assertThat(precious.resolve("data")).hasContent("x");
    }

    @Test
    void aDamagedRecordStopsTheDriverAndNamesTheFile() throws IOException {
        bench.base("base", root -> {});
        bench.driver().close();
        Path record;
        try (Stream<Path> records = Files.list(bench.context().root().resolve("catalog"))) {
            record = records.findFirst().orElseThrow();
        }
        byte[] good = Files.readAllBytes(record);
        Files.write(record, new byte[0]);

        assertThatThrownBy(() -> bench.provider().open(bench.context()).close())
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining(record.toString());
        Files.write(record, good);
        assertThat(bench.reopen().layers()).hasSize(1);
    }

    @Test
    void aSizeWithoutQuotasIsRefusedInDockersWords() {
        assertThatThrownBy(() -> bench.driver()
                        .prepare(LayerId.of("x"), Optional.empty(), bench.layerOptions(Map.of("size", "1g"))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(
                        "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
        assertThatThrownBy(() -> new StorageBench(
                        new Overlay2Provider(),
                        Map.of("overlay2.size", "1g"),
                        Files.createDirectory(directory.resolve("limited"))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("'pquota' mount option");
    }

    @Test
    void overlayOnOverlayIsRefusedWithARemedy() throws IOException {
        bench.base("base", root -> {});
        bench.prepare("x", "base");
        try (LayerMount mount = bench.mount("x")) {
            Path root = Files.createDirectory(mount.path().resolve("root"));
            Probe probe = bench.provider().probe(contextOn(root));

            assertThat(probe).isInstanceOfSatisfying(Probe.Unsupported.class, refused -> {
                assertThat(refused.reason()).isEqualTo(Probe.Reason.WRONG_BACKING_FILE_SYSTEM);
                assertThat(refused.detail()).contains("'overlay2' is not supported over overlayfs");
                assertThat(refused.remedy()).contains("--data-root");
            });
            assertThat(root).isEmptyDirectory();
        }
    }

    @Test
    void aVolatileLayerIsMountedSoAndAgainAfterACrash() throws IOException {
        bench.base("base", root -> {});
        bench.driver()
                .prepare(
                        LayerId.of("x"),
                        Optional.of(LayerId.of("base")),
                        bench.layerOptions(Map.of("volatile", "true")));
        for (int i = 0; i < 2; i++) {
            String name = "f" + i;
            try (LayerMount mount = bench.mount("x")) {
                assertThat(MountTable.read().at(mount.path()).orElseThrow().superOptions())
                        .containsAnyOf("volatile", "fsync=volatile");
                Files.writeString(mount.path().resolve(name), "x");
            }
        }
        bench.in("x", root -> assertThat(root.resolve("f0")).exists());
    }

    @Test
    void aRebasedLayerThatSaysNothingOfItsRootTakesAfterItsParent() throws IOException {
        bench.base("base", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                FileAttributes.changeMode(open.fd(), 0555);
            }
        });
        Rebaser rebaser = bench.driver().capability(Rebaser.class).orElseThrow();
        bench.prepare("silent");
        bench.in("silent", root -> Files.writeString(root.resolve("f"), "x"));
        rebaser.commitOnto(LayerId.of("silent"), LayerId.of("a"), LayerId.of("base"));
        bench.prepare("outspoken");
        bench.in("outspoken", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                FileAttributes.changeMode(open.fd(), 0700);
            }
        });
        rebaser.commitOnto(LayerId.of("outspoken"), LayerId.of("b"), LayerId.of("base"));

        bench.look("a", root -> assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(0555));
        bench.look("b", root -> assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(0700));
    }

    private MountSpec mount(String layer) {
        List<MountSpec> mounts = bench.driver().mounts(LayerId.of(layer));
        assertThat(mounts).hasSize(1);
        return mounts.get(0);
    }

    private StorageContext contextOn(Path root) {
        return new StorageContext() {
            @Override
            public Path root() {
                return root;
            }

            @Override
            public Path runDirectory() {
                return bench.context().runDirectory();
            }

            @Override
            public Options options() {
                return bench.context().options();
            }
        };
    }
}
