package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootedDirectoryTest {
    @TempDir
    Path temp;

    private Path root;
    private RootedDirectory rooted;

    @BeforeEach
    void openRoot() throws IOException {
        root = Files.createDirectories(temp.resolve("root"));
        Files.createDirectories(temp.resolve("outside/etc"));
        rooted = RootedDirectory.open(root);
    }

    @AfterEach
    void closeRoot() {
        rooted.close();
    }

    @Test
    void absoluteLinksAndDotDotStayWithinTheRoot() throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/etc"));
        Files.createSymbolicLink(root.resolve("climbing"), Path.of("../../../../etc"));
        Files.createSymbolicLink(root.resolve("two"), Path.of("climbing/../absolute"));
        for (String path : new String[] {"etc", "/etc", "absolute", "climbing", "two", "../../etc", "a/../etc"}) {
            if (path.startsWith("a/")) {
                Files.createDirectories(root.resolve("a"));
            }
            try (OpenDirectory directory = rooted.directory(path)) {
                assertThat(Files.isSameFile(directory.fd().path(), root.resolve("etc")))
                        .as(path)
                        .isTrue();
            }
        }
    }

    @Test
    void aLinkOutOfTheRootLeadsNowhere() throws IOException {
        Files.createSymbolicLink(root.resolve("out"), temp.resolve("outside"));
        assertThat(rooted.findDirectory("out/etc")).isEmpty();
        assertThatThrownBy(() -> rooted.directory("out"))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining("out in " + root);
        assertThat(rooted.stat("out")).isEmpty();
    }

    @Test
    void linksThroughProcAreRefused() throws Exception {
        Files.createDirectories(root.resolve("proc"));
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.bind(Path.of("/proc"), root.resolve("proc"), "rbind");
            try (RootedDirectory inside = RootedDirectory.open(root)) {
                assertThatThrownBy(() -> inside.directory("proc/self/root")).hasMessageContaining("ELOOP");
            }
            return null;
        });
    }

    @Test
    void strictDirectoriesFollowNoLinkAndDoNotClimb() throws IOException {
        Files.createDirectories(root.resolve("real/deep"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("real"));
        rooted.strictDirectory("/real/deep").close();
        assertThatThrownBy(() -> rooted.strictDirectory("link/deep")).hasMessageContaining("ELOOP");
        assertThatThrownBy(() -> rooted.strictDirectory("real/../..")).hasMessageContaining("EXDEV");
    }

    @Test
    void circlesOfLinksEnd() throws IOException {
        Files.createSymbolicLink(root.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(root.resolve("b"), Path.of("/a"));
        assertThatThrownBy(() -> rooted.directory("a/x")).hasMessageContaining("ELOOP");
    }

    @Test
    void entriesOfEveryKindAreMadeAndRead() {
        OpenDirectory top = rooted.root();
        assertThat(top.makeDirectory("dir", 0755)).isTrue();
        assertThat(top.makeDirectory("dir", 0755)).isFalse();
        top.makeSymlink("link", "/no/where");
        top.makeNode("fifo", FileKind.FIFO, 0600, 0);
        top.makeNode("null", FileKind.CHARACTER_DEVICE, 0666, DeviceNumber.of(1, 3));
        top.makeNode("disk", FileKind.BLOCK_DEVICE, 0660, DeviceNumber.of(259, 0x12345));
        top.makeNode("socket", FileKind.SOCKET, 0600, 0);
        top.open("file", OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0640)
                .close();
        top.makeLink("hard", top, "file");
        top.makeLink("hardlink-of-symlink", top, "link");
        Map<String, FileKind> kinds =
                top.list().stream().collect(Collectors.toMap(DirectoryEntry::name, DirectoryEntry::kind));
        assertThat(kinds)
                .containsEntry("dir", FileKind.DIRECTORY)
                .containsEntry("link", FileKind.SYMLINK)
                .containsEntry("fifo", FileKind.FIFO)
                .containsEntry("null", FileKind.CHARACTER_DEVICE)
                .containsEntry("disk", FileKind.BLOCK_DEVICE)
                .containsEntry("socket", FileKind.SOCKET)
                .containsEntry("hardlink-of-symlink", FileKind.SYMLINK)
                .hasSize(9);
        kinds.forEach((name, kind) ->
                assertThat(top.stat(name).orElseThrow().kind()).as(name).isEqualTo(kind));
        assertThat(top.stat("disk").orElseThrow().rdevice()).isEqualTo(DeviceNumber.of(259, 0x12345));
        assertThat(top.stat("file").orElseThrow())
                .satisfies(stat -> assertThat(stat.links()).isEqualTo(2))
                .satisfies(stat -> assertThat(stat.sameFile(top.stat("hard").orElseThrow()))
                        .isTrue());
        assertThat(top.readLink("link")).isEqualTo("/no/where");
        assertThat(top.stat("missing")).isEmpty();
        assertThat(top.list()).hasSize(9);
    }

    @Test
    void ownerModeAndTimesAreSetExactly() {
        OpenDirectory top = rooted.root();
        top.makeSymlink("link", "file");
        try (Fd fd = top.open("file", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0)) {
            assertThat(LibC.calls().write(fd.value(), new byte[7], 7)).isEqualTo(7);
        }
        for (String name : new String[] {"file", "link"}) {
            top.changeOwner(name, 4_000_000_001L, 12);
            top.setTimes(name, -5, 1, 1_000_000_000L, 123_456_789);
        }
        top.changeMode("file", 06751);
        Stat file = top.stat("file").orElseThrow();
        assertThat(file.mode()).isEqualTo(06751);
        assertThat(file.size()).isEqualTo(7);
        assertThat(file.mtime().toString()).isEqualTo("2001-09-09T01:46:40.123456789Z");
        Stat link = top.stat("link").orElseThrow();
        for (Stat stat : new Stat[] {file, link}) {
            assertThat(stat.uid()).isEqualTo(4_000_000_001L);
            assertThat(stat.gid()).isEqualTo(12);
            assertThat(stat.atimeSeconds()).isEqualTo(-5);
            assertThat(stat.mtimeSeconds()).isEqualTo(1_000_000_000L);
            assertThat(stat.mtimeNanos()).isEqualTo(123_456_789);
        }
        assertThat(Stat.of(root.resolve("file"))).contains(file);
        assertThat(Stat.following(root.resolve("link"))).contains(file);
    }

    @Test
    void attributesChangeThroughDescriptorsThatOnlyNameTheFile() {
        OpenDirectory top = rooted.root();
        top.makeNode("fifo", FileKind.FIFO, 0600, 0);
        top.makeSymlink("link", "gone");
        try (Fd fifo = top.open("fifo", OpenFlags.O_PATH, 0);
                Fd link = top.open("link", OpenFlags.O_PATH, 0)) {
            FileAttributes.changeMode(fifo, 0640);
            FileAttributes.changeOwner(link, 5, 6);
            FileAttributes.setTimes(link, 1, 2, 3, 4);
            FileAttributes.setTimes(fifo, 1, 2, 3, 4);
            assertThat(Stat.of(fifo).mode()).isEqualTo(0640);
            assertThat(Stat.of(fifo).mtimeNanos()).isEqualTo(4);
            assertThat(Stat.of(link).uid()).isEqualTo(5);
            assertThat(Stat.of(link).mtimeSeconds()).isEqualTo(3);
        }
    }

    @Test
    void namesThatAreNotOneComponentAreRefused() {
        OpenDirectory top = rooted.root();
        for (String name : new String[] {"", ".", "..", "a/b", "/", "a\0b"}) {
            assertThatThrownBy(() -> top.makeDirectory(name, 0755)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> top.removeTree(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void namesThatAreNotUtf8AreKept() {
        OpenDirectory top = rooted.root();
        String name = KernelString.decode(new byte[] {'x', (byte) 0xE9, (byte) 0xFF});
        assertThat(top.makeDirectory(name, 0755)).isTrue();
        assertThat(top.list()).extracting(DirectoryEntry::name).containsExactly(name);
        assertThat(top.removeTree(name)).isTrue();
    }

    @Test
    void renamesReplaceKeepOrSwap() {
        OpenDirectory top = rooted.root();
        top.makeSymlink("a", "A");
        top.makeSymlink("b", "B");
        assertThatThrownBy(() -> top.renameNew("a", top, "b")).hasMessageContaining("EEXIST");
        top.exchange("a", top, "b");
        assertThat(top.readLink("a")).isEqualTo("B");
        top.rename("a", top, "b");
        assertThat(top.readLink("b")).isEqualTo("B");
        assertThat(top.stat("a")).isEmpty();
    }

    @Test
    void treesAreRemovedWithoutFollowingLinks() throws IOException {
        Files.createFile(temp.resolve("outside/kept"));
        Files.createDirectories(root.resolve("tree/a/b"));
        Files.createFile(root.resolve("tree/a/file"));
        Files.createSymbolicLink(root.resolve("tree/a/out"), temp.resolve("outside"));
        assertThat(rooted.root().removeTree("tree")).isTrue();
        assertThat(rooted.root().removeTree("tree")).isFalse();
        assertThat(root.resolve("tree")).doesNotExist();
        assertThat(temp.resolve("outside/kept")).exists();
    }

    @Test
    void treesDeeperThanAnyPathAreRemoved() {
        OpenDirectory current = rooted.root();
        for (int depth = 0; depth < 2100; depth++) {
            current.makeDirectory("d", 0755);
            OpenDirectory next = current.directory("d");
            next.makeSymlink("s", "x");
            if (depth > 0) {
                current.close();
            }
            current = next;
        }
        current.close();
        assertThat(rooted.root().removeTree("d")).isTrue();
        assertThat(rooted.root().list()).isEmpty();
    }

    @Test
    void missingEntriesAreNotRemovedAndFullDirectoriesStay() {
        OpenDirectory top = rooted.root();
        assertThat(top.remove("nothing")).isFalse();
        assertThat(top.removeDirectory("nothing")).isFalse();
        top.makeDirectory("full", 0755);
        try (OpenDirectory full = top.directory("full")) {
            full.makeDirectory("x", 0755);
            full.sync();
        }
        assertThatThrownBy(() -> top.removeDirectory("full")).hasMessageContaining("ENOTEMPTY");
        assertThatThrownBy(() -> top.remove("full")).hasMessageContaining("unlinkat " + root + "/full: EISDIR");
    }
}
