package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a layer shows of its own and of the layers beneath. */
interface LayerContentCases extends StorageCases {
    @Test
    default void anEmptyLayerIsAnEmptyWritableDirectory() throws IOException {
        bench().prepare("x");

        bench().in("x", root -> {
            assertThat(root).isEmptyDirectory();
            Files.writeString(root.resolve("f"), "content");
        });

        bench().in("x", root -> assertThat(root.resolve("f")).hasContent("content"));
    }

    @Test
    default void childrenSeeTheirParentsAndParentsNotTheirChildren() throws IOException {
        bench().base("base", root -> {
            Files.writeString(root.resolve("kept"), "base");
            Files.writeString(root.resolve("changed"), "base");
            Files.createDirectories(root.resolve("d/e"));
            Files.writeString(root.resolve("d/e/f"), "base");
        });
        bench().layer("top", "base", root -> {
            Files.writeString(root.resolve("changed"), "top");
            Files.writeString(root.resolve("d/e/g"), "top");
            Files.delete(root.resolve("kept"));
        });

        bench().look("top", root -> {
            assertThat(root.resolve("kept")).doesNotExist();
            assertThat(root.resolve("changed")).hasContent("top");
            assertThat(root.resolve("d/e/f")).hasContent("base");
            assertThat(root.resolve("d/e/g")).hasContent("top");
        });
        bench().look("base", root -> {
            assertThat(root.resolve("kept")).hasContent("base");
            assertThat(root.resolve("changed")).hasContent("base");
            assertThat(names(root.resolve("d/e"))).containsExactly("f");
        });
    }

    @Test
    default void siblingsDoNotSeeEachOther() throws IOException {
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench().prepare("a", "base");
        bench().prepare("b", "base");
        try (LayerMount a = bench().mount("a");
                LayerMount b = bench().mount("b")) {
            Files.writeString(a.path().resolve("f"), "a");
            Files.writeString(a.path().resolve("only-a"), "a");

            assertThat(b.path().resolve("f")).hasContent("base");
            assertThat(b.path().resolve("only-a")).doesNotExist();
        }
        bench().look("base", root -> assertThat(names(root)).containsExactly("f"));
    }

    @Test
    default void aFileUpdatedInEachLayerShowsTheLatestAtEachLevel() throws IOException {
        bench().base("l0", root -> Files.writeString(root.resolve("f"), "0"));
        for (int i = 1; i <= 5; i++) {
            String text = "" + i;
            bench().layer("l" + i, "l" + (i - 1), root -> Files.writeString(root.resolve("f"), text));
        }
        for (int i = 0; i <= 5; i++) {
            String text = "" + i;
            bench().look("l" + i, root -> assertThat(root.resolve("f")).hasContent(text));
        }
    }

    @Test
    default void aDirectoryRemovedAndMadeAnewHidesWhatWasInIt() throws IOException {
        bench().base("base", root -> {
            Files.createDirectories(root.resolve("d/sub"));
            Files.writeString(root.resolve("d/old"), "old");
            Files.writeString(root.resolve("d/sub/old"), "old");
        });
        bench().layer("top", "base", root -> {
            Files.delete(root.resolve("d/sub/old"));
            Files.delete(root.resolve("d/sub"));
            Files.delete(root.resolve("d/old"));
            Files.delete(root.resolve("d"));
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/new"), "new");
        });
        bench().layer("third", "top", root -> Files.createDirectory(root.resolve("d/sub")));

        bench().look("top", root -> assertThat(names(root.resolve("d"))).containsExactly("new"));
        bench().look("third", root -> {
            assertThat(names(root.resolve("d"))).containsExactly("new", "sub");
            assertThat(root.resolve("d/sub")).isEmptyDirectory();
        });
    }

    @Test
    default void aFileDeletedAndMadeAnewInLaterLayersComesAndGoes() throws IOException {
        bench().base("l0", root -> Files.writeString(root.resolve("f"), "0"));
        bench().layer("l1", "l0", root -> Files.delete(root.resolve("f")));
        bench().layer("l2", "l1", root -> Files.writeString(root.resolve("f"), "2"));
        bench().layer("l3", "l2", root -> Files.delete(root.resolve("f")));

        bench().look("l1", root -> assertThat(root).isEmptyDirectory());
        bench().look("l2", root -> assertThat(root.resolve("f")).hasContent("2"));
        bench().look("l3", root -> assertThat(root).isEmptyDirectory());
    }

