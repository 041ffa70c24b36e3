package io.gantry.storage.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.FileUser;
import io.gantry.linux.Stat;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.StorageContext;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the driver works here, what it finds amiss, and mapped owners. */
class BtrfsCapabilitiesTest {
    private static LoopFileSystem btrfs;
    private StorageBench bench;

    @BeforeAll
    static void format() throws IOException {
        btrfs = LoopFileSystem.make(256L << 20, "", "mkfs.btrfs", "-q");
    }

    @AfterAll
    static void unmount() throws IOException {
        btrfs.close();
    }

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new BtrfsProvider(), Map.of(), Files.createTempDirectory(btrfs.path(), "bench-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void anotherFileSystemIsRefusedWithARemedy(@TempDir Path elsewhere) {
        StorageContext context = new Context(elsewhere, elsewhere);
        assertThat(new BtrfsProvider().probe(context)).isInstanceOfSatisfying(Probe.Unsupported.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Probe.Reason.WRONG_BACKING_FILE_SYSTEM);
            assertThat(refused.detail()).contains("wrong filesystem", elsewhere.toString());
            assertThat(refused.remedy()).contains("mkfs.btrfs", "--data-root");
        });
        assertThatThrownBy(() -> new BtrfsProvider().open(context).close())
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("wrong filesystem")
                .hasMessageContaining("mkfs.btrfs");
    }

    @Test
    void aBtrfsIsTakenAndLeftAsItIs() throws IOException {
        List<String> before = bench.files();
        assertThat(new BtrfsProvider().probe(bench.context())).isInstanceOf(Probe.Supported.class);
        assertThat(bench.files()).isEqualTo(before);
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).isEmpty();
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
    void lostAndForeignSubvolumesAreFoundAndMended() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench.prepare("lost", "base");
        bench.prepare("plain", "base");
        bench.layer("top", "base", root -> {});
        assertThat(checker().check()).isEmpty();
        Path foreign = Files.createDirectory(bench.context().root().resolve("layers/nobodys2"));
        BtrfsProgram.run("subvolume", "create", foreign.resolve("fs").toString());
        BtrfsProgram.run("subvolume", "delete", content("lost").toString());
        Path plain = content("plain");
        BtrfsProgram.run("subvolume", "delete", plain.toString());
        Files.createDirectory(plain);

        List<Fault> faults = checker().check();
        assertThat(faults)
                .extracting(Fault::kind)
                .containsExactlyInAnyOrder(Kind.UNACCOUNTED, Kind.UNMOUNTABLE, Kind.UNMOUNTABLE);
        assertThat(faults).extracting(Fault::subject).contains(foreign.toString(), plain.toString());
        faults.forEach(checker()::repair);
        bench.driver().cleanup();

        assertThat(checker().check()).isEmpty();
        assertThat(foreign).doesNotExist();
        assertThat(bench.driver().layers())
                .extracting(LayerInfo::id)
                .containsExactly(LayerId.of("base"), LayerId.of("top"));
        assertThat(BtrfsProgram.subvolumes(btrfs.path())).hasSize(2);
    }

    @Test
    void subvolumesThatCanBeWrittenOrNotAgainstTheirStateAreFoundAndMended() throws IOException {
        bench.prepare("x");
        Path committed = content("x");
        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        bench.prepare("active", "base");
        BtrfsProgram.run("property", "set", committed.toString(), "ro", "false");
        BtrfsProgram.run("property", "set", content("active").toString(), "ro", "true");

        List<Fault> faults = checker().check();
        assertThat(faults).extracting(Fault::kind).containsExactly(Kind.CONTENT_MISMATCH, Kind.UNMOUNTABLE);
        faults.forEach(checker()::repair);

        assertThat(checker().check()).isEmpty();
        bench.in("active", root -> Files.createFile(root.resolve("f")));
        assertThat(BtrfsProgram.run("property", "get", committed.toString(), "ro"))
                .containsExactly("ro=true");
    }

    @Test
    void aChangeAfterTheCommitIsFound() throws IOException {
        bench.prepare("x");
        Path committed = content("x");
        bench.in("x", root -> Files.writeString(root.resolve("f"), "good"));
        bench.driver().commit(LayerId.of("x"), LayerId.of("base"));
        bench.prepare("child", "base");
        bench.look("base", root -> assertThat(root.resolve("f")).hasContent("good"));
        assertThat(checker().check()).isEmpty();
        BtrfsProgram.run("property", "set", committed.toString(), "ro", "false");
        Files.writeString(committed.resolve("f"), "evil");
        BtrfsProgram.run("property", "set", committed.toString(), "ro", "true");
        bench.reopen();

        List<Fault> faults = checker().check();
        assertThat(faults).extracting(Fault::kind).containsExactly(Kind.CONTENT_MISMATCH);
        assertThat(faults.get(0).layer()).contains(LayerId.of("base"));
        assertThatThrownBy(() -> checker().repair(faults.get(0))).isInstanceOf(FailedPreconditionException.class);
        bench.driver().remove(LayerId.of("child"));
        checker().repair(faults.get(0));
        assertThat(bench.driver().layers()).isEmpty();
    }

    @Test
    void everyNameOfAChangedFileIsTold() throws IOException {
        bench.base("base", root -> {
            Files.writeString(root.resolve("f"), "base");
            Files.createDirectory(root.resolve("d"));
            for (int i = 0; i < 300; i++) {
                Files.createLink(
                        root.resolve("d/" + "a-long-name-so-that-they-do-not-fit-one-item-" + i), root.resolve("f"));
            }
        });
        bench.prepare("x", "base");
        bench.in("x", root -> Files.writeString(root.resolve("f"), "changed"));

        LayerDiff.Listed told =
                (LayerDiff.Listed) differ().diff(LayerId.of("x")).orElseThrow();
        assertThat(told.changes()).hasSize(301).allMatch(change -> change.kind() == LayerDiff.Kind.MODIFIED);
        assertThat(told.changes())
                .extracting(LayerDiff.Change::path)
                .doesNotContain("/", "/d")
                .isSorted();
    }

    @Test
    void directoriesThatWereMovedAndSubvolumesWithinAreLeftToAComparison() throws IOException {
        bench.base("base", root -> Files.createDirectories(root.resolve("d/e/f")));
        bench.prepare("moved", "base");
        bench.in("moved", root -> Files.move(root.resolve("d/e"), root.resolve("e")));
        bench.prepare("subvolume", "base");
        bench.in(
                "subvolume",
                root -> BtrfsProgram.run(
                        "subvolume", "create", root.resolve("s").toString()));

        assertThat(differ().diff(LayerId.of("moved"))).isEmpty();
        assertThat(differ().diff(LayerId.of("subvolume"))).isEmpty();
        assertThat(differ().diff(LayerId.of("base"))).isEmpty();
        bench.driver().commit(LayerId.of("subvolume"), LayerId.of("top"));
        LayerDiff.Listed told =
                (LayerDiff.Listed) differ().diff(LayerId.of("top")).orElseThrow();
        assertThat(told.changes()).contains(new LayerDiff.Change("/s", LayerDiff.Kind.ADDED));
    }

    @Test
    void aFileThatIsOpenWithoutANameIsNoChange() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        bench.prepare("x", "base");
        bench.in("x", root -> {
            try (var open = Files.newOutputStream(root.resolve("f"))) {
                Files.delete(root.resolve("f"));
                open.write(noise());
                LayerDiff.Listed told =
                        (LayerDiff.Listed) differ().diff(LayerId.of("x")).orElseThrow();
                assertThat(told.changes())
                        .containsExactly(
                                new LayerDiff.Change("/", LayerDiff.Kind.MODIFIED),
                                new LayerDiff.Change("/f", LayerDiff.Kind.DELETED));
            }
        });
    }

    private static byte[] noise() {
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private NativeDiffer differ() {
        return bench.driver().capability(NativeDiffer.class).orElseThrow();
    }

    private ConsistencyChecker checker() {
        return bench.driver().capability(ConsistencyChecker.class).orElseThrow();
    }

    private Path content(String active) {
        return bench.driver().layerTarget(LayerId.of(active)).orElseThrow().directory();
    }

    private record Context(Path root, Path runDirectory) implements StorageContext {
        @Override
        public Options options() {
            return Options.parse(
                    "storage driver btrfs", new BtrfsProvider().options(), OptionSpec.Scope.DAEMON, Map.of());
        }
    }
}
