package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts that show owners mapped, in mount namespaces of the tests' own. */
class IdMappedMountTest {
    private static final String MAP = "X-mount.idmap=u:0:100000:65536 g:0:200000:65536";

    @TempDir
    Path temp;

    private void inOwnNamespace(Namespaces.Work<Object, Exception> work) throws Exception {
        assumeThat(Kernel.release().isAtLeast(5, 19))
                .as("overlay shows owners of its layers mapped, from Linux 5.19 on")
                .isTrue();
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), work);
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(temp.resolve(name));
    }

    @Test
    void aBindMountShowsOwnersMappedBothWays() throws Exception {
        Path source = directory("source");
        Path target = directory("target");
        file(source.resolve("roots"), 0, 0);
        file(source.resolve("users"), 1000, 1001);
        file(source.resolve("nobodys"), 70_000, 70_000);
        inOwnNamespace(() -> {
            Mounts.bind(source, target, "rbind", MAP);

            assertThat(owner(target.resolve("roots"))).isEqualTo("100000:200000");
            assertThat(owner(target.resolve("users"))).isEqualTo("101000:201001");
            assertThat(owner(target.resolve("nobodys"))).isEqualTo("65534:65534");
            assertThat(owner(source.resolve("users"))).isEqualTo("1000:1001");
            FileUser.as(100_005, 200_006, () -> Files.createFile(target.resolve("new")));
            assertThat(owner(source.resolve("new"))).isEqualTo("5:6");
            assertThatThrownBy(() -> Files.createFile(target.resolve("roots-own")))
                    .isInstanceOf(IOException.class);
            return null;
        });
    }

    @Test
    void furtherOptionsHoldToo() throws Exception {
        Path source = directory("source");
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.bind(source, target, "ro", "nosuid", "X-mount.idmap=b:0:100000:1000");

            MountTable.Entry entry = MountTable.read().at(target).orElseThrow();
            assertThat(entry.options()).contains("ro", "nosuid", "idmapped");
            assertThat(owner(target)).isEqualTo("100000:100000");
            return null;
        });
    }

    @Test
    void anOverlayShowsAllItsLayersMappedAndWritesThemAsTheyAreOnDisk() throws Exception {
        Path bottom = directory("bottom/diff");
        Path middle = directory("middle/diff");
        Path upper = directory("top/diff");
        Path work = directory("top/work");
        Path target = directory("target");
        file(bottom.resolve("deep"), 7, 8);
        file(bottom.resolve("gone"), 0, 0);
        file(bottom.resolve("renamed"), 0, 0);
        Files.createDirectory(bottom.resolve("directory"));
        file(bottom.resolve("directory/inner"), 3, 3);
        file(middle.resolve("roots"), 0, 0);
        Files.createDirectory(middle.resolve("open"));
        inOwnNamespace(() -> {
            overlay(List.of(middle, bottom), upper, work, target, MAP);

            assertThat(owner(target)).isEqualTo("100000:200000");
            assertThat(owner(target.resolve("deep"))).isEqualTo("100007:200008");
            assertThat(owner(target.resolve("roots"))).isEqualTo("100000:200000");
            FileUser.as(100_000, 200_000, () -> {
                Files.writeString(target.resolve("deep"), "changed");
                Files.writeString(target.resolve("new"), "new");
                Files.delete(target.resolve("gone"));
                Files.move(target.resolve("renamed"), target.resolve("moved"));
                Files.delete(target.resolve("directory/inner"));
                Files.delete(target.resolve("directory"));
                return Files.createDirectory(target.resolve("directory"));
            });
            FileUser.as(100_001, 200_002, () -> Files.createFile(target.resolve("open/theirs")));

            assertThat(owner(upper.resolve("deep"))).isEqualTo("7:8");
            assertThat(upper.resolve("deep")).hasContent("changed");
            assertThat(owner(upper.resolve("new"))).isEqualTo("0:0");
            assertThat(owner(upper.resolve("moved"))).isEqualTo("0:0");
            assertThat(owner(upper.resolve("directory"))).isEqualTo("0:0");
            assertThat(owner(upper.resolve("open/theirs"))).isEqualTo("1:2");
            assertThat(Stat.of(upper.resolve("gone")).orElseThrow().kind()).isEqualTo(FileKind.CHARACTER_DEVICE);
            assertThat(Xattrs.of(upper.resolve("directory")).value("trusted.overlay.opaque"))
                    .isPresent();
            assertThat(MountTable.read().beneath(temp)).hasSize(1);
            Mounts.unmount(target);
            overlay(List.of(middle, bottom), upper, work, target);
            assertThat(owner(target.resolve("deep"))).isEqualTo("7:8");
            assertThat(target.resolve("gone")).doesNotExist();
            assertThat(target.resolve("directory")).isEmptyDirectory();
            return null;
        });
    }

    @Test
    void aReadOnlyOverlayShowsItsLayersMapped() throws Exception {
        Path bottom = directory("bottom");
        Path top = directory("top");
        Path target = directory("target");
        file(bottom.resolve("f"), 1, 1);
        inOwnNamespace(() -> {
            Mounts.mount(
                    new MountRequest(
                            "overlay", "overlay", List.of("lowerdir+=" + top, "lowerdir+=" + bottom, "ro", MAP)),
                    target);
            assertThat(owner(target.resolve("f"))).isEqualTo("100001:200001");
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({"mkfs.ext4 -q, 16, ext4", "mkfs.xfs -q, 320, xfs", "mkfs.btrfs -q, 128, btrfs"})
    void aFileSystemIsMountedWithMappedOwners(String mkfs, long megabytes, String type) throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            try (LoopImage image = LoopImage.format(temp.resolve("image"), megabytes << 20, mkfs.split(" "))) {
                Mounts.mount(new MountRequest(type, image.device(), List.of(MAP)), target);
                try {
                    assertThat(owner(target)).isEqualTo("100000:200000");
                } finally {
                    Mounts.unmount(target);
                }
                return null;
            }
        });
    }

    @Test
    void aUserNamespaceMayBeNamedByItsFile() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            try (Fd namespace = UserNamespace.of(IdMap.parse("0:5000:10"))) {
                Mounts.bind(temp, target, "X-mount.idmap=" + namespace.path());
            }
            assertThat(owner(target)).isEqualTo("5000:5000");
            return null;
        });
    }

    @Test
    void whatCannotShowOwnersMappedSaysSoAndIsNotMounted() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            assertThatThrownBy(() -> Mounts.bind(Path.of("/proc"), target, MAP))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("EINVAL")
                    .hasMessageContaining("cannot show owners mapped");
            assertThatThrownBy(() -> overlay(
                            List.of(Path.of("/proc/sys")), directory("u/diff"), directory("u/work"), target, MAP))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("cannot show owners mapped");
            Mounts.bind(temp, target);
            assertThatThrownBy(() -> Mounts.remount(target, "bind", "ro", MAP))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("cannot be mapped anew");
            Mounts.unmount(target);
            assertThat(MountTable.read().beneath(temp)).isEmpty();
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "u:0:1:2", "x:0:1:2 b:0:1:2", "0:1", "b:0:-1:2", "b:0:1:4294967296", "b:0:1:2:3"})
    void whatIsNoMapIsRefused(String map) {
        assertThatThrownBy(() -> Mounts.bind(temp, temp, "X-mount.idmap=" + map))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("not ranges of users and groups");
    }

    @Test
    void aMapThatTheKernelDoesNotTakeIsRefused() {
        assertThatThrownBy(() -> Mounts.bind(temp, temp, "X-mount.idmap=b:0:100000:10 b:5:200000:10"))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("does not take the map");
    }

    private static void overlay(List<Path> lowers, Path upper, Path work, Path target, String... more) {
        List<String> options = new ArrayList<>();
        lowers.forEach(lower -> options.add("lowerdir+=" + lower));
        options.addAll(List.of("upperdir=" + upper, "workdir=" + work, "metacopy=off"));
        options.addAll(List.of(more));
        Mounts.mount(new MountRequest("overlay", "overlay", options), target);
    }

    private static void file(Path path, long uid, long gid) throws IOException {
        Files.createFile(path);
        try (OpenDirectory parent = OpenDirectory.open(path.getParent())) {
            parent.changeOwner(path.getFileName().toString(), uid, gid);
        }
    }

    private static String owner(Path path) {
        Stat stat = Stat.of(path).orElseThrow();
        return stat.uid() + ":" + stat.gid();
    }
}
