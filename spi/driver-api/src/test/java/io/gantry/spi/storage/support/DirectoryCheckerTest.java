package io.gantry.spi.storage.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryCheckerTest {
    @TempDir
    Path root;

    private LayerCatalog catalog;
    private LayerDirectories directories;
    private DirectoryChecker stacked;
    private DirectoryChecker whole;

    @BeforeEach
    void open() throws IOException {
        catalog = LayerCatalog.open(root);
        directories = LayerDirectories.open(root, catalog.keys());
        stacked = checker(true);
        whole = checker(false);
        committed("base", Optional.empty());
        committed("top", Optional.of("base"));
        make("x", Optional.of("top"));
        try (LayerCatalog.Draft draft = catalog.view(LayerId.of("v"), LayerId.of("top"))) {
            draft.publish();
        }
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void whatIsWholeHasNoFaults() {
        assertThat(stacked.check()).isEmpty();
        assertThat(whole.check()).isEmpty();
    }

    @Test
    void whatIsUnderWayIsNoFault() {
        try (LayerCatalog.Draft draft = catalog.prepare(LayerId.of("y"), Optional.empty(), Map.of())) {
            directories.create(draft.key());

            assertThat(stacked.check()).isEmpty();
        }
    }

    @Test
    void aDirectoryOfNobodyIsDiscarded() throws IOException {
        Path orphan = Files.createDirectories(root.resolve("layers/orphan22/fs"));

        Fault fault = only(stacked.check());
        assertThat(fault.kind()).isEqualTo(Kind.UNACCOUNTED);
        assertThat(fault.layer()).isEmpty();
        assertThat(fault.subject()).isEqualTo(orphan.getParent().toString());
        stacked.repair(fault);

        assertThat(orphan.getParent()).doesNotExist();
        assertThat(stacked.check()).isEmpty();
    }

    @Test
    void aLayerWithoutDataIsRemovedWhenNothingStandsOnItAnyMore() throws IOException {
        Files.delete(content("top"));

        List<Fault> faults = stacked.check();
        assertThat(faults)
                .extracting(fault -> fault.kind() + " " + fault.layer().orElseThrow())
                .containsExactlyInAnyOrder("UNMOUNTABLE top", "MISSING_PARENT x", "MISSING_PARENT v")
                .startsWith("UNMOUNTABLE top");
        assertThatThrownBy(() -> stacked.repair(faults.get(0)))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("other layers stand on it");
        for (int i = faults.size() - 1; i >= 0; i--) {
            stacked.repair(faults.get(i));
        }

        assertThat(stacked.check()).isEmpty();
        assertThat(catalog.list()).extracting(LayerInfo::id).containsExactly(LayerId.of("base"));
    }

    @Test
    void whereLayersAreWholeThoseOnALostOneAreNotLost() throws IOException {
        Files.delete(content("top"));

        assertThat(whole.check())
                .extracting(fault -> fault.kind() + " " + fault.layer().orElseThrow())
                .containsExactlyInAnyOrder("UNMOUNTABLE top", "MISSING_PARENT v");
    }

    @Test
    void aRecordThatVanishedIsWrittenAgain() throws IOException {
        Files.delete(root.resolve("catalog").resolve(key("base")));

        List<Fault> faults = stacked.check();
        assertThat(faults)
                .extracting(fault -> fault.kind() + " " + fault.layer().orElseThrow())
                .containsExactly("UNACCOUNTED base", "MISSING_PARENT top");
        faults.forEach(stacked::repair);

        assertThat(stacked.check()).isEmpty();
        List<LayerInfo> before = catalog.list();
        catalog.close();
        catalog = LayerCatalog.open(root);
        assertThat(catalog.list()).isEqualTo(before);
    }

    @Test
    void aDamagedRecordIsWrittenAgain() throws IOException {
        Files.writeString(root.resolve("catalog").resolve(key("x")), "gantry-layer 1\nid=x\n");

        Fault fault = only(stacked.check());
        assertThat(fault.kind()).isEqualTo(Kind.UNACCOUNTED);
        stacked.repair(fault);

        assertThat(stacked.check()).isEmpty();
    }

    @Test
    void aFaultThatIsGoneIsLeftAlone() throws IOException {
        Path content = content("x");
        Files.delete(content);
        Fault fault = only(stacked.check());
        Files.createDirectory(content);

        stacked.repair(fault);

        assertThat(catalog.find(LayerId.of("x"))).isPresent();
    }

    private DirectoryChecker checker(boolean needsParent) {
        return new DirectoryChecker(
                catalog,
                directories,
                new DirectoryChecker.Layout() {
                    @Override
                    public List<Path> parts(LayerRecord layer) {
                        return List.of(directories.of(layer.key()).resolve("fs"));
                    }

                    @Override
                    public boolean needsParent(LayerRecord layer) {
                        return needsParent;
                    }
                },
                id -> catalog.remove(id).ifPresent(layer -> directories.discard(layer.key())));
    }

    private void make(String id, Optional<String> parent) throws IOException {
        try (LayerCatalog.Draft draft = catalog.prepare(LayerId.of(id), parent.map(LayerId::of), Map.of())) {
            Files.createDirectory(directories.create(draft.key()).resolve("fs"));
            draft.publish();
        }
    }

    private void committed(String name, Optional<String> parent) throws IOException {
        make(name + ".new", parent);
        try (LayerCatalog.Draft draft = catalog.commit(LayerId.of(name + ".new"), LayerId.of(name))) {
            draft.publish();
        }
    }

    private String key(String id) {
        return catalog.require(LayerId.of(id), "look").key();
    }

    private Path content(String id) {
        return directories.of(key(id)).resolve("fs");
    }

    private static Fault only(List<Fault> faults) {
        assertThat(faults).hasSize(1);
        return faults.get(0);
    }
}
