package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.opaque;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static io.gantry.image.testing.Tars.tar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.NoSpaceException;
import io.gantry.image.layer.ApplyOptions.Beneath;
import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.Programs;
import io.gantry.image.testing.SmallDisk;
import io.gantry.image.testing.TarItem;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LayerApplierTest {
    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() {
        Programs.assumeRoot();
    }

    @Test
    void theAufsDialectKeepsTheArchivesMarksAsFiles() throws IOException {
        Path lower = Files.createDirectories(directory.resolve("lower/d")).getParent();
        Files.createFile(lower.resolve("a"));
        Files.createFile(lower.resolve("d/b"));
        Path upper = Files.createDirectory(directory.resolve("upper"));

        apply(
                upper,
                WhiteoutDialect.AUFS,
                List.of(lower),
                Beneath.PARENTS,
                whiteout("a"),
                whiteout("d"),
                file("d/c", "2"));

        assertThat(names(upper)).containsExactlyInAnyOrder(".wh.a", "d", "d/.wh..wh..opq", "d/c");
        Path third = Files.createDirectory(directory.resolve("third"));
        apply(third, WhiteoutDialect.AUFS, List.of(upper, lower), Beneath.PARENTS, opaque(""));
        assertThat(names(third)).as("there is no a any more").containsExactly(".wh.d");
        assertThatThrownBy(() -> apply(
                        Files.createDirectory(directory.resolve("fourth")),
                        WhiteoutDialect.AUFS,
                        List.of(upper, lower),
                        Beneath.PARENTS,
                        hardLink("h", "a")))
                .as("what a layer beneath deleted is not there")
                .isInstanceOf(ImageFormatException.class);
    }

    @Test
    void overlaysMarksAreTheKernels() throws IOException {
        Path upper = Files.createDirectory(directory.resolve("upper"));
        Path userUpper = Files.createDirectory(directory.resolve("user"));
        Path lower = Files.createDirectory(directory.resolve("lower"));
        Files.createFile(lower.resolve("a"));
        apply(
                upper,
                WhiteoutDialect.OVERLAY,
                List.of(lower),
                Beneath.PARENTS,
                whiteout("a"),
                whiteout("b"),
                opaque("d"));
        apply(userUpper, WhiteoutDialect.OVERLAY_USERXATTR, List.of(), Beneath.PARENTS, opaque("d"));

        assertThat(io.gantry.linux.Stat.of(upper.resolve("a")).orElseThrow())
                .satisfies(stat -> assertThat(stat.kind()).isEqualTo(io.gantry.linux.FileKind.CHARACTER_DEVICE))
                .satisfies(stat -> assertThat(stat.rdevice()).isZero());
        assertThat(upper.resolve("b")).as("there is nothing to hide").doesNotExist();
        assertThat(Xattrs.of(upper.resolve("d")).value("trusted.overlay.opaque").orElseThrow())
                .containsExactly('y');
        assertThat(Xattrs.of(userUpper.resolve("d"))
                        .value("user.overlay.opaque")
                        .orElseThrow())
                .containsExactly('y');
        assertThat(Xattrs.of(userUpper.resolve("d")).value("trusted.overlay.opaque"))
                .isEmpty();
    }

    /** The first layer of an image has nothing to delete; marks would only be in the way. */
    @Test
    void theFirstLayerGetsNoMarks() throws IOException {
        apply(
                directory,
                WhiteoutDialect.OVERLAY,
                List.of(),
                Beneath.NOTHING,
                whiteout("a"),
                dir("d"),
                opaque("d"),
                opaque(""));
        assertThat(names(directory)).containsExactly("d");
        assertThat(Xattrs.of(directory.resolve("d")).names()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void aLayerByItselfWaitsForItsParentsOnlyWhereItMust(String what, TarItem[] layer, boolean waits)
            throws IOException {
        try (LayerStack stack = new LayerStack(Mode.OVERLAY_PENDING)) {
            stack.apply(dir("d"), file("d/a", "1"), symlink("l", "d"));
            stack.apply(layer);
            assertThat(stack.waited()).isEqualTo(waits ? 1 : 0);
        }
    }

    static Stream<Arguments> aLayerByItselfWaitsForItsParentsOnlyWhereItMust() {
        return Stream.of(
                waits(false, "directories with entries", dir("d"), file("d/b", "2"), dir("e"), file("e/f", "2")),
                waits(false, "a new tree in the root", file("f", "2"), symlink("g", "f"), hardLink("h", "f")),
                waits(false, "a whiteout in the root", whiteout("d")),
                waits(false, "a whiteout in a directory with entry", dir("d"), whiteout("d/a")),
                waits(false, "an opaque directory", dir("d"), opaque("d"), file("d/s/t/f", "2")),
                waits(false, "below a whiteout", whiteout("d"), file("d/s/f", "2")),
                waits(true, "a directory without entry", file("d/b", "2")),
                waits(true, "a whiteout in a directory without entry", whiteout("d/a")),
                waits(true, "an opaque mark alone", opaque("d")),
                waits(true, "an opaque root", opaque("")),
                waits(true, "behind a link", file("l/b", "2")),
                waits(true, "a hard link to the layer beneath", dir("d"), hardLink("h", "d/a")));
    }

    private static Arguments waits(boolean waits, String what, TarItem... layer) {
        return Arguments.of(what, layer, waits);
    }

    @Test
    void entriesAndBytesAreBounded() throws IOException {
        TarItem[] items = {file("a", "12345"), dir("d"), file("b", "12345")};
        ApplyOptions options = ApplyOptions.over(Beneath.NOTHING);
        assertThatThrownBy(() -> apply(fresh(), options.withLimits(2, 100), items))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT))
                .hasMessageContaining("more than 2 entries");
        assertThatThrownBy(() -> apply(fresh(), options.withLimits(3, 9), items))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT))
                .hasMessageContaining("more than 9 bytes");
        assertThat(fresh()).isEmptyDirectory();
    }

    @Test
    void anEntryThatAnnouncesMoreThanTheLimitIsRefusedBeforeItIsRead() throws IOException {
        Path target = fresh();
        assertThatThrownBy(() -> apply(
                        target,
                        ApplyOptions.over(Beneath.NOTHING).withLimits(10, 1 << 20),
                        file("a", "").size(1L << 32)))
                .hasMessageContaining("more than 1048576 bytes");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void aFullDiskIsToldWithItsRemedy() throws IOException {
        try (SmallDisk disk = SmallDisk.of("1m")) {
            assertThatThrownBy(
                            () -> apply(disk.path(), ApplyOptions.over(Beneath.NOTHING), file("a", new byte[2 << 20])))
                    .isInstanceOf(NoSpaceException.class)
                    .hasMessageStartingWith("no space left on device while writing " + disk.path())
                    .hasMessageContaining("free space or inodes there");
        }
    }

    @Test
    void runningOutOfInodesIsToldWithItsRemedy() throws IOException {
        try (SmallDisk disk = SmallDisk.of("1m,nr_inodes=4")) {
            TarItem[] many = Stream.iterate(0, i -> i + 1)
                    .limit(8)
                    .map(i -> dir("d" + i))
                    .toArray(TarItem[]::new);
            assertThatThrownBy(() -> apply(disk.path(), ApplyOptions.over(Beneath.NOTHING), many))
                    .isInstanceOf(NoSpaceException.class)
                    .hasMessageContaining("df -i");
        }
    }

    @Test
    void attributesThatTheFileSystemCannotKeepAreAnErrorUnlessTheyMayBeLeftOut() throws IOException {
        byte[] large = new byte[60_000];
        assertThatThrownBy(() -> apply(
                        fresh(),
                        ApplyOptions.over(Beneath.NOTHING),
                        file("a", "").xattr("user.x", large)))
                .as("as ext4 does; others may take it")
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoSpaceException.class)
                .hasMessageContaining("cannot make \"a\" of the layer", "user.x")
                .hasMessageContaining("use a file system that does");
        TarItem strange = file("a", "x").xattr("nonsense.x", new byte[1]);
        assertThatThrownBy(() -> apply(fresh(), ApplyOptions.over(Beneath.NOTHING), strange))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nonsense.x");
        AppliedLayer applied = apply(fresh(), ApplyOptions.over(Beneath.NOTHING).withBestEffortXattrs(), strange);
        assertThat(applied.warnings()).singleElement().asString().contains("nonsense.x of \"a\" is left out");
    }

    /** A descriptor for each directory with a mark would exhaust the process's. */
    @Test
    void finishingNeedsFewDescriptors() throws IOException {
        int directories = 3000;
        Path upper = fresh();
        for (int i = 0; i < directories; i++) {
            Files.createDirectory(upper.resolve("d" + i));
        }
        LowerLayers lower = new LowerLayers(List.of(), WhiteoutDialect.OVERLAY);
        MarkedDeletions deletions = new MarkedDeletions(WhiteoutDialect.OVERLAY, lower, true);
        try (UpperTree tree = new UpperTree(upper, lower, false, deletions, (parent, name, model) -> {})) {
            for (int i = 0; i < directories; i++) {
                Dir at = tree.existing("d" + i).orElseThrow();
                deletions.whiteout(tree, at, "gone");
                deletions.whiteout(tree, tree.root(), "d" + i);
                tree.release();
            }
            long before = descriptors();
            deletions.finish(tree);
            assertThat(descriptors()).isLessThan(before + 500);
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private Path fresh() throws IOException {
        return Files.createTempDirectory(directory, "target-");
    }

    private static AppliedLayer apply(Path target, ApplyOptions options, TarItem... items) throws IOException {
        return new LayerApplier()
                .apply(
                        new ByteArrayInputStream(tar(items)),
                        new LayerTarget(target, WhiteoutDialect.DIRECT, List.of()),
                        options);
    }

    private static void apply(
            Path target, WhiteoutDialect dialect, List<Path> parents, Beneath beneath, TarItem... items)
            throws IOException {
        new LayerApplier()
                .apply(
                        new ByteArrayInputStream(tar(items)),
                        new LayerTarget(target, dialect, parents),
                        ApplyOptions.over(beneath));
    }

    private static List<String> names(Path root) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.skip(1).forEach(path -> names.add(root.relativize(path).toString()));
        }
        return names;
    }
}
