package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerDiff.Kind;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.NativeDiffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A layer's changes as the driver tells them, against a comparison of every entry of the layer with that of its parent. */
interface NativeDiffCases extends StorageCases {
    @Test
    default void changesAreThoseThatAComparisonFinds() throws IOException {
        offered(NativeDiffer.class);
        bench().base("base", NativeDiffCases::manyEntries);
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Files.writeString(root.resolve("added"), "new");
            Files.createDirectories(root.resolve("added-dir/in/side"));
            Files.writeString(root.resolve("added-dir/in/f"), "new");
            Files.createSymbolicLink(root.resolve("d/added-link"), Path.of("nowhere"));
            try (OpenDirectory open = OpenDirectory.open(root.resolve("d"))) {
                open.makeNode("added-fifo", FileKind.FIFO, 0600, 0);
                open.changeOwner("owner", 12, 34);
                open.changeMode("mode", 0600);
                Stat same = open.stat("touched").orElseThrow();
                open.setTimes("touched", 1, 2, same.mtimeSeconds() + 1, same.mtimeNanos());
            }
            Xattrs.of(root.resolve("d/attribute")).set("user.mark", "top".getBytes(StandardCharsets.US_ASCII));
            Files.writeString(root.resolve("d/appended"), "more", StandardOpenOption.APPEND);
            sameSizeAndTime(root.resolve("d"), "sly");
            Files.delete(root.resolve("d/gone"));
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.removeTree("gone-dir");
            }
        });
        Set<String> expected = Set.of("/added", "/added-dir/in/f", "/d/sly", "/d/gone", "/gone-dir", "/d/mode");
        Optional<List<Change>> ofActive = compare("base", "x");
        bench().driver().commit(id("x"), id("top"));
        Optional<List<Change>> ofCommitted = compare("base", "top");
        bench().reopen();
        assertThat(compare("base", "top")).isEqualTo(ofCommitted);

        assertThat(ofActive.or(() -> ofCommitted))
                .as("changes told of the one or the other")
                .isPresent();
        for (Optional<List<Change>> told : List.of(ofActive, ofCommitted)) {
            told.ifPresent(found -> assertThat(found)
                    .extracting(Change::path)
                    .containsAll(expected)
                    .doesNotContain("/same", "/gone-dir/in"));
        }
        note("diff", (ofActive.isPresent() ? "active " : "") + (ofCommitted.isPresent() ? "committed" : ""));
    }

    @Test
    default void aLayerThatChangesNothingHasNoChanges() throws IOException {
        offered(NativeDiffer.class);
        bench().base("base", NativeDiffCases::manyEntries);
        bench().layer(
                        "top",
                        "base",
                        root -> assertThat(Files.readString(root.resolve("same")))
                                .isNotEmpty());

        assertThat(compare("base", "top").orElse(List.of())).isEmpty();
    }

    @Test
    default void whatBecomesSomethingElseIsNamedIfItIsNamedAtAll() throws IOException {
        offered(NativeDiffer.class);
        bench().base("base", NativeDiffCases::manyEntries);
        layer("kinds", root -> {
            Files.delete(root.resolve("same"));
            Files.createDirectories(root.resolve("same/now/a-directory"));
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.removeTree("gone-dir");
            }
            Files.writeString(root.resolve("gone-dir"), "now a file");
        });
        layer("anew", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.removeTree("gone-dir");
            }
            Files.createDirectory(root.resolve("gone-dir"));
            Files.writeString(root.resolve("gone-dir/other"), "x");
        });
        layer("renamed", root -> {
            Files.move(root.resolve("same"), root.resolve("renamed"));
            Files.move(root.resolve("d/appended"), root.resolve("gone-dir/moved"));
            Files.createDirectory(root.resolve("new"));
            Files.writeString(root.resolve("new/f"), "x");
            Files.move(root.resolve("new"), root.resolve("newer"));
        });
        layer("linked", root -> {
            Files.createLink(root.resolve("hard"), root.resolve("same"));
            Files.writeString(root.resolve("d/a"), "x");
            Files.createLink(root.resolve("d/b"), root.resolve("d/a"));
        });
        layer("exchanged", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.exchange("same", open, "other");
            } catch (KernelException e) {
                if (!e.is(Errno.EINVAL)) {
                    throw e;
                }
                // The file system cannot do it at once.
                Files.move(root.resolve("same"), root.resolve("between"));
                Files.move(root.resolve("other"), root.resolve("same"));
                Files.move(root.resolve("between"), root.resolve("other"));
            }
        });
    }

    @Test
    default void changesAreAgainstTheParentAloneHoweverManyAreBeneath() throws IOException {
        offered(NativeDiffer.class);
        bench().base("l0", root -> Files.writeString(root.resolve("a"), "0"));
        bench().layer("l1", "l0", root -> Files.writeString(root.resolve("b"), "1"));
        bench().layer("l2", "l1", root -> {
            Files.delete(root.resolve("a"));
            Files.writeString(root.resolve("b"), "2");
        });
        bench().layer("l3", "l2", root -> Files.writeString(root.resolve("a"), "3"));

        compare("l1", "l2")
                .ifPresent(told -> assertThat(without("/", told))
                        .containsExactly(new Change("/a", Kind.DELETED), new Change("/b", Kind.MODIFIED)));
        compare("l2", "l3")
                .ifPresent(told -> assertThat(without("/", told)).containsExactly(new Change("/a", Kind.ADDED)));
        bench().prepare("x", "l2");
        bench().in("x", root -> Files.writeString(root.resolve("a"), "x"));
        compare("l2", "x")
                .ifPresent(told -> assertThat(without("/", told)).containsExactly(new Change("/a", Kind.ADDED)));
    }

    @Test
    default void aViewAndNobodyHaveNoChangesToTell() throws IOException {
        NativeDiffer differ = offered(NativeDiffer.class);
        bench().base("base", root -> {});
        bench().driver().view(id("view"), id("base"));

        assertThatThrownBy(() -> differ.diff(id("view"))).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> differ.diff(id("nobody"))).isInstanceOf(NotFoundException.class);
    }

    private void layer(String name, StorageBench.Work work) throws IOException {
        bench().layer(name, "base", work);
        Optional<List<Change>> told = compare("base", name);
        note("diff." + name, told.isPresent() ? "told" : "left to a comparison");
        bench().driver().remove(id(name));
    }

    /** What the driver tells, after it was found to be what a comparison finds. */
    private Optional<List<Change>> compare(String parent, String layer) throws IOException {
        Optional<LayerDiff> told = offered(NativeDiffer.class).diff(id(layer));
        if (told.isEmpty()) {
            return Optional.empty();
        }
        List<Change> expected = new ArrayList<>();
        List<Change> found = new ArrayList<>();
        StorageBench.Work both = after -> bench().look(parent, before -> {
            expected.addAll(TreeComparison.of(before, after));
            if (told.get() instanceof LayerDiff.Kept kept) {
                found.addAll(TreeComparison.of(before, kept));
            } else {
                List<Change> listed = ((LayerDiff.Listed) told.get()).changes();
                assertThat(listed).extracting(Change::path).isSorted();
                // What was in a directory that is a file now may be named or not.
                listed.stream()
                        .filter(change -> change.kind() != Kind.DELETED || isInDirectory(after, change.path()))
                        .forEach(found::add);
            }
        });
        if (bench().driver().stat(id(layer)).orElseThrow().kind() == LayerInfo.Kind.ACTIVE) {
            bench().in(layer, both);
        } else {
            bench().look(layer, both);
        }
        assertThat(found).isEqualTo(expected);
        return Optional.of(expected);
    }

    private static boolean isInDirectory(Path root, String path) {
        return Files.isDirectory(root.resolve(path.substring(1)).getParent(), LinkOption.NOFOLLOW_LINKS);
    }

    private static List<Change> without(String path, List<Change> changes) {
        return changes.stream().filter(change -> !change.path().equals(path)).toList();
    }

    private static void manyEntries(Path root) throws IOException {
        Files.createDirectories(root.resolve("d"));
        Files.createDirectories(root.resolve("gone-dir/in/side"));
        Files.writeString(root.resolve("gone-dir/in/f"), "x");
        Files.writeString(root.resolve("same"), "same");
        Files.writeString(root.resolve("other"), "other");
        for (String name : List.of("owner", "mode", "touched", "attribute", "appended", "sly", "gone")) {
            Files.writeString(root.resolve("d").resolve(name), name);
        }
        try (OpenDirectory open = OpenDirectory.open(root.resolve("d"))) {
            open.setTimes("sly", 1, 2, 1_000_000_000, 5);
        }
    }

    /** Other content of the same size, with the time set back: only the content tells. */
    private static void sameSizeAndTime(Path directory, String name) throws IOException {
        String text = Files.readString(directory.resolve(name));
        Files.writeString(directory.resolve(name), text.toUpperCase(Locale.ROOT));
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            open.setTimes(name, 1, 2, 1_000_000_000, 5);
        }
    }
}
