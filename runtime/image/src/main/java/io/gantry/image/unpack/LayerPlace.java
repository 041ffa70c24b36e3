package io.gantry.image.unpack;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where an active layer is written to: the directory its driver names, or the layer mounted for as long as it takes. */
final class LayerPlace {
    private LayerPlace() {}

    /** Something done where the layer is. */
    @FunctionalInterface
    interface Work<T> {
        /** Does it. */
        T in(LayerTarget target) throws IOException;
    }

    /**
     * Does something where the layer is. What has to be mounted for it is seen by this work alone and is gone when it ends, with the process at the latest.
     *
     * @throws io.gantry.spi.DriverException if the driver fails
     * @throws io.gantry.linux.KernelException if the layer cannot be mounted
     */
    static <T> T in(StorageDriver driver, LayerId layer, Work<T> work) throws IOException {
        Optional<LayerTarget> target = driver.layerTarget(layer);
        if (target.isPresent()) {
            return work.in(target.get());
        }
        List<MountSpec> specs = driver.mounts(layer);
        Path place = Files.createTempDirectory("gantry-layer-");
        try {
            return Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> mounted(specs, place, work));
        } finally {
            Files.delete(place);
        }
    }

    private static <T> T mounted(List<MountSpec> specs, Path place, Work<T> work) throws IOException {
        Deque<Path> mounted = new ArrayDeque<>();
        try {
            for (MountSpec spec : specs) {
                Path on = place.resolve(spec.target());
                Mounts.mount(new MountRequest(spec.type(), spec.source(), spec.options()), on);
                mounted.push(on);
            }
            return work.in(new LayerTarget(place, WhiteoutDialect.DIRECT, List.of()));
        } finally {
            // Before the namespace ends, which the kernel takes apart in its own time: the driver finds its device
            // free.
            mounted.forEach(Mounts::unmount);
        }
    }
}
