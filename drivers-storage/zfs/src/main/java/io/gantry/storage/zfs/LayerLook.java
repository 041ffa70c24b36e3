package io.gantry.storage.zfs;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Looks into datasets that are mounted for the purpose, where nobody else sees it and nothing stays when the process is killed. Thread-safe. */
final class LayerLook {
    private final Path place;

    /** @param place a directory that is made where it is missing */
    LayerLook(Path place) {
        this.place = place;
    }

    /**
     * What to mount.
     *
     * @param name a dataset or a snapshot
     * @param readOnly as it is mounted elsewhere at the same time, if it is: ZFS refuses to have one both ways
     */
    record Source(String name, boolean readOnly) {}

    /** Something done with datasets while they are mounted. */
    @FunctionalInterface
    interface Work<T> {
        /** Does it; {@code places} are where the datasets are mounted, in their order. */
        T at(List<Path> places);
    }

    /**
     * Mounts datasets and snapshots, does the work in that mount namespace, and unmounts. What is unmounted is unmounted when this returns, so that it is not busy because of it.
     *
     * @throws io.gantry.linux.KernelException if one cannot be mounted
     */
    <T> T at(List<Source> sources, Work<T> work) {
        return Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Deque<Path> mounted = new ArrayDeque<>();
            try {
                for (Source source : sources) {
                    Path target = target(mounted.size());
                    String mode = source.readOnly() ? "ro" : "rw";
                    Mounts.mount(new MountRequest("zfs", source.name(), List.of(mode)), target);
                    mounted.addLast(target);
                }
                return work.at(List.copyOf(mounted));
            } finally {
                while (!mounted.isEmpty()) {
                    Mounts.unmountWhenFree(mounted.removeLast());
                }
            }
        });
    }

    private Path target(int number) {
        Path target = place.resolve(Integer.toString(number));
        try {
            return Files.createDirectories(target);
        } catch (IOException e) {
            throw IoFailures.of("make " + target, e);
        }
    }
}
