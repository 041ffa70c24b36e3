package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Owners, modes, times, extended attributes, links and special files. */
interface LayerAttributeCases extends StorageCases {
    @Test
    default void theRootOfAnEmptyLayerIsRootsWithMode0755() throws IOException {
        bench().prepare("x");
        bench().in("x", root -> {
            Stat stat = Stat.of(root).orElseThrow();
            assertThat(stat.mode()).isEqualTo(0755);
            assertThat(stat.uid()).isZero();
            assertThat(stat.gid()).isZero();
        });
    }

    @Test
    default void theRootKeepsItsOwnerModeAndAttributesThroughLayers() throws IOException {
        bench().base("base", root -> attributes(root, 0555, 7, 8, "user.mark", "base"));
        bench().prepare("x", "base");
        bench().in("x", root -> {
            Stat stat = Stat.of(root).orElseThrow();
            assertThat(stat.mode()).isEqualTo(0555);
            assertThat(stat.uid()).isEqualTo(7);
            assertThat(stat.gid()).isEqualTo(8);
            assertThat(Xattrs.of(root).value("user.mark")).contains("base".getBytes(StandardCharsets.US_ASCII));
            attributes(root, 01777, 1, 2, "user.mark", "top");
        });
        bench().driver().commit(id("x"), id("top"));

        bench().look(
                        "base",
                        root -> assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(0555));
        bench().look("top", root -> {
            assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(01777);
            assertThat(Stat.of(root).orElseThrow().uid()).isEqualTo(1);
        });
    }

    @Test
    default void ownersAreKeptThroughLayers() throws IOException {
        bench().base("base", root -> {
            own(Files.writeString(root.resolve("f"), "x"), 1000, 1001);
            own(Files.createDirectory(root.resolve("d")), 1002, 1003);
            own(Files.createSymbolicLink(root.resolve("l"), Path.of("nowhere")), 1004, 1005);
        });
        bench().layer("top", "base", root -> own(root.resolve("f"), 4_000_000_000L, 65534));

        bench().look(
                        "base",
                        root -> assertThat(owners(root, "f", "d", "l"))
                                .containsExactly("1000:1001", "1002:1003", "1004:1005"));
        bench().look(
                        "top",
                        root -> assertThat(owners(root, "f", "d", "l"))
                                .containsExactly("4000000000:65534", "1002:1003", "1004:1005"));
    }

    @Test
    default void modesAreKeptThroughLayers() throws IOException {
        bench().base("base", root -> {
            mode(Files.writeString(root.resolve("set-uid"), "x"), 04755);
            mode(Files.createDirectory(root.resolve("none")), 0);
            mode(Files.createDirectory(root.resolve("sticky")), 03777);
        });
        bench().layer("top", "base", root -> {
            mode(root.resolve("none"), 0700);
            Files.writeString(root.resolve("sticky").resolve("f"), "x");
        });
        bench().look(
                        "base",
                        root -> assertThat(modes(root, "set-uid", "none", "sticky"))
                                .containsExactly("4755", "0", "3777"));
        bench().look(
                        "top",
                        root -> assertThat(modes(root, "set-uid", "none", "sticky"))
                                .containsExactly("4755", "700", "3777"));
    }

    @Test
    default void everyKindOfEntryIsKeptWithAllItsAttributes() throws IOException {
        List<String> before = new ArrayList<>();
        bench().base("base", root -> {
            everything(root);
            before.addAll(TreeListing.of(root));
        });
        bench().layer("top", "base", root -> {});

        bench().look("base", root -> assertThat(TreeListing.of(root)).isEqualTo(before));
        bench().look("top", root -> assertThat(TreeListing.of(root)).isEqualTo(before));
        bench().reopen();
        bench().look("top", root -> assertThat(TreeListing.of(root)).isEqualTo(before));
    }

    @Test
    default void timesAreKeptToTheNanosecond() throws IOException {
        bench().base("base", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/f"), "x");
            try (OpenDirectory top = OpenDirectory.open(root);
                    OpenDirectory directory = top.directory("d")) {
                directory.setTimes("f", 1, 2, 1_000_000_000, 123_456_789);
                top.setTimes("d", 1, 2, 315_532_800, 1);
            }
        });
        bench().layer("top", "base", root -> Files.writeString(root.resolve("other"), "x"));

