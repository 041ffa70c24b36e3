package io.gantry.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.ImageFormatException;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarType;
import io.gantry.image.tar.TarWriter;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.RootedDirectory;
import io.gantry.linux.Stat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeExtractionTest {
    @TempDir
    Path directory;

    private Path root;
    private Path target;
    private Path outside;

    @BeforeEach
    void makeTrees() throws IOException {
        root = Files.createDirectories(directory.resolve("root"));
        target = Files.createDirectories(root.resolve("target"));
        outside = Files.createDirectories(directory.resolve("outside"));
    }

    @Test
    void makesEveryKindOfFileWithItsAttributes() throws IOException {
        extract(
                false,
                TarEntry.directory("d/").withMode(01770).withOwner(5, 6).withTime(100, 0),
                file("d/file", "content").withMode(04711).withOwner(7, 8).withTime(200, 3),
                TarEntry.hardLink("link", "d/file"),
                TarEntry.symlink("symlink", "../../outside").withOwner(9, 9).withTime(300, 0),
                TarEntry.of("fifo", TarType.FIFO, "", 0640),
                TarEntry.of("device", TarType.CHARACTER_DEVICE, "", 0666).withDevice(1, 3),
                file("implied/deep/file", "x"));

        Stat made = stat("d/file");
        assertThat(made.mode()).isEqualTo(04711);
        assertThat(made.uid()).isEqualTo(7);
        assertThat(made.mtimeSeconds()).isEqualTo(200);
        assertThat(made.mtimeNanos()).isEqualTo(3);
        assertThat(target.resolve("d/file")).hasContent("content");
        assertThat(stat("link").sameFile(made)).isTrue();
        assertThat(stat("d").mode()).isEqualTo(01770);
        assertThat(stat("d").gid()).isEqualTo(6);
        assertThat(stat("d").mtimeSeconds()).isEqualTo(100);
        assertThat(stat("symlink").uid()).isEqualTo(9);
        assertThat(stat("symlink").mtimeSeconds()).isEqualTo(300);
        assertThat(Files.readSymbolicLink(target.resolve("symlink"))).isEqualTo(Path.of("../../outside"));
        assertThat(stat("fifo").mode()).isEqualTo(0640);
        assertThat(stat("device").rdevice()).isEqualTo(0x103);
        assertThat(stat("implied/deep").mode()).isEqualTo(0755);
    }

    @Test
    void directoriesMergeAndAllElseIsReplaced() throws IOException {
        Files.writeString(Files.createDirectories(target.resolve("d")).resolve("kept"), "old");
        Files.writeString(target.resolve("file"), "old");
        Files.createSymbolicLink(target.resolve("link"), outside);
        Files.createDirectories(target.resolve("tree/sub"));

        extract(
                false,
                TarEntry.directory("d").withMode(0700),
                file("file", "new"),
                file("link", "new"),
                file("tree", "new"),
                TarEntry.directory("."));

        assertThat(target.resolve("d/kept")).hasContent("old");
        assertThat(stat("d").mode()).isEqualTo(0700);
        assertThat(target.resolve("file")).hasContent("new");
        assertThat(target.resolve("link")).isRegularFile().hasContent("new");
        assertThat(target.resolve("tree")).isRegularFile();
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void refusesToReplaceDirectoriesIfAskedInDockersWords() throws IOException {
        Files.createDirectories(target.resolve("d"));
        Files.writeString(target.resolve("file"), "old");

        assertThatThrownBy(() -> extract(true, file("d", "x")))
                .isInstanceOf(OverwriteRefusedException.class)
                .hasMessage("cannot overwrite directory \"/target/d\" with non-directory \"/target\"");
        assertThatThrownBy(() -> extract(true, TarEntry.directory("file/")))
                .isInstanceOf(OverwriteRefusedException.class)
                .hasMessage("cannot overwrite non-directory \"/target/file\" with directory \"/target\"");
        assertThat(target.resolve("file")).hasContent("old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "..", "/../../x"})
    void namesThatLeadOutAreRefused(String name) {
        assertThatThrownBy(() -> extract(false, file(name, "x")))
                .isInstanceOf(ImageFormatException.class)
                .hasMessage("\"" + name + "\" is outside of \"/target\"");
        assertThat(root.resolve("x")).doesNotExist();
    }

    @Test
    void symbolicLinksOnTheWayStayWithinTheTree() throws IOException {
        Files.createSymbolicLink(target.resolve("absolute"), outside);
        Files.createSymbolicLink(target.resolve("climbing"), Path.of("../../../../elsewhere"));
        Files.createDirectories(root.resolve("usr/lib"));
        Files.createSymbolicLink(target.resolve("lib"), Path.of("/usr/lib"));

        extract(false, file("absolute/a", "a"), file("climbing/b", "b"), file("lib/c", "c"));

        assertThat(outside).isEmptyDirectory();
        assertThat(root.resolve(Path.of("/").relativize(outside)).resolve("a")).hasContent("a");
        assertThat(root.resolve("elsewhere/b")).hasContent("b");
        assertThat(root.resolve("usr/lib/c")).hasContent("c");
    }

    @Test
    void hardLinksToWhatIsOutsideAreNotMade() throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(target.resolve("out"), outside);

        assertThatThrownBy(() -> extract(false, TarEntry.hardLink("x", "out/secret")))
                .isInstanceOf(ImageFormatException.class)
                .hasMessageContaining("which is not there");
        assertThatThrownBy(() -> extract(false, TarEntry.hardLink("x", "../../outside/secret")))
                .isInstanceOf(ImageFormatException.class);
        assertThat(target.resolve("x")).doesNotExist();
    }

    /** CVE-2018-15664: a process in the container exchanges a directory and a symbolic link while files are copied. */
    @Test
    void whateverIsPutInTheWayMeanwhileNothingIsTouchedOutside() throws Exception {
        Files.writeString(outside.resolve("file"), "untouched");
        Files.createDirectories(target.resolve("d"));
        Files.createSymbolicLink(target.resolve("other"), outside);
        AtomicBoolean over = new AtomicBoolean();
        Thread attacker = new Thread(() -> {
            try (OpenDirectory at = OpenDirectory.open(target)) {
                while (!over.get()) {
                    at.exchange("d", at, "other");
                }
            }
        });
        Stat before = Stat.of(outside.resolve("file")).orElseThrow();
        attacker.start();
        try {
            for (int i = 0; i < 2000; i++) {
                try {
                    extract(
                            false,
                            file("d/file", "attack").withMode(0777).withOwner(1, 1),
                            TarEntry.directory("d/sub").withMode(0777).withOwner(1, 1),
                            TarEntry.of("d/fifo", TarType.FIFO, "", 0777).withOwner(1, 1));
                } catch (KernelException | ImageFormatException e) {
                    assertThat(e.getMessage()).isNotEmpty();
                }
            }
        } finally {
            over.set(true);
            attacker.join();
        }

        assertThat(Stat.of(outside.resolve("file")).orElseThrow()).isEqualTo(before);
        assertThat(outside.resolve("file")).hasContent("untouched");
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).hasSize(1);
        }
        assertThat(Stat.of(outside).orElseThrow().mode()).isNotEqualTo(0777);
    }

    private Stat stat(String path) {
        return Stat.of(target.resolve(path)).orElseThrow();
    }

    private final Map<String, String> contents = new java.util.HashMap<>();

    private TarEntry file(String name, String content) {
        contents.put(name, content);
        return TarEntry.file(name, content.length());
    }

    private void extract(boolean noOverwrite, TarEntry... entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarWriter tar = new TarWriter(out)) {
            for (TarEntry entry : entries) {
                tar.entry(entry);
                if (entry.type() == TarType.FILE) {
                    byte[] content = contents.get(entry.name()).getBytes(StandardCharsets.UTF_8);
                    tar.write(content, 0, content.length);
                }
            }
        }
        try (RootedDirectory tree = RootedDirectory.open(root);
                TreeExtraction extraction =
                        new TreeExtraction(tree, "/target", noOverwrite, UnaryOperator.identity())) {
            extraction.extract(new ByteArrayInputStream(out.toByteArray()));
        }
    }
}
