package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out whether owners can be shown mapped, by doing it where nobody sees it. It takes a process and some milliseconds.
 */
public final class MappedOwners {
    private static final String OPTION = IdMap.OPTION + "=b:0:100000:65536";
    private static final long ROOT = 100_000;

    private MappedOwners() {}

    /** Why what lies in a directory cannot be bound with {@code X-mount.idmap}; empty if it can. */
    public static Optional<String> obstacle(Path directory) {
        try (Fd namespace = UserNamespace.of(IdMap.parse(OPTION.substring(OPTION.indexOf('=') + 1)))) {
            Optional<Fd> clone = NewMountApi.clone(directory.toString(), 0, directory.toString());
            if (clone.isEmpty()) {
                return Optional.of("mount_setattr is missing, which needs Linux 5.12, or not allowed");
            }
            try (Fd mount = clone.get()) {
                NewMountApi.mapOwners(mount, namespace, 0, directory.toString());
                return Optional.empty();
            }
        } catch (KernelException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Why overlay cannot be mounted with {@code X-mount.idmap} on what lies in a directory; empty if it can.
     *
     * @param scratch empty; what is made there is the caller's to delete
     * @param options for the overlay mount, layers left out
     * @throws IOException if a file cannot be made
     */
    public static Optional<String> overlayObstacle(Path scratch, List<String> options) throws IOException {
        Path lower = Files.createDirectory(scratch.resolve("lower"));
        Path upper = Files.createDirectory(scratch.resolve("upper"));
        Path work = Files.createDirectory(scratch.resolve("work"));
        Path merged = Files.createDirectory(scratch.resolve("merged"));
        Files.createFile(lower.resolve("file"));
        Files.createFile(lower.resolve("gone"));
        List<String> all =
                new ArrayList<>(List.of("lowerdir+=" + lower, "upperdir=" + upper, "workdir=" + work, OPTION));
        all.addAll(options);
        try {
            return Namespaces.<Optional<String>, IOException>inNew(Set.of(NamespaceKind.MOUNT), () -> {
                Mounts.mount(new MountRequest("overlay", "overlay", all), merged);
                if (ownerOf(merged.resolve("file")) != ROOT) {
                    return Optional.of("this kernel's overlay does not show how its layers' owners are mapped");
                }
                FileUser.<Path, IOException>as(ROOT, ROOT, () -> {
                    Files.delete(merged.resolve("gone"));
                    return Files.createFile(merged.resolve("new"));
                });
                return ownerOf(upper.resolve("new")) == 0
                        ? Optional.empty()
                        : Optional.of("this kernel's overlay does not write owners as they are mapped");
            });
        } catch (KernelException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static long ownerOf(Path path) {
        return Stat.of(path)
                .orElseThrow(() -> new KernelException("statx", path.toString(), Errno.ENOENT))
                .uid();
    }
}
