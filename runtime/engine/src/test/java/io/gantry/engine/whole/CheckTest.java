package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.engine.Checks.Fault;
import io.gantry.engine.Checks.Outcome;
import io.gantry.engine.Checks.Report;
import io.gantry.engine.Checks.Request;
import io.gantry.engine.catalogue.DriverCatalogue;
import io.gantry.engine.catalogue.PluginPath;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.image.DockerArchives;
import io.gantry.image.ChainId;
import io.gantry.image.Digest;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.StorageDriver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real damage to layers and content is found in every driver, told, and mended where no container's data is at stake. */
@Timeout(300)
class CheckTest {
    private static final String IMAGE = "layered:test";
    private static final String NONE = "\"HostConfig\":{\"NetworkMode\":\"none\",\"StorageOpt\":{\"gantry.driver\":\"";

    @TempDir
    Path directory;

    private Optional<StorageGround> ground = Optional.empty();
    private WholeEngine whole;
    private DockerArchives archives;
    private List<LayerId> chain;

    @BeforeEach
    void open() throws IOException {
        StorageGround made = StorageGround.in(directory);
        ground = Optional.of(made);
        whole = WholeEngine.in(directory, made::in);
        whole.engine().images().remove(WholeEngine.IMAGE, false, false);
        archives = new DockerArchives();
        List<byte[]> layers = List.of(
                whole.rootArchive(),
                DockerArchives.tar(Map.of("etc/second", "second".getBytes(StandardCharsets.UTF_8))));
        archives.addTars("sh", Instant.EPOCH, layers, IMAGE);
        load();
        chain = ChainId.allOf(layers.stream().map(Digest::of).toList()).stream()
                .map(id -> LayerId.of(id.hex()))
                .toList();
    }

    private void load() {
        whole.engine().images().load(new ByteArrayInputStream(archives.archive()), line -> {});
    }

    @AfterEach
    void close() throws IOException {
        try {
            if (whole != null) {
                if (whole.engine() == null) {
                    whole.reopen();
                }
                whole.close();
            }
        } finally {
            if (ground.isPresent()) {
                ground.get().close();
            }
        }
    }

    static Stream<String> drivers() {
        return Stream.of(StorageGround.ALL.split(","));
    }

    private void assumeWorks(String driver) {
        whole.engine().drivers().stream()
                .filter(one -> one.kind().equals("storage") && one.name().equals(driver))
                .forEach(one -> assumeThat(one.status()).as(one.reason()).isEqualTo("supported"));
    }

    private String create(String driver) {
        return whole.create(
                "{\"Image\":\"" + IMAGE + "\",\"Cmd\":[\"cat\",\"/etc/second\"]," + NONE + driver + "\"}}}");
    }

    /** Unpacks the image there, without a container that stays. */
    private void unpack(String driver) {
        assumeWorks(driver);
        whole.engine().containers().remove(create(driver), false, false);
    }

    private Report check(String driver, boolean quick, boolean repair) {
        return whole.engine().checks().check(new Request(Optional.of(driver), quick, repair), line -> {});
    }

    private Report checkAll(boolean repair) {
        return whole.engine().checks().check(new Request(Optional.empty(), false, repair), line -> {});
    }

    /** Does something to a driver's layers while the engine is closed, and opens it again. */
    private void behindItsBack(String driver, Consumer<StorageDriver> work) throws IOException {
        whole.shut();
        try (OpenDrivers drivers = new OpenDrivers(
                DriverCatalogue.load(PluginPath.of(whole.config().pluginPath())), whole.config())) {
            work.accept(drivers.storage(driver));
        }
        whole.reopen();
    }

    private Path inLayer(String driver, String file) throws IOException {
        try (Stream<Path> walk = Files.walk(whole.config().storageRoot(driver))) {
            return walk.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
        }
    }

