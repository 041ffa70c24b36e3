package io.gantry.tck.storage;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.spi.storage.MountSpec;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A mounted layer. */
public final class LayerMount implements AutoCloseable {
    private final Path path;
    private final Deque<Path> mounted = new ArrayDeque<>();

    private LayerMount(Path path) {
        this.path = path;
    }

    /** Makes the mounts in order; undoes them if one fails. */
    public static LayerMount make(List<MountSpec> specs, Path target) {
        LayerMount mount = new LayerMount(target);
        try {
            specs.forEach(mount::add);
            return mount;
        } catch (RuntimeException e) {
            mount.close();
            throw e;
        }
    }

    /** Where the layer's root directory is. */
    public Path path() {
        return path;
    }

    @Override
    public void close() {
        while (!mounted.isEmpty()) {
            Mounts.unmountWhenFree(mounted.pop());
        }
    }

    private void add(MountSpec spec) {
        Path target = path.resolve(spec.target());
        Mounts.mount(new MountRequest(spec.type(), spec.source(), spec.options()), target);
        mounted.push(target);
        Mounts.makePrivate(target);
    }
}
