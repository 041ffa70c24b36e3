package io.gantry.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.OpenDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeComparisonTest {
    private static final FileTime THEN = FileTime.from(Instant.parse("2024-01-01T00:00:00Z"));

    @TempDir
    Path directory;

    private Path before;
    private Path after;

    @BeforeEach
    void makeTrees() throws IOException {
        for (String tree : List.of("before", "after")) {
            Path root = directory.resolve(tree);
            Files.createDirectories(root.resolve("a/b"));
            Files.createDirectories(root.resolve("c"));
            for (String file : List.of("a/b/one", "a/two", "c/three", "four")) {
                Files.writeString(root.resolve(file), "content");
                Files.setLastModifiedTime(root.resolve(file), THEN);
            }
        }
        before = directory.resolve("before");
        after = directory.resolve("after");
    }

    @Test
    void equalTreesDoNotDifferThoughTheirDirectoriesAreOfAnotherTime() throws IOException {
        Files.setLastModifiedTime(after.resolve("a"), THEN);

        assertThat(changes()).isEmpty();
    }

    @Test
    void tellsWhatWasAddedChangedAndDeletedEachAfterItsDirectory() throws IOException {
        Files.createDirectories(after.resolve("new/sub"));
        Files.writeString(after.resolve("new/file"), "");
        Files.delete(after.resolve("a/b/one"));
        Files.writeString(after.resolve("four"), "changed");
        Files.delete(after.resolve("c/three"));
        Files.delete(after.resolve("c"));

        assertThat(changes())
                .containsExactly(
                        "C /a", "C /a/b", "D /a/b/one", "D /c", "C /four", "A /new", "A /new/file", "A /new/sub");
    }

    @Test
    void attributesCount() throws IOException {
        Files.setPosixFilePermissions(after.resolve("c"), PosixFilePermissions.fromString("rwx------"));
        Files.setAttribute(after.resolve("a/two"), "unix:uid", 12);
        Files.setLastModifiedTime(after.resolve("four"), FileTime.from(Instant.parse("2024-01-01T00:00:01Z")));

        assertThat(changes()).containsExactly("C /a", "C /a/two", "C /c", "C /four");
    }

    @Test
    void whatBecameAnotherKindIsChanged() throws IOException {
        Files.delete(after.resolve("four"));
        Files.createDirectories(after.resolve("four/sub"));
        Files.delete(after.resolve("c/three"));
        Files.delete(after.resolve("c"));
        Files.createSymbolicLink(after.resolve("c"), Path.of("a"));

        assertThat(changes()).containsExactly("C /c", "C /four", "A /four/sub");
    }

    @Test
    void placesToMountOnAreNotTold() throws IOException {
        for (String made : List.of("dev", "proc", "sys", "etc")) {
            Files.createDirectories(after.resolve(made));
        }
        for (String made : List.of("etc/hosts", "etc/hostname", "etc/resolv.conf", "dev/console")) {
            Files.createFile(after.resolve(made));
        }
        assertThat(changes()).isEmpty();

        Files.writeString(after.resolve("etc/hosts"), "own");
        Files.createFile(after.resolve("dev/null"));

        assertThat(changes()).containsExactly("A /dev", "A /dev/null", "A /etc", "A /etc/hosts");
    }

    @Test
    void withoutAnythingBeforeAllIsAdded() {
        try (OpenDirectory now = OpenDirectory.open(after)) {
            assertThat(TreeComparison.of(Optional.empty(), now)).hasSize(7);
        }
    }

    private List<String> changes() {
        try (OpenDirectory was = OpenDirectory.open(before);
                OpenDirectory is = OpenDirectory.open(after)) {
            return TreeComparison.of(Optional.of(was), is).stream()
                    .map(change -> change.kind().name().replace("MODIFIED", "C").charAt(0) + " " + change.path())
                    .toList();
        }
    }
}