    private void overwrite(Path file, String content) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, time);
    }

    private void assertMendable(String driver, Kind kind, String detail) throws Exception {
        Report found = check(driver, false, false);
        assertThat(found.isClean()).isFalse();
        assertThat(found.faults())
                .anySatisfy(fault -> {
                    assertThat(fault.kind()).isEqualTo(kind);
                    assertThat(fault.detail()).contains(detail);
                })
                .allMatch(fault -> fault.driver().equals(driver)
                        && fault.outcome() == Outcome.FOUND
                        && !fault.remedy().isEmpty());
        Report mended = check(driver, false, true);
        assertThat(mended.faults()).isNotEmpty().allMatch(fault -> fault.outcome() == Outcome.MENDED);
        assertThat(mended.isClean()).isTrue();
        assertThat(checkAll(false).faults()).isEmpty();
        assertThat(whole.run(create(driver)).stdout()).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "overlay", "vfs"})
    void aChangedByte(String driver) throws Exception {
        unpack(driver);
        assertThat(check(driver, false, false).isClean()).isTrue();
        overwrite(inLayer(driver, "etc/second"), "secoNd");
        assertThat(check(driver, true, false).isClean()).as("a quick check").isTrue();
        assertMendable(driver, Kind.CONTENT_MISMATCH, "/etc/second has another content");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "overlay", "vfs"})
    void aFileThatWasCutShort(String driver) throws Exception {
        unpack(driver);
        overwrite(inLayer(driver, "etc/second"), "sec");
        assertMendable(driver, Kind.CONTENT_MISMATCH, "/etc/second has 3 bytes, not 6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "overlay", "vfs"})
    void aLayerWhoseDirectoryIsGone(String driver) throws Exception {
        unpack(driver);
        Path layer = inLayer(driver, "etc/second").getParent().getParent().getParent();
        try (OpenDirectory layers = OpenDirectory.open(layer.getParent())) {
            layers.removeTree(layer.getFileName().toString());
        }
        Report found = check(driver, true, false);
        assertThat(found.faults()).isNotEmpty().extracting(Fault::kind).containsOnly(Kind.UNMOUNTABLE);
        assertThat(check(driver, true, true).isClean()).isTrue();
        assertThat(checkAll(false).faults()).isEmpty();
        assertThat(whole.run(create(driver)).stdout()).isEqualTo("second");
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void layersOfNobody(String driver) throws Exception {
        unpack(driver);
        behindItsBack(driver, open -> {
            open.prepare(LayerId.of("making"), Optional.empty(), LayerOptions.none());
            open.commit(LayerId.of("making"), LayerId.of("stray"));
            open.prepare(LayerId.of("child"), Optional.of(LayerId.of("stray")), LayerOptions.none());
            open.prepare(LayerId.of("unpack-killed"), Optional.empty(), LayerOptions.none());
        });
        Report found = check(driver, true, false);
        assertThat(found.faults()).extracting(Fault::kind).containsOnly(Kind.UNACCOUNTED);
        assertThat(found.faults())
                .extracting(Fault::layer)
                .containsExactlyInAnyOrder("stray", "child", "unpack-killed");
        assertThat(check(driver, true, true).faults()).hasSize(3).allMatch(fault -> fault.outcome() == Outcome.MENDED);
        assertThat(checkAll(false).faults()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void aLayerThatStandsOnTheWrongOne(String driver) throws Exception {
        unpack(driver);
        behindItsBack(driver, open -> {
            open.remove(chain.get(1));
            open.prepare(LayerId.of("making"), Optional.empty(), LayerOptions.none());
            open.commit(LayerId.of("making"), chain.get(1));
        });
        assertMendable(driver, Kind.MISSING_PARENT, "it stands on nothing, in its image on " + chain.get(0));
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void aContainerThatLostItsLayer(String driver) throws Exception {
        assumeWorks(driver);
        String id = create(driver);
        behindItsBack(driver, open -> open.remove(LayerId.of(id)));
        Report left = check(driver, true, true);
        assertThat(left.isClean()).isFalse();
        assertThat(left.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.kind()).isEqualTo(Kind.UNMOUNTABLE);
            assertThat(fault.layer()).isEqualTo(id);
            assertThat(fault.outcome()).isEqualTo(Outcome.LEFT);
            assertThat(fault.remedy()).contains("gantry rm");
        });
        whole.engine().containers().remove(id, false, false);
        assertThat(check(driver, true, false).isClean()).isTrue();
    }

    @Test
    void whatAContainerStandsOnIsLeft() throws Exception {
        String id = create("vfs");
        Path damaged = inLayer("vfs", "etc/second");
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(whole.config().storageRoot("vfs"))) {
            walk.filter(path -> path.endsWith("etc/second")).forEach(all::add);
        }
        assertThat(all).contains(damaged).hasSize(2);
        for (Path copy : all) {
            overwrite(copy, "SECOND");
        }
        Report left = check("vfs", false, true);
        assertThat(left.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.outcome()).isEqualTo(Outcome.LEFT);
            assertThat(fault.remedy())
                    .contains(whole.engine().containers().find(id).name() + " stands on it");
        });
        assertThat(whole.run(id).stdout()).isEqualTo("SECOND");

        whole.engine().containers().remove(id, false, false);
        assertThat(check("vfs", false, true).isClean()).isTrue();
        assertThat(whole.run(create("vfs")).stdout()).isEqualTo("second");
    }

    @Test
    void damagedContentIsToldAndTakenFromTheArchiveAgain() throws Exception {
        unpack("vfs");
        Path blob = blob(whole.engine().images().find(IMAGE).diffIds().get(1));
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length / 2] ^= 1;
        Files.write(blob, bytes);

        assertThat(checkAll(true).faults()).singleElement().satisfies(fault -> {
            assertThat(fault.driver()).isEmpty();
            assertThat(fault.kind()).isEqualTo(Kind.CONTENT_MISMATCH);
            assertThat(fault.detail()).contains("of image layered:test is damaged");
            assertThat(fault.outcome()).isEqualTo(Outcome.LEFT);
        });
        Files.delete(blob);
        assertThat(checkAll(false).faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).contains("is missing"));
        load();
        assertThat(checkAll(false).isClean()).isTrue();
    }

    @Test
    void aBrokenLayerStaysWhileItsContentIsDamaged() throws Exception {
        unpack("vfs");
        Path blob = blob(whole.engine().images().find(IMAGE).diffIds().get(0));
        Files.write(blob, new byte[] {1});
        Path layer = inLayer("vfs", "etc/second").getParent().getParent().getParent();
        try (OpenDirectory layers = OpenDirectory.open(layer.getParent())) {
            layers.removeTree(layer.getFileName().toString());
        }
        assertThat(check("vfs", true, true).faults())
                .anySatisfy(fault -> assertThat(fault.remedy()).contains("is damaged on disk"))
                .allMatch(fault -> fault.outcome() == Outcome.LEFT);
        load();
        assertThat(check("vfs", true, true).isClean()).isTrue();
        assertThat(whole.run(create("vfs")).stdout()).isEqualTo("second");
    }

    @Test
    void contentOfNobody() throws Exception {
        byte[] stray = {1, 2, 3};
        Path blob = blob(Digest.of(stray).toString());
        Files.createDirectories(blob.getParent());
        Files.write(blob, stray);
        assertThat(checkAll(false).faults()).extracting(Fault::kind).containsExactly(Kind.UNREFERENCED);
        assertThat(checkAll(true).isClean()).isTrue();
        assertThat(blob).doesNotExist();
        assertThat(checkAll(false).faults()).isEmpty();
    }

    @Test
    void aDriverThatIsNotThereAnyMore() throws Exception {
        Files.createDirectories(whole.config().storage().resolve("gone/layers"));
        Report report = checkAll(false);
        assertThat(report.isClean()).isFalse();
        assertThat(report.examined()).anySatisfy(one -> {
            assertThat(one.driver()).isEqualTo("gone");
            assertThat(one.problem().orElseThrow()).contains("gone");
        });
    }

    private Path blob(String digest) {
        String hex = digest.substring("sha256:".length());
        return whole.config().dataRoot().resolve("content/blobs/sha256/" + hex.substring(0, 2) + "/" + hex);
    }
}
