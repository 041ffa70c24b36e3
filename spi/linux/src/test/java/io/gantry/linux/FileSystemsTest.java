package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemsTest {
    private static final long XFS_SIZE = 320L << 20;

    @TempDir
    Path temp;

    @Test
    void fileSystemsHaveTheNamesThatDockerGives() {
        assertThat(FileSystems.info(Path.of("/proc")).name()).isEqualTo("proc");
        assertThat(FileSystems.info(Path.of("/sys")).name()).isEqualTo("sysfs");
        FileSystemInfo info = FileSystems.info(temp);
        assertThat(info.name()).isNotEqualTo("<unknown>");
        assertThat(info.totalBytes()).isGreaterThanOrEqualTo(info.freeBytes());
        assertThat(info.freeBytes()).isGreaterThanOrEqualTo(info.availableBytes());
        assertThat(info.maxNameLength()).isEqualTo(255);
        assertThatThrownBy(() -> FileSystems.info(temp.resolve("missing"))).hasMessageContaining("ENOENT");
    }

    @Test
    void entryTypesAreProbedWithoutLeavingAnything() throws Exception {
        assertThat(FileSystems.keepsEntryTypes(temp)).isTrue();
        try (OpenDirectory directory = OpenDirectory.open(temp)) {
            assertThat(directory.list()).isEmpty();
        }
    }

    @Test
    void filesDirectoriesAndFileSystemsAreMadeDurable() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "x");
        FileSystems.syncFile(file);
        FileSystems.syncFile(temp);
        FileSystems.sync(temp);
        assertThatThrownBy(() -> FileSystems.syncFile(temp.resolve("missing"))).hasMessageContaining("ENOENT");
    }

    @Test
    void blocksAreTakenBeforeTheyAreWritten() throws Exception {
        Path path = Files.writeString(temp.resolve("file"), "x");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(8 << 20);
        }
        try (Fd fd = Fd.open(path, OpenFlags.O_RDWR)) {
            assumeThat(FileData.allocate(fd, 4 << 20)).isTrue();
            Stat stat = Stat.of(fd);
            assertThat(stat.size()).isEqualTo(8 << 20);
            assertThat(stat.blocks() * 512).isBetween(4L << 20, 5L << 20);
            assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 'x');
            assertThatThrownBy(() -> FileData.allocate(fd, -1)).hasMessageContaining("EINVAL");
        }
    }

    @Test
    void contentIsCopiedWithItsHoles() throws Exception {
        Path source = temp.resolve("source");
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.write("head".getBytes(StandardCharsets.UTF_8));
            file.seek(64 << 20);
            file.write("middle".getBytes(StandardCharsets.UTF_8));
            file.setLength(128 << 20);
        }
        Path target = temp.resolve("target");
        try (OpenDirectory directory = OpenDirectory.open(temp);
                Fd from = directory.open("source", OpenFlags.O_RDONLY, 0);
                Fd to = directory.open("target", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)) {
            assertThat(FileData.copyData(from, to)).isEqualTo(FileData.Method.COPIED_IN_KERNEL);
        }
        assertThat(Files.mismatch(source, target)).isEqualTo(-1);
        assertThat(Stat.of(target).orElseThrow().blocks()).isLessThan(1024);
    }

    @Test
    void contentThatTheKernelWillNotCopyIsReadAndWritten() throws Exception {
        byte[] content = new byte[700_000];
        new Random(1).nextBytes(content);
        Path source = Files.write(temp.resolve("source"), content);
        Path target = Files.createDirectory(temp.resolve("tmpfs"));
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), target);
            try (OpenDirectory directory = OpenDirectory.open(target);
                    Fd from = Fd.open(source, OpenFlags.O_RDONLY);
                    Fd to = directory.open("copy", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)) {
                assertThat(FileData.share(from, to)).isFalse();
                assertThat(FileData.copy(from, to)).isNotEqualTo(FileData.Method.CLONED);
            }
            assertThat(target.resolve("copy")).hasBinaryContent(content);
            return null;
        });
    }

    @Test
    void contentIsSharedWhereTheFileSystemCan() throws Exception {
        Path mounted = Files.createDirectory(temp.resolve("xfs"));
        try (LoopImage image = LoopImage.format(temp.resolve("image"), XFS_SIZE, "mkfs.xfs", "-q", "-m", "reflink=1")) {
            Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
                Mounts.mount(new MountRequest("xfs", image.device(), List.of("nouuid")), mounted);
                try {
                    assertThat(FileSystems.info(mounted).name()).isEqualTo("xfs");
                    Path source = Files.writeString(mounted.resolve("source"), "shared");
                    try (OpenDirectory directory = OpenDirectory.open(mounted);
                            Fd from = Fd.open(source, OpenFlags.O_RDONLY);
                            Fd to = directory.open("copy", OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0600)) {
                        assertThat(FileData.copy(from, to)).isEqualTo(FileData.Method.CLONED);
                    }
                    assertThat(mounted.resolve("copy")).hasContent("shared");
                } finally {
                    Mounts.unmount(mounted);
                }
                return null;
            });
        }
    }

    @Test
    void projectsAreInheritedEvenWithoutQuota() throws Exception {
        Path mounted = Files.createDirectory(temp.resolve("xfs"));
        try (LoopImage image = LoopImage.format(temp.resolve("image"), XFS_SIZE, "mkfs.xfs", "-q")) {
            Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
                Mounts.mount(new MountRequest("xfs", image.device(), List.of("nouuid", "noquota")), mounted);
                try {
                    Path tree = Files.createDirectory(mounted.resolve("tree"));
                    ProjectQuota.assign(tree, 4_000_000_000L);
                    assertThat(ProjectQuota.assigned(Files.createDirectory(tree.resolve("inner"))))
                            .isEqualTo(4_000_000_000L);
                    assertThat(ProjectQuota.assigned(mounted)).isZero();
                    assertThat(ProjectQuota.of(mounted).isEnforced()).isFalse();
                    assertThatThrownBy(() -> ProjectQuota.of(mounted).limit(1, 1 << 20))
                            .isInstanceOf(KernelException.class)
                            .hasMessageContaining("quotactl project 1 at " + mounted);
                } finally {
                    Mounts.unmount(mounted);
                }
                return null;
            });
        }
    }

    @Test
    @Tag("project-quotas")
    void projectQuotaLimitsATree() throws Exception {
        assumeThat(Files.exists(Path.of("/proc/sys/fs/quota")) && Files.exists(Path.of("/proc/fs/xfs/xqm")))
                .as("this kernel is built with disk quotas for xfs")
                .isTrue();
        Path mounted = Files.createDirectory(temp.resolve("xfs"));
        try (LoopImage image = LoopImage.format(temp.resolve("image"), XFS_SIZE, "mkfs.xfs", "-q")) {
            Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
                Mounts.mount(new MountRequest("xfs", image.device(), List.of("nouuid", "prjquota")), mounted);
                try {
                    ProjectQuota quota = ProjectQuota.of(mounted);
                    assertThat(quota.isEnforced()).isTrue();
                    Path tree = Files.createDirectory(mounted.resolve("tree"));
                    ProjectQuota.assign(tree, 4_000_000_000L);
                    quota.limit(4_000_000_000L, 1 << 20);
                    Path inner = Files.createDirectory(tree.resolve("inner"));
                    assertThat(ProjectQuota.assigned(inner)).isEqualTo(4_000_000_000L);
                    assertThat(ProjectQuota.assigned(mounted)).isZero();
                    Files.write(inner.resolve("file"), new byte[500_000]);
                    FileSystems.sync(mounted);
                    ProjectQuota.Usage usage = quota.usage(4_000_000_000L);
                    assertThat(usage.limitBytes()).isEqualTo(1 << 20);
                    assertThat(usage.usedBytes()).isBetween(500_000L, 600_000L);
                    assertThat(usage.usedInodes()).isEqualTo(3);
                    assertThat(quota.usage(77).usedBytes()).isZero();
                    assertThatThrownBy(() -> Files.write(inner.resolve("more"), new byte[1 << 20]))
                            .isInstanceOf(IOException.class);
                    quota.limit(4_000_000_000L, 0);
                    Files.write(inner.resolve("more"), new byte[1 << 20]);
                } finally {
                    Mounts.unmount(mounted);
                }
                return null;
            });
        }
    }

    @Test
    void fileSystemsWithoutProjectQuotaSaySo() throws Exception {
        Path mounted = Files.createDirectory(temp.resolve("tmpfs"));
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), mounted);
            assertThat(ProjectQuota.of(mounted).isEnforced()).isFalse();
            return null;
        });
    }
}
