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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything is mounted in mount namespaces of the tests' own, which vanish with their thread. */
class MountsTest {
    @TempDir
    Path temp;

    private void inOwnNamespace(Namespaces.Work<Object, Exception> work) throws Exception {
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), work);
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(temp.resolve(name));
    }

    private static void assumeLayersOneByOne(boolean needed) {
        assumeThat(!needed || Kernel.release().isAtLeast(6, 8))
                .as("overlay takes its layers one by one, from Linux 6.8 on")
                .isTrue();
    }

    private MountTable.Entry entry(Path path) {
        return MountTable.read().at(path).orElseThrow();
    }

    @Test
    void optionsReachTheMountAndItsFileSystem() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(
                    new MountRequest(
                            "tmpfs",
                            "scratch",
                            List.of("size=1m", "mode=0711", "nosuid", "nodev", "noexec", "noatime")),
                    target);
            MountTable.Entry entry = entry(target);
            assertThat(entry.type()).isEqualTo("tmpfs");
            assertThat(entry.source()).isEqualTo("scratch");
            assertThat(entry.options()).containsExactlyInAnyOrder("rw", "nosuid", "nodev", "noexec", "noatime");
            assertThat(entry.superOptions()).contains("size=1024k", "mode=711");
            assertThat(entry.propagation()).isEmpty();
            assertThat(FileSystems.info(target).totalBytes()).isEqualTo(1 << 20);
            return null;
        });
        assertThat(MountTable.read().at(target)).isEmpty();
    }

    @Test
    void readOnlyFileSystemIsReadOnlyThroughout() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of("ro")), target);
            assertThat(entry(target).readOnly()).isTrue();
            assertThat(entry(target).superOptions()).contains("ro");
            Mounts.remount(target, "rw");
            Files.createFile(target.resolve("f"));
            Mounts.remount(target, "bind", "ro");
            assertThat(entry(target).readOnly()).isTrue();
            assertThat(entry(target).superOptions()).contains("rw");
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fiveHundredLayersMountAtOnce(boolean classic) throws Exception {
        assumeLayersOneByOne(!classic);
        List<String> options = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Path layer = directory("layers/an-identifier-long-enough-to-pass-the-limit-of-a-page-" + i);
            Files.writeString(layer.resolve("file-" + i), "layer " + i);
            Files.writeString(layer.resolve("shared"), "layer " + i);
            options.add("lowerdir+=" + layer);
        }
        options.add("upperdir=" + directory("upper"));
        options.add("workdir=" + directory("work"));
        Path merged = directory("merged");
        MountRequest request = new MountRequest("overlay", "overlay", options);
        Path working = Path.of("/proc/thread-self/cwd").toRealPath();
        inOwnNamespace(() -> {
            if (classic) {
                ClassicMountApi.mount(request, MountOptions.parse(options), merged);
            } else {
                assertThat(NewMountApi.mount(request, MountOptions.parse(options), merged))
                        .isTrue();
            }
            assertThat(Path.of("/proc/thread-self/cwd").toRealPath()).isEqualTo(working);
            assertThat(merged.resolve("file-0")).hasContent("layer 0");
            assertThat(merged.resolve("file-499")).hasContent("layer 499");
            assertThat(merged.resolve("shared")).hasContent("layer 0");
            Files.writeString(merged.resolve("shared"), "changed");
            assertThat(temp.resolve("upper/shared")).hasContent("changed");
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void layerPathsMayHoldAnyCharacter(boolean classic) throws Exception {
        assumeLayersOneByOne(!classic);
        Path lower = directory("a:b,c\\d e");
        Path second = directory("plain");
        Files.writeString(lower.resolve("f"), "odd");
        Files.writeString(second.resolve("g"), "plain");
        List<String> options = List.of(
                "lowerdir+=" + lower,
                "lowerdir+=" + second,
                "upperdir=" + directory("u:p,p\\er"),
                "workdir=" + directory("w:o,r\\k"));
        Path merged = directory("merged");
        MountRequest request = new MountRequest("overlay", "overlay", options);
        inOwnNamespace(() -> {
            if (classic) {
                ClassicMountApi.mount(request, MountOptions.parse(options), merged);
            } else {
                assertThat(NewMountApi.mount(request, MountOptions.parse(options), merged))
                        .isTrue();
            }
            assertThat(merged.resolve("f")).hasContent("odd");
            assertThat(merged.resolve("g")).hasContent("plain");
            Files.writeString(merged.resolve("new"), "new");
            assertThat(temp.resolve("u:p,p\\er/new")).hasContent("new");
            return null;
        });
    }

    @Test
    void layerPathsMayBeLongerThanOneParameterAllows() throws Exception {
        assumeLayersOneByOne(true);
        Path lower = directory("x".repeat(200) + "/" + "y".repeat(200));
        Files.writeString(lower.resolve("f"), "deep");
        Path merged = directory("merged");
        List<String> options = List.of(
                "lowerdir+=" + lower,
                "upperdir=" + directory("u".repeat(250)),
                "workdir=" + directory("w".repeat(250)));
        inOwnNamespace(() -> {
            MountRequest request = new MountRequest("overlay", "overlay", options);
            assertThat(NewMountApi.mount(request, MountOptions.parse(options), merged))
                    .isTrue();
            assertThat(merged.resolve("f")).hasContent("deep");
            return null;
        });
    }

    @Test
    void classicMountSaysWhenTheOptionsDoNotFit() throws Exception {
        List<String> options = List.of("context=" + "x".repeat(4090));
        MountRequest request = new MountRequest("tmpfs", "x", options);
        assertThatThrownBy(() -> ClassicMountApi.mount(request, MountOptions.parse(options), temp))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("E2BIG")
                .hasMessageContaining("4098 bytes");
    }

    @Test
    void aLayerThatIsMissingAmongTooManyForOnePageIsNamedAndLeavesNoDescriptor() throws Exception {
        List<String> options = new ArrayList<>();
        Path there = directory("z".repeat(60));
        for (int i = 0; i < 99; i++) {
            options.add("lowerdir+=" + there);
        }
        Path missing = temp.resolve("missing");
        options.add("lowerdir+=" + missing);
        MountRequest request = new MountRequest("overlay", "overlay", options);
        assertThatThrownBy(() -> ClassicMountApi.mount(request, MountOptions.parse(options), temp))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining(missing.toString());
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(descriptors.filter(Files::isSymbolicLink).map(MountsTest::target))
                    .doesNotContain(there.toString());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    @Test
    void theKernelsOwnMessageIsReported() throws Exception {
        Path merged = directory("merged");
        inOwnNamespace(() -> {
            MountRequest request = new MountRequest("overlay", "overlay", List.of("lowerdir+=/", "nonsense=1"));
            assertThatThrownBy(() -> Mounts.mount(request, merged))
                    .isInstanceOfSatisfying(
                            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .hasMessageContaining("mount overlay on " + merged)
                    .hasMessageMatching("(?s).*(nonsense|dmesg).*");
            assertThat(MountTable.read().at(merged)).isEmpty();
            return null;
        });
    }

    @Test
    void anUnknownFileSystemAndAMissingMountPointAreNamed() throws Exception {
        inOwnNamespace(() -> {
            assertThatThrownBy(() -> Mounts.mount(new MountRequest("nosuchfs", "x", List.of()), temp))
                    .hasMessage("mount nosuchfs on " + temp
                            + ": ENODEV (No such device): the kernel has no file system 'nosuchfs'");
            Path missing = temp.resolve("missing");
            assertThatThrownBy(() -> Mounts.mount(new MountRequest("tmpfs", "x", List.of()), missing))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("ENOENT")
                    .hasMessageContaining("the mount point " + missing + " does not exist");
            return null;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bindMountMayBeReadOnlyWhileItsSourceIsNot(boolean classic) throws Exception {
        Path source = directory("source");
        Path target = directory("target");
        MountOptions options = MountOptions.parse(List.of("bind", "ro", "nosuid", "noatime"));
        inOwnNamespace(() -> {
            if (classic) {
                ClassicMountApi.bind(source.toString(), options, target);
            } else {
                assertThat(NewMountApi.bind(source.toString(), options, target)).isTrue();
            }
            assertThat(entry(target).options()).contains("ro", "nosuid", "noatime");
            assertThatThrownBy(() -> Files.createFile(target.resolve("f"))).isInstanceOf(IOException.class);
            Files.createFile(source.resolve("g"));
            assertThat(target.resolve("g")).exists();
            return null;
        });
    }

    @Test
    void remountingABindKeepsTheFlagsNotMentioned() throws Exception {
        Path source = directory("source");
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.bind(source, target, "nosuid", "nodev", "nosymfollow", "noatime");
            ClassicMountApi.remount(MountOptions.parse(List.of("bind", "ro")), target);
            assertThat(entry(target).options()).contains("ro", "nosuid", "nodev", "nosymfollow", "noatime");
            ClassicMountApi.remount(MountOptions.parse(List.of("bind", "rw", "relatime")), target);
            assertThat(entry(target).options())
                    .contains("rw", "relatime", "nodev")
                    .doesNotContain("noatime");
            Mounts.remount(target, "bind", "strictatime", "dev");
            assertThat(entry(target).options()).contains("nosuid").doesNotContain("relatime", "noatime", "nodev");
            return null;
        });
    }

    @Test
    void recursiveBindBringsMountsBeneathAndRecursiveAttributesReachThem() throws Exception {
        Path source = directory("source/inner").getParent();
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), source.resolve("inner"));
            Mounts.bind(source, target, "rbind", "ro");
            assertThat(entry(target).readOnly()).isTrue();
            assertThat(entry(target.resolve("inner")).readOnly()).isFalse();
            Mounts.unmountRecursive(target);
            Mounts.bind(source, target, "rbind", "rro");
            assertThat(entry(target.resolve("inner")).readOnly()).isTrue();
            assertThat(entry(source.resolve("inner")).readOnly()).isFalse();
            return null;
        });
    }

    @Test
    void propagationIsSetAsAsked() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of("rshared")), target);
            assertThat(entry(target).propagation()).anyMatch(field -> field.startsWith("shared:"));
            Mounts.propagate(target, Propagation.SLAVE, true);
            Mounts.makePrivate(target);
            assertThat(entry(target).propagation()).isEmpty();
            assertThatThrownBy(() -> Mounts.makePrivate(temp)).hasMessageContaining("EINVAL");
            return null;
        });
    }

    @Test
    void mountsGoThroughADescriptorOpenedBefore() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            try (Fd fd = Fd.open(target, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
                Mounts.mount(new MountRequest("tmpfs", "x", List.of()), fd.path());
            }
            assertThat(entry(target).type()).isEqualTo("tmpfs");
            return null;
        });
    }

    @Test
    void unmountWaitsForAPassingUser() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), target);
            Fd open = Fd.open(Files.createFile(target.resolve("file")), OpenFlags.O_RDONLY);
            assertThatThrownBy(() -> Mounts.unmount(target)).hasMessageContaining("EBUSY");
            Thread unmounting = Thread.currentThread();
            Thread user = new Thread(() -> {
                // Which it is when it has found the mount in use.
                while (unmounting.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                open.close();
            });
            user.start();
            Mounts.unmountWhenFree(target);
            user.join();
            assertThat(MountTable.read().at(target)).isEmpty();
            return null;
        });
    }

    @Test
    void unmountSaysWhatIsInTheWay() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            assertThatThrownBy(() -> Mounts.unmount(target)).hasMessageEndingWith("not a mount point");
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), target);
            Path file = Files.createFile(target.resolve("file"));
            try (Fd open = Fd.open(file, OpenFlags.O_RDONLY)) {
                assertThat(open.isOpen()).isTrue();
                assertThatThrownBy(() -> Mounts.unmount(target))
                        .hasMessageContaining("EBUSY")
                        .hasMessageContaining("open");
                Mounts.unmount(target, UnmountFlag.DETACH);
            }
            assertThat(MountTable.read().at(target)).isEmpty();
            return null;
        });
    }

    @Test
    void wholeTreesOfMountsGoAtOnce() throws Exception {
        Path target = directory("target");
        inOwnNamespace(() -> {
            Mounts.mount(new MountRequest("tmpfs", "low", List.of()), target);
            Path inner = Files.createDirectories(target.resolve("inner"));
            Mounts.mount(new MountRequest("tmpfs", "in", List.of()), inner);
            Mounts.mount(new MountRequest("tmpfs", "upon", List.of()), inner);
            assertThat(entry(inner).source()).isEqualTo("upon");
            assertThat(MountTable.read()
                            .covering(inner.resolve("x/y"))
                            .orElseThrow()
                            .source())
                    .isEqualTo("upon");
            assertThat(Mounts.unmountRecursive(target)).isEqualTo(3);
            Mounts.mount(new MountRequest("tmpfs", "low", List.of()), target);
            Fd busy = Fd.open(target, OpenFlags.O_RDONLY);
            assertThat(Mounts.detach(target)).isEqualTo(1);
            busy.close();
            assertThat(MountTable.read().beneath(target)).isEmpty();
            return null;
        });
    }
}