    @Test
    default void aFileMayBecomeADirectoryAndTheOtherWayRound() throws IOException {
        bench().base("base", root -> {
            Files.writeString(root.resolve("a"), "file");
            Files.createDirectory(root.resolve("b"));
            Files.writeString(root.resolve("b/in"), "x");
            Files.createSymbolicLink(root.resolve("c"), Path.of("b"));
        });
        bench().layer("top", "base", root -> {
            Files.delete(root.resolve("a"));
            Files.createDirectory(root.resolve("a"));
            Files.delete(root.resolve("b/in"));
            Files.delete(root.resolve("b"));
            Files.writeString(root.resolve("b"), "file");
            Files.delete(root.resolve("c"));
            Files.createDirectory(root.resolve("c"));
        });

        bench().look("top", root -> {
            assertThat(root.resolve("a")).isEmptyDirectory();
            assertThat(root.resolve("b")).hasContent("file");
            assertThat(root.resolve("c")).isEmptyDirectory();
        });
    }

    @Test
    default void filesAndNewDirectoriesAreRenamed() throws IOException {
        bench().base("base", root -> {
            Files.writeString(root.resolve("old"), "content");
            Files.createDirectories(root.resolve("d"));
        });
        bench().layer("top", "base", root -> {
            Files.move(root.resolve("old"), root.resolve("d/new"));
            Files.createDirectory(root.resolve("fresh"));
            Files.writeString(root.resolve("fresh/f"), "f");
            Files.move(root.resolve("fresh"), root.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
        });

        bench().look("top", root -> {
            assertThat(names(root)).containsExactly("d", "moved");
            assertThat(root.resolve("d/new")).hasContent("content");
            assertThat(root.resolve("moved/f")).hasContent("f");
        });
        bench().look("base", root -> assertThat(names(root)).containsExactly("d", "old"));
    }

    @Test
    default void aViewCannotBeWrittenTo() throws IOException {
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench().layer("top", "base", root -> Files.writeString(root.resolve("g"), "top"));
        for (String layer : List.of("base", "top")) {
            bench().look(layer, root -> {
                assertThatThrownBy(() -> Files.writeString(root.resolve("new"), "x"))
                        .isInstanceOfAny(ReadOnlyFileSystemException.class, FileSystemException.class)
                        .hasMessageContaining("Read-only file system");
                assertThatThrownBy(() -> Files.delete(root.resolve("f"))).hasMessageContaining("Read-only file system");
            });
        }
    }

    @Test
    default void aCommittedLayerIsUnchangedByItsChildren() throws IOException {
        bench().base("base", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/f"), "base");
            Files.createLink(root.resolve("d/link"), root.resolve("d/f"));
        });
        List<String> before = listing("base");
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Files.writeString(root.resolve("d/f"), "changed", StandardOpenOption.APPEND);
            Files.delete(root.resolve("d/link"));
            Files.setPosixFilePermissions(root.resolve("d"), java.util.Set.of());
        });
        bench().driver().remove(id("x"));
        bench().driver().cleanup();

        assertThat(listing("base")).isEqualTo(before);
    }

    @Test
    default void anOpenFileKeepsItsContentAndInodeWhileMounted() throws IOException {
        bench().prepare("x");
        bench().in("x", root -> {
            Path file = Files.writeString(root.resolve("f"), "one");
            Object inode = Files.getAttribute(file, "unix:ino");
            try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                Files.move(file, root.resolve("g"));
                open.write(ByteBuffer.wrap("two".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
                Files.writeString(root.resolve("f"), "other");
                assertThat(root.resolve("g")).hasContent("two");
                assertThat(Files.getAttribute(root.resolve("g"), "unix:ino")).isEqualTo(inode);
                Files.delete(root.resolve("g"));
                ByteBuffer read = ByteBuffer.allocate(3);
                open.read(read, 0);
                assertThat(new String(read.array(), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("two");
            }
        });
    }

    @Test
    default void aDirectoryKeepsItsInodeWhenSomethingIsAddedToIt() throws IOException {
        bench().base("base", root -> Files.createDirectory(root.resolve("d")));
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Object inode = Files.getAttribute(root.resolve("d"), "unix:ino");
            Files.writeString(root.resolve("d/f"), "x");
            assertThat(Files.getAttribute(root.resolve("d"), "unix:ino")).isEqualTo(inode);
        });
    }

    @Test
    default void whatWasRemovedAfterACommitIsStillInTheCommit() throws IOException {
        bench().base("base", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/f"), "x");
        });
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Files.delete(root.resolve("d/f"));
            Files.delete(root.resolve("d"));
        });
        bench().driver().commit(id("x"), id("gone"));
        bench().layer("back", "gone", root -> Files.createDirectory(root.resolve("d")));

        bench().look("base", root -> assertThat(root.resolve("d/f")).hasContent("x"));
        bench().look("gone", root -> assertThat(root).isEmptyDirectory());
        bench().look("back", root -> assertThat(root.resolve("d")).isEmptyDirectory());
    }

    private List<String> listing(String layer) throws IOException {
        List<String> lines = new java.util.ArrayList<>();
        bench().look(layer, root -> lines.addAll(TreeListing.of(root)));
        return lines;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
