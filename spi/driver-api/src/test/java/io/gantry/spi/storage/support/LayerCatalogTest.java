package io.gantry.spi.storage.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerCatalogTest {
    @TempDir
    Path root;

    private LayerCatalog catalog;

    @BeforeEach
    void open() {
        catalog = LayerCatalog.open(root);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void everythingAboutALayerSurvivesReopening() {
        Map<String, String> labels = Map.of("a=b", "100% of\ntwo lines\r", "empty", "", "ümlaut", "日本");
        try (LayerCatalog.Draft draft = catalog.prepare(id("a"), Optional.empty(), labels)) {
            draft.with(Map.of("project", "17", "k=%", "v=%0A")).publish();
        }
        commit("a", "base");
        active("top", "base");
        LayerRecord before = catalog.require(id("base"), "look");
        List<LayerInfo> listed = catalog.list();

        reopen();

        assertThat(catalog.list()).isEqualTo(listed);
        assertThat(catalog.require(id("base"), "look")).isEqualTo(before);
        assertThat(before.info().labels()).isEqualTo(labels);
        assertThat(before.attributes()).isEqualTo(Map.of("project", "17", "k=%", "v=%0A"));
    }

    @Test
    void aCommitKeepsTheKeyAndFreesTheOldName() {
        String key = active("a").key();

        commit("a", "b");

        assertThat(catalog.require(id("b"), "look").key()).isEqualTo(key);
        assertThat(catalog.find(id("a"))).isEmpty();
        assertThat(active("a").key()).isNotEqualTo(key);
    }

    @Test
    void aDraftThatIsClosedUnpublishedLeavesNoTrace() throws IOException {
        commit("base", active("base"), "base2");
        try (LayerCatalog.Draft draft = catalog.prepare(id("a"), Optional.of(id("base2")), Map.of())) {
            assertThat(catalog.keys()).contains(draft.key());
        }
        try (LayerCatalog.Draft draft = catalog.prepare(id("a"), Optional.empty(), Map.of())) {
            draft.publish();
        }
        try (LayerCatalog.Draft draft = catalog.commitOnto(id("a"), id("b"), id("base2"))) {
            assertThat(draft.record().info().parent()).contains(id("base2"));
        }

        assertThat(catalog.remove(id("base2"))).isPresent();
        assertThat(catalog.list()).extracting(LayerInfo::id).containsExactly(id("a"));
        assertThat(catalog.keys()).hasSize(1);
        assertThat(recordFiles()).hasSize(1);
    }

    @Test
    void aParentStaysWhileALayerOnItIsBeingMade() {
        commit("x", active("x"), "base");
        try (LayerCatalog.Draft draft = catalog.prepare(id("a"), Optional.of(id("base")), Map.of())) {
            assertThatThrownBy(() -> catalog.remove(id("base")))
                    .isInstanceOf(FailedPreconditionException.class)
                    .hasMessageContaining("one that is being made");
            assertThatThrownBy(() -> active("a")).isInstanceOf(AlreadyExistsException.class);
            draft.publish();
        }
        assertThatThrownBy(() -> catalog.remove(id("base")))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessage("cannot remove layer base: other layers stand on it: a (remove those first)");
    }

    @Test
    void illegalStatesAreRefusedWithTheTypedError() {
        active("act");
        commit("x", active("x"), "base");
        try (LayerCatalog.Draft draft = catalog.view(id("look"), id("base"))) {
            draft.publish();
        }

        assertThatThrownBy(() -> active("act")).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> active("n", "nobody")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> active("n", "act")).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> active("n", "look")).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> catalog.view(id("n"), id("act"))).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> commit("nobody", "n")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> commit("look", "n")).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> commit("base", "n")).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> commit("act", "base")).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> commit("act", "act")).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> catalog.commitOnto(id("act"), id("n"), id("nobody")))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> catalog.commitOnto(id("act"), id("n"), id("look")))
                .isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> catalog.requireMountable(id("base"))).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> catalog.requireMountable(id("nobody"))).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> catalog.requireActive(id("look"), "apply a layer to look"))
                .isInstanceOf(FailedPreconditionException.class);
        assertThat(catalog.remove(id("nobody"))).isEmpty();
        assertThat(catalog.list()).extracting(LayerInfo::kind).containsOnly(Kind.ACTIVE, Kind.COMMITTED, Kind.VIEW);
    }

    @Test
    void rebaseTakesTheGivenParent() {
        commit("x", active("x"), "base");
        active("y");
        try (LayerCatalog.Draft draft = catalog.commitOnto(id("y"), id("top"), id("base"))) {
            draft.publish();
        }
        LayerRecord top = catalog.require(id("top"), "look");

        assertThat(catalog.ancestors(top)).extracting(LayerRecord::id).containsExactly(id("base"));
        assertThatThrownBy(() -> catalog.remove(id("base"))).isInstanceOf(FailedPreconditionException.class);
        active("z", "base");
        assertThatThrownBy(() -> catalog.commitOnto(id("z"), id("n"), id("top")))
                .isInstanceOf(FailedPreconditionException.class);
    }

    @Test
    void aChainComesInOrderWhateverTheNames() {
        String below = "m0";
        commit("w", active("w"), below);
        for (String name : List.of("z1", "a2", "k3")) {
            active("w", below);
            commit("w", name);
            below = name;
        }
        reopen();

        assertThat(catalog.list()).extracting(layer -> layer.id().value()).containsExactly("m0", "z1", "a2", "k3");
        assertThat(catalog.ancestors(catalog.require(id("k3"), "look")))
                .extracting(layer -> layer.id().value())
                .containsExactly("a2", "z1", "m0");
    }

    @Test
    void oneRootCannotBeOpenedTwice() {
        assertThatThrownBy(() -> LayerCatalog.open(root))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("this process has it open already");
        catalog.close();
        catalog.close();
        catalog = LayerCatalog.open(root);
        assertThat(catalog.list()).isEmpty();
    }

    @Test
    void aRootThatAnotherProcessHoldsIsRefused() throws Exception {
        catalog.close();
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldLock.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('h');
            assertThatThrownBy(() -> LayerCatalog.open(root))
                    .isInstanceOf(FailedPreconditionException.class)
                    .hasMessageContaining("another process has it open");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        catalog = LayerCatalog.open(root);
        assertThat(catalog.list()).isEmpty();
    }

    @Test
    void aDamagedRecordIsNamedAndNothingIsLost() throws IOException {
        LayerRecord layer = active("a");
        catalog.close();
        Path file = root.resolve("catalog").resolve(layer.key());
        byte[] good = Files.readAllBytes(file);
        for (byte[] bad : List.of(
                new byte[0],
                java.util.Arrays.copyOf(good, good.length - 4),
                new String(good, java.nio.charset.StandardCharsets.UTF_8)
                        .replace("ACTIVE", "COMMITTED")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            Files.write(file, bad);
            assertThatThrownBy(() -> LayerCatalog.open(root))
                    .isInstanceOf(IoFailureException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("or delete it");
        }
        Files.write(file, good);
        catalog = LayerCatalog.open(root);
        assertThat(catalog.require(id("a"), "look")).isEqualTo(layer);
    }

    @Test
    void layersWhoseParentIsGoneAreDroppedOnOpening() throws IOException {
        LayerRecord base = active("x");
        commit("x", "base");
        active("y", "base");
        commit("y", "mid");
        active("top", "mid");
        active("other");
        catalog.close();
        Files.delete(root.resolve("catalog").resolve(base.key()));

        catalog = LayerCatalog.open(root);

        assertThat(catalog.list()).extracting(LayerInfo::id).containsExactly(id("other"));
        assertThat(recordFiles()).hasSize(1);
    }

    @Test
    void anInterruptedWriteIsForgottenOnOpening() throws IOException {
        LayerRecord layer = active("a");
        catalog.close();
        Files.writeString(root.resolve("catalog").resolve(".new-" + layer.key()), "gantry-layer 1\nid=a\nki");

        catalog = LayerCatalog.open(root);

        assertThat(catalog.list()).containsExactly(layer.info());
        assertThat(recordFiles()).containsExactly(layer.key());
    }

    @Test
    void notesAreReplacedDurably() {
        LayerRecord layer = active("a");
        catalog.annotate(id("a"), Map.of("usage", "12"));
        reopen();

        assertThat(catalog.require(id("a"), "look"))
                .isEqualTo(new LayerRecord(layer.info(), layer.key(), Map.of("usage", "12")));
    }

    @Test
    void aFailedWriteLeavesTheLayerAsItWas() throws IOException {
        LayerRecord layer = active("a");
        Path obstacle = root.resolve("catalog").resolve(".new-" + layer.key());
        Files.createDirectory(obstacle);
        Files.createFile(obstacle.resolve("x"));

        assertThatThrownBy(() -> commit("a", "b")).isInstanceOf(IoFailureException.class);

        Files.delete(obstacle.resolve("x"));
        Files.delete(obstacle);
        assertThat(catalog.list()).containsExactly(layer.info());
        commit("a", "b");
        assertThat(catalog.find(id("b"))).isPresent();
    }

    @Test
    void aKeyIsKnownUntilTheDataIsGone() {
        String key = active("a").key();
        catalog.remove(id("a"), layer -> {
            assertThat(catalog.find(id("a"))).isEmpty();
            assertThat(catalog.keys()).containsExactly(layer.key()).containsExactly(key);
        });
        assertThat(catalog.keys()).isEmpty();
        catalog.remove(id("a"), layer -> {
            throw new AssertionError("there is no layer a");
        });

        active("b");
        assertThatThrownBy(() -> catalog.remove(id("b"), layer -> {
                    throw new IllegalStateException("cannot delete");
                }))
                .hasMessage("cannot delete");
        assertThat(catalog.keys()).isEmpty();
    }

    @Test
    void manyThreadsMakeAndRemoveLayersAtOnce() throws Exception {
        commit("x", active("x"), "base");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                String name = "t" + thread;
                work.add(pool.submit(() -> {
                    for (int i = 0; i < 10; i++) {
                        active(name, "base");
                        commit(name, name + "-" + i);
                        if (i % 2 == 0) {
                            catalog.remove(id(name + "-" + i));
                        }
                    }
                }));
            }
            for (Future<?> one : work) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
        List<LayerInfo> listed = catalog.list();
        assertThat(listed).hasSize(1 + 8 * 5);
        reopen();
        assertThat(catalog.list()).isEqualTo(listed);
    }

    private void reopen() {
        catalog.close();
        catalog = LayerCatalog.open(root);
    }

    private LayerRecord active(String name) {
        try (LayerCatalog.Draft draft = catalog.prepare(id(name), Optional.empty(), Map.of())) {
            draft.publish();
            return draft.record();
        }
    }

    private LayerRecord active(String name, String parent) {
        try (LayerCatalog.Draft draft = catalog.prepare(id(name), Optional.of(id(parent)), Map.of())) {
            draft.publish();
            return draft.record();
        }
    }

    private void commit(String from, LayerRecord prepared, String name) {
        assertThat(prepared.id()).isEqualTo(id(from));
        commit(from, name);
    }

    private void commit(String from, String name) {
        try (LayerCatalog.Draft draft = catalog.commit(id(from), id(name))) {
            draft.publish();
        }
    }

    private List<String> recordFiles() throws IOException {
        try (var files = Files.list(root.resolve("catalog"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static LayerId id(String name) {
        return LayerId.of(name);
    }

    /** Holds the lock of a root until it is killed. */
    static final class HoldLock {
        public static void main(String[] args) throws Exception {
            try (LayerCatalog held = LayerCatalog.open(Path.of(args[0]))) {
                System.out.print('h');
                System.out.flush();
                held.list();
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }
}
