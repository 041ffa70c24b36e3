package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.fifo;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.symlink;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.ApplyOptions.Beneath;
import io.gantry.image.layer.TreeVerification.Contents;
import io.gantry.image.testing.Programs;
import io.gantry.image.testing.Tars;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Damage done to an unpacked tree is found and named. That whole trees are taken for whole is checked by {@link LayerStack#close}. */
class TreeVerificationTest {
    @TempDir
    private Path tree;

    private final ExpectedTree expected = ExpectedTree.empty();

    /** What is done to the tree. */
    private interface Damage {
        void to(Path tree) throws IOException;
    }

    @BeforeEach
    void unpack() throws IOException {
        Programs.assumeRoot();
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
        apply(Tars.tar(dir("d"), file("d/f", "content"), symlink("l", "d/f"), fifo("p"), file("low", "beneath")));
        apply(Tars.tar(file("top", "above")));
    }

    private void apply(byte[] tar) throws IOException {
        new LayerApplier()
                .apply(
                        new ByteArrayInputStream(tar),
                        new LayerTarget(tree, WhiteoutDialect.DIRECT, List.of()),
                        ApplyOptions.over(Beneath.PARENTS));
        expected.add(new ByteArrayInputStream(tar));
    }

    private List<String> differences(Contents contents) {
        try (OpenDirectory root = OpenDirectory.open(tree)) {
            return TreeVerification.compare(expected, root, contents, path -> false).stream()
                    .map(TreeDifference::toString)
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void damageIsNamed(String name, Damage damage, String told) throws IOException {
        assertThat(differences(Contents.ALL)).isEmpty();
        damage.to(tree);
        assertThat(differences(Contents.ALL)).singleElement().asString().startsWith(told);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("removed file", root -> Files.delete(root.resolve("d/f")), "/d/f is missing", true),
                damage("added file", root -> Files.writeString(root.resolve("d/new"), ""), "/d/new is there", true),
                damage("shorter file", root -> write(root.resolve("d/f"), "cont"), "/d/f has 4 bytes, not 7", false),
                damage(
                        "other content",
                        root -> write(root.resolve("d/f"), "cOntent"),
                        "/d/f has another content",
                        false),
                damage(
                        "mode",
                        root -> Files.setPosixFilePermissions(
                                root.resolve("d/f"), PosixFilePermissions.fromString("rwx------")),
                        "/d/f has mode 0700, not 0644",
                        false),
                damage(
                        "owner",
                        root -> Files.setAttribute(root.resolve("d/f"), "unix:uid", 7),
                        "/d/f belongs to 7:0, not to 0:0",
                        false),
                damage(
                        "time",
                        root -> Files.setLastModifiedTime(root.resolve("d/f"), FileTime.fromMillis(5000)),
                        "/d/f was changed at 1970-01-01T00:00:05Z, not at 1970-01-01T00:00:00Z",
                        false),
                damage(
                        "attribute",
                        root -> Xattrs.of(root.resolve("d/f")).set("user.new", new byte[] {1}),
                        "/d/f has the extended attribute user.new",
                        false),
                damage("kind", TreeVerificationTest::fileForPipe, "/p is a file, not a FIFO", false),
                damage("link", TreeVerificationTest::otherLink, "/l leads to \"else\", not to \"d/f\"", false));
    }

    /** @param directory whether the time of the directory is the damage's as well, and is set back */
    private static Arguments damage(String name, Damage damage, String told, boolean directory) {
        Damage keepingTime = root -> {
            Path inner = root.resolve("d");
            FileTime before = Files.getLastModifiedTime(inner);
            damage.to(root);
            if (directory) {
                Files.setLastModifiedTime(inner, before);
            }
        };
        return Arguments.of(name, keepingTime, told);
    }

    private static void write(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    }

    private static void fileForPipe(Path root) {
        try {
            Files.delete(root.resolve("p"));
            write(root.resolve("p"), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void otherLink(Path root) throws IOException {
        Files.delete(root.resolve("l"));
        Files.createSymbolicLink(root.resolve("l"), Path.of("else"));
        try (OpenDirectory directory = OpenDirectory.open(root)) {
            directory.setTimes("l", 0, 0, 0, 0);
        }
    }

    @Test
    void contentBeneathIsReadWhenAllIsAskedFor() throws IOException {
        write(tree.resolve("low"), "beneatH");
        assertThat(differences(Contents.TOPMOST_LAYER)).isEmpty();
        assertThat(differences(Contents.ALL)).containsExactly("/low has another content");

        write(tree.resolve("top"), "abovE");
        assertThat(differences(Contents.TOPMOST_LAYER)).containsExactly("/top has another content");
    }

    @Test
    void aCopyGoesItsOwnWay() throws IOException {
        ExpectedTree other = expected.copy();
        other.add(new ByteArrayInputStream(Tars.tar(file("d/second", "x"))));
        assertThat(differences(Contents.ALL)).isEmpty();
        try (OpenDirectory root = OpenDirectory.open(tree)) {
            assertThat(TreeVerification.compare(other, root, Contents.ALL, path -> path.equals("/low")))
                    .extracting(TreeDifference::toString)
                    .containsExactly("/d/second is missing");
        }
    }
}
