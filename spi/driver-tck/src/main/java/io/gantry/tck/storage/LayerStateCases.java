package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.StorageCapability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may become what, what is listed, and what the errors are. */
interface LayerStateCases extends StorageCases {
    /** A capability that no driver has. */
    interface Unheard extends StorageCapability {}

    @Test
    default void theProbeSupportsThisMachineAndLeavesNothingBehind() throws IOException {
        List<Path> before = tree(bench().context().root());

        Probe probe = bench().provider().probe(bench().context());

        assertThat(probe).isInstanceOf(Probe.Supported.class);
        assertThat(tree(bench().context().root())).isEqualTo(before);
    }

    @Test
    default void aNewLayerIsListedWithWhatItWasMadeWith() {
        Instant before = Instant.now().minus(Duration.ofSeconds(2));
        Map<String, String> labels = Map.of("a", "b", "io.example/x=y", "1\n2");

        LayerInfo made =
                bench().driver().prepare(id("one"), Optional.empty(), new LayerOptions(Options.none(), labels));

        assertThat(made.id()).isEqualTo(id("one"));
        assertThat(made.kind()).isEqualTo(Kind.ACTIVE);
        assertThat(made.parent()).isEmpty();
        assertThat(made.labels()).isEqualTo(labels);
        assertThat(made.created()).isBetween(before, Instant.now().plus(Duration.ofSeconds(2)));
        assertThat(bench().driver().stat(id("one"))).contains(made);
        assertThat(bench().driver().layers()).containsExactly(made);
    }

    @Test
    default void aCommitMovesTheLayerToItsNewName() {
        LayerInfo active = bench().prepare("one");

        LayerInfo committed = bench().driver().commit(id("one"), id("base"));

        assertThat(committed.kind()).isEqualTo(Kind.COMMITTED);
        assertThat(committed.id()).isEqualTo(id("base"));
        assertThat(committed.labels()).isEqualTo(active.labels());
        assertThat(bench().driver().stat(id("one"))).isEmpty();
        assertThat(bench().driver().stat(id("base"))).contains(committed);
    }

    @Test
    default void parentsAreKeptThroughCommits() throws IOException {
        bench().base("a", root -> {});
        bench().layer("b", "a", root -> {});
        bench().prepare("c", "b");
        LayerInfo view = bench().driver().view(id("v"), id("b"));

        assertThat(bench().driver().stat(id("b")).orElseThrow().parent()).contains(id("a"));
        assertThat(bench().driver().stat(id("c")).orElseThrow().parent()).contains(id("b"));
        assertThat(view.parent()).contains(id("b"));
        assertThat(view.kind()).isEqualTo(Kind.VIEW);
    }