        bench().look("top", root -> {
            Stat file = Stat.of(root.resolve("d/f")).orElseThrow();
            Stat directory = Stat.of(root.resolve("d")).orElseThrow();
            assertThat(file.mtimeSeconds()).isEqualTo(1_000_000_000);
            assertThat(file.mtimeNanos()).isEqualTo(123_456_789);
            assertThat(directory.mtimeSeconds()).isEqualTo(315_532_800);
            assertThat(directory.mtimeNanos()).isEqualTo(1);
        });
    }

    @Test
    default void namesThatAreNotUtf8AreKept() throws IOException {
        String odd = io.gantry.linux.KernelString.decode(new byte[] {'n', (byte) 0xE9, (byte) 0xFF});
        bench().base("base", root -> {
            try (OpenDirectory directory = OpenDirectory.open(root)) {
                directory.makeDirectory(odd, 0755);
                try (OpenDirectory below = directory.directory(odd)) {
                    below.makeSymlink(odd, odd);
                }
            }
        });
        bench().layer("top", "base", root -> {});

        bench().look("top", root -> {
            try (OpenDirectory directory = OpenDirectory.open(root);
                    OpenDirectory below = directory.directory(odd)) {
                assertThat(below.readLink(odd)).isEqualTo(odd);
            }
        });
    }

    private static void everything(Path root) throws IOException {
        Files.write(root.resolve("file"), new byte[100_000]);
        Files.createDirectories(root.resolve("dir/in/side"));
        Files.createLink(root.resolve("dir/hard"), root.resolve("file"));
        Files.createLink(root.resolve("dir/in/hard"), root.resolve("file"));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(root.resolve("dir/dangling"), Path.of("../../../nowhere"));
        try (OpenDirectory directory = OpenDirectory.open(root)) {
            directory.makeNode("fifo", FileKind.FIFO, 0640, 0);
            directory.makeNode("socket", FileKind.SOCKET, 0600, 0);
            directory.makeNode("null", FileKind.CHARACTER_DEVICE, 0666, DeviceNumber.of(1, 3));
            directory.makeNode("disk", FileKind.BLOCK_DEVICE, 0660, DeviceNumber.of(7, 300));
            directory.makeLink("fifo2", directory, "fifo");
            directory.makeLink("absolute2", directory, "absolute");
            directory.setTimes("absolute", 5, 6, 7, 8);
            directory.changeOwner("null", 5, 6);
            directory.changeMode("null", 0666);
        }
        attributes(root.resolve("dir"), 02755, 12, 13, "trusted.mark", "yes");
        attributes(root.resolve("file"), 06711, 3, 4, "user.mark", "é");
        Xattrs.of(root.resolve("file")).set("security.capability", capability());
        Files.createFile(root.resolve("x".repeat(255)));
    }

    /** {@code cap_net_bind_service=ep} in revision 2 of {@code struct vfs_cap_data}. */
    private static byte[] capability() {
        return new byte[] {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    }

    static void attributes(Path path, int mode, long uid, long gid, String attribute, String value) {
        own(path, uid, gid);
        mode(path, mode);
        Xattrs.of(path).set(attribute, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void own(Path path, long uid, long gid) {
        try (OpenDirectory parent = OpenDirectory.open(path.getParent())) {
            if (isMountRoot(path)) {
                try (OpenDirectory self = OpenDirectory.open(path)) {
                    io.gantry.linux.FileAttributes.changeOwner(self.fd(), uid, gid);
                }
            } else {
                parent.changeOwner(path.getFileName().toString(), uid, gid);
            }
        }
    }

    private static void mode(Path path, int mode) {
        try (OpenDirectory parent = OpenDirectory.open(path.getParent())) {
            parent.changeMode(path.getFileName().toString(), mode);
        }
    }

    private static boolean isMountRoot(Path path) {
        return io.gantry.linux.MountTable.read().at(path).isPresent();
    }

    private static List<String> owners(Path root, String... names) {
        List<String> found = new ArrayList<>();
        for (String name : names) {
            Stat stat = Stat.of(root.resolve(name)).orElseThrow();
            found.add(stat.uid() + ":" + stat.gid());
        }
        return found;
    }

    private static List<String> modes(Path root, String... names) {
        List<String> found = new ArrayList<>();
        for (String name : names) {
            found.add(Integer.toOctalString(
                    Stat.of(root.resolve(name)).orElseThrow().mode()));
        }
        return found;
    }
}
