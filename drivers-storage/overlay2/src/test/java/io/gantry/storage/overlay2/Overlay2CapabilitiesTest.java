package io.gantry.storage.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.FileKind;
import io.gantry.linux.FileUser;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.WhiteoutDialect;
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

/** What overlay2 offers beyond layers: telling changes, finding faults. */
class Overlay2CapabilitiesTest {
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
                    100_003,
                    100_004,
                    () -> Files.createFile(
                            Files.createDirectory(mount.path().resolve("d")).resolve("new")));
        }
        bench.driver().commit(LayerId.of("x"), LayerId.of("top"));

        bench.look("top", root -> {
            assertThat(Stat.of(root.resolve("f")).orElseThrow().uid()).isZero();
            assertThat(Stat.of(root.resolve("d/new")).orElseThrow().uid()).isEqualTo(3);
            assertThat(Stat.of(root.resolve("d/new")).orElseThrow().gid()).isEqualTo(4);
        });
        assertThat(bench.driver().status()).contains(new StatusRow("Supports idmapped layers", "true"));
    }

    @Test
    void aLayersDirectoryTellsWhatItChanges() throws IOException {
        NativeDiffer differ = bench.driver().capability(NativeDiffer.class).orElseThrow();
        bench.base("base", root -> {
            Files.createDirectories(root.resolve("opaque/old"));
            Files.writeString(root.resolve("gone"), "x");
            Files.writeString(root.resolve("same"), "x");
        });
        bench.prepare("x", "base");
        bench.in("x", root -> {
            Files.delete(root.resolve("gone"));
            Files.writeString(root.resolve("new"), "x");
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.removeTree("opaque");
            }
            Files.createDirectory(root.resolve("opaque"));
        });
        for (String layer : List.of("x", "top")) {
            if (layer.equals("top")) {
                bench.driver().commit(LayerId.of("x"), LayerId.of("top"));
            }
            LayerDiff.Kept kept =
                    (LayerDiff.Kept) differ.diff(LayerId.of(layer)).orElseThrow();
            assertThat(kept.dialect()).isEqualTo(WhiteoutDialect.OVERLAY);
            assertThat(kept.directory().resolve("new")).exists();
            assertThat(kept.directory().resolve("same")).doesNotExist();
            assertThat(Stat.of(kept.directory().resolve("gone")).orElseThrow().kind())
                    .isEqualTo(FileKind.CHARACTER_DEVICE);
            assertThat(Xattrs.of(kept.directory().resolve("opaque")).value("trusted.overlay.opaque"))
                    .isPresent();
        }
    }

    @Test
    void aViewAndNobodyHaveNoChanges() throws IOException {
        NativeDiffer differ = bench.driver().capability(NativeDiffer.class).orElseThrow();
        bench.base("base", root -> {});
        bench.driver().view(LayerId.of("v"), LayerId.of("base"));

        assertThatThrownBy(() -> differ.diff(LayerId.of("v"))).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> differ.diff(LayerId.of("nobody"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void lostAndForeignDirectoriesAreFoundAndMended() throws IOException {
        ConsistencyChecker checker =
                bench.driver().capability(ConsistencyChecker.class).orElseThrow();
        bench.base("base", root -> Files.writeString(root.resolve("f"), "x"));
        bench.layer("top", "base", root -> {});
        bench.prepare("x", "base");
        assertThat(checker.check()).isEmpty();
        Path layers = bench.context().root().resolve("layers");
        Files.createDirectory(layers.resolve("nobodys2"));
        Path diff = bench.driver().layerTarget(LayerId.of("x")).orElseThrow().directory();
        Files.delete(diff);

        List<ConsistencyChecker.Fault> faults = checker.check();
        assertThat(faults)
                .extracting(ConsistencyChecker.Fault::kind)
                .containsExactly(Kind.UNACCOUNTED, Kind.UNMOUNTABLE);
        assertThat(faults.get(1).layer()).contains(LayerId.of("x"));
        assertThat(faults.get(1).subject()).isEqualTo(diff.toString());
        faults.forEach(checker::repair);

        assertThat(checker.check()).isEmpty();
        assertThat(bench.driver().layers())
                .extracting(LayerInfo::id)
                .containsExactlyInAnyOrder(LayerId.of("base"), LayerId.of("top"));
        bench.look("top", root -> assertThat(root.resolve("f")).hasContent("x"));
    }
}