    @Test
    default void aNameThatIsUnknownIsNotFound() {
        LayerId nobody = id("nobody");
        assertThatThrownBy(() -> bench().prepare("x", "nobody")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bench().driver().view(id("x"), nobody)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bench().driver().commit(nobody, id("x"))).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bench().driver().mounts(nobody)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bench().driver().layerTarget(nobody)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> bench().driver().usage(nobody)).isInstanceOf(NotFoundException.class);
        assertThat(bench().driver().stat(nobody)).isEmpty();
        bench().driver().remove(nobody);
        assertThat(bench().driver().layers()).isEmpty();
    }

    @Test
    default void aNameThatIsTakenIsRefused() throws IOException {
        bench().base("base", root -> {});
        bench().prepare("active", "base");
        bench().driver().view(id("view"), id("base"));
        for (String taken : List.of("base", "active", "view")) {
            assertThatThrownBy(() -> bench().prepare(taken)).isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() -> bench().prepare(taken, "base")).isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() -> bench().driver().view(id(taken), id("base")))
                    .isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() -> bench().driver().commit(id("active"), id(taken)))
                    .isInstanceOf(AlreadyExistsException.class);
        }
        assertThat(bench().driver().layers()).hasSize(3);
    }

    @Test
    default void onlyACommittedLayerIsAParent() throws IOException {
        bench().base("base", root -> {});
        bench().prepare("active");
        bench().driver().view(id("view"), id("base"));
        for (String parent : List.of("active", "view")) {
            assertThatThrownBy(() -> bench().prepare("x", parent)).isInstanceOf(InvalidArgumentException.class);
            assertThatThrownBy(() -> bench().driver().view(id("x"), id(parent)))
                    .isInstanceOf(InvalidArgumentException.class);
        }
        assertThat(bench().driver().stat(id("x"))).isEmpty();
        assertThat(bench().prepare("x").kind()).isEqualTo(Kind.ACTIVE);
    }

    @Test
    default void onlyAnActiveLayerIsCommittedOrAppliedTo() throws IOException {
        bench().base("base", root -> {});
        bench().driver().view(id("view"), id("base"));
        for (String layer : List.of("base", "view")) {
            assertThatThrownBy(() -> bench().driver().commit(id(layer), id("x")))
                    .isInstanceOf(FailedPreconditionException.class);
            assertThatThrownBy(() -> bench().driver().layerTarget(id(layer)))
                    .isInstanceOf(FailedPreconditionException.class);
        }
        assertThat(bench().driver().stat(id("x"))).isEmpty();
    }

    @Test
    default void aCommittedLayerHasNoMounts() throws IOException {
        bench().base("base", root -> {});

        assertThatThrownBy(() -> bench().driver().mounts(id("base"))).isInstanceOf(FailedPreconditionException.class);
    }

    @Test
    default void mountsAreTheSameEachTime() throws IOException {
        bench().base("base", root -> {});
        bench().prepare("active", "base");
        bench().driver().view(id("view"), id("base"));
        for (String layer : List.of("active", "view")) {
            assertThat(bench().driver().mounts(id(layer)))
                    .isNotEmpty()
                    .isEqualTo(bench().driver().mounts(id(layer)));
        }
    }

    @Test
    default void aLayerWithChildrenStaysUntilTheyAreGone() throws IOException {
        bench().base("a", root -> {});
        bench().layer("b", "a", root -> {});
        bench().prepare("c", "b");
        bench().driver().view(id("v"), id("b"));

        assertThatThrownBy(() -> bench().driver().remove(id("a"))).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> bench().driver().remove(id("b"))).isInstanceOf(FailedPreconditionException.class);
        bench().driver().remove(id("c"));
        assertThatThrownBy(() -> bench().driver().remove(id("b"))).isInstanceOf(FailedPreconditionException.class);
        bench().driver().remove(id("v"));
        bench().driver().remove(id("b"));
        bench().driver().remove(id("a"));

        assertThat(bench().driver().layers()).isEmpty();
    }

    @Test
    default void aNameIsFreeAgainAfterItsLayerIsGone() throws IOException {
        bench().prepare("x");
        bench().in("x", root -> Files.writeString(root.resolve("f"), "old"));
        bench().driver().remove(id("x"));
        bench().driver().remove(id("x"));
        bench().prepare("x");
        bench().in("x", root -> assertThat(root).isEmptyDirectory());
        bench().driver().commit(id("x"), id("y"));
        bench().prepare("x", "y");
        bench().driver().cleanup();

        assertThat(bench().driver().layers()).extracting(LayerInfo::id).containsExactly(id("y"), id("x"));
    }

    @Test
    default void parentsAreListedBeforeChildrenWhateverTheirNames() throws IOException {
        bench().base("m", root -> {});
        bench().layer("z", "m", root -> {});
        bench().layer("a", "z", root -> {});
        bench().layer("k", "z", root -> {});
        bench().prepare("b", "a");

        List<LayerId> listed =
                bench().driver().layers().stream().map(LayerInfo::id).toList();
        for (LayerInfo layer : bench().driver().layers()) {
            layer.parent()
                    .ifPresent(parent -> assertThat(listed.indexOf(parent)).isLessThan(listed.indexOf(layer.id())));
        }
        assertThat(listed).hasSize(5);
    }

    @Test
    default void layersAndTheirContentSurviveReopening() throws IOException {
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench().prepare("active", "base");
        bench().in("active", root -> Files.writeString(root.resolve("g"), "active"));
        bench().driver().view(id("view"), id("base"));
        List<LayerInfo> before = bench().driver().layers();

        bench().reopen();

        assertThat(bench().driver().layers()).isEqualTo(before);
        bench().in("view", root -> assertThat(root.resolve("f")).hasContent("base"));
        bench().in("active", root -> {
            assertThat(root.resolve("f")).hasContent("base");
            assertThat(root.resolve("g")).hasContent("active");
        });
    }

    @Test
    default void aRootIsOpenOnlyOnce() {
        assertThatThrownBy(() -> bench().provider().open(bench().context()).close())
                .isInstanceOf(FailedPreconditionException.class);
        bench().prepare("still-works");
        assertThat(bench().driver().layers()).hasSize(1);
    }

    @Test
    default void closingTwiceIsHarmless() {
        bench().prepare("x");
        bench().driver().close();
        bench().driver().close();

        assertThat(bench().reopen().layers()).hasSize(1);
    }

    @Test
    default void cleanupAfterRemovalGivesTheSpaceBack() throws IOException {
        bench().base("base", root -> Files.write(root.resolve("big"), new byte[4 << 20]));
        bench().driver().remove(id("base"));
        bench().driver().cleanup();
        bench().driver().cleanup();

        assertThat(tree(bench().context().root())).noneMatch(path -> path.endsWith("big"));
    }

    @Test
    default void namesMayBeAsLongAsTheTypeAllows() throws IOException {
        String base = "b".repeat(128);
        String active = "a".repeat(128);
        bench().prepare(active);
        bench().driver().commit(id(active), id(base));
        bench().prepare(active, base);
        bench().in(active, root -> Files.writeString(root.resolve("f"), "x"));

        assertThat(bench().reopen().layers()).extracting(LayerInfo::id).containsExactly(id(base), id(active));
    }

    @Test
    default void statusRowsAreLabelledAndDifferent() {
        List<StatusRow> rows = bench().driver().status();

        assertThat(rows)
                .extracting(StatusRow::label)
                .isNotEmpty()
                .doesNotContain("")
                .doesNotHaveDuplicates();
        assertThat(rows).extracting(StatusRow::value).doesNotContain("");
    }

    @Test
    default void aCapabilityNobodyKnowsIsAbsent() {
        assertThat(bench().driver().capability(Unheard.class)).isEmpty();
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted().toList();
        }
    }
}
