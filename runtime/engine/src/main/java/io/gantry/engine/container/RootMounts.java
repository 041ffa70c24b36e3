package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.linux.MountRequest;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.spi.storage.MountSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The mounted file systems of containers. Each is mounted once, however many want it: the run of the container, and those that look at it
 * whether it runs or not. Some file systems do not bear to be mounted twice. Thread-safe.
 */
final class RootMounts {
    private final Layout layout;
    private final Map<String, Holds> holds = new ConcurrentHashMap<>();

    RootMounts(Layout layout) {
        this.layout = layout;
    }

    /** Who wants a file system mounted. */
    private static final class Holds {
        private int users;
        private boolean run;
        private int looks;
    }

    /** A mounted file system for somebody who looks at it. */
    interface Look extends AutoCloseable {
        /** Where it is mounted. */
        Path root();

        @Override
        void close();
    }

    /** Mounts for a run, whole or not at all. */
    Path beginRun(String id, Supplier<List<MountSpec>> specs) {
        return locked(id, held -> {
            if (!held.run && held.looks == 0) {
                mount(id, specs.get());
            }
            held.run = true;
            return layout.rootfs(id);
        });
    }

    /** The run is over; does nothing if there was none. */
    void endRun(String id) {
        locked(id, held -> {
            held.run = false;
            if (held.looks == 0) {
                unmount(id);
            }
            return held;
        });
    }

    /**
     * Mounts for somebody who looks.
     *
     * @param running whether the container runs, be it that an earlier engine started it
     */
    Look look(String id, boolean running, Supplier<List<MountSpec>> specs) {
        locked(id, held -> {
            if (!held.run && held.looks == 0) {
                boolean mounted = isMounted(id);
                if (!mounted) {
                    mount(id, specs.get());
                }
                held.run = mounted && running;
            }
            held.looks++;
            return held;
        });
        return new Look() {
            private boolean closed;

            @Override
            public Path root() {
                return layout.rootfs(id);
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    endLook(id);
                }
            }
        };
    }

    private void endLook(String id) {
        locked(id, held -> {
            held.looks = Math.max(0, held.looks - 1);
            if (held.looks == 0 && !held.run) {
                unmount(id);
            }
            return held;
        });
    }

    /** Takes the file system away from all who have it, because the container is to be removed. */
    void evict(String id) {
        locked(id, held -> {
            held.run = false;
            held.looks = 0;
            unmount(id);
            return held;
        });
    }

    private <T> T locked(String id, Function<Holds, T> work) {
        Holds held = holds.compute(id, (key, known) -> {
            Holds one = known == null ? new Holds() : known;
            one.users++;
            return one;
        });
        try {
            synchronized (held) {
                return work.apply(held);
            }
        } finally {
            holds.computeIfPresent(id, (key, known) -> {
                known.users--;
                return known.users == 0 && !known.run && known.looks == 0 ? null : known;
            });
        }
    }

    private boolean isMounted(String id) {
        Path root = layout.rootfs(id);
        try {
            return Files.exists(root) && MountTable.read().at(root.toRealPath()).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private void mount(String id, List<MountSpec> specs) {
        Path root = layout.rootfs(id);
        Layout.make(root);
        try {
            mount(specs, root);
        } catch (RuntimeException e) {
            unmount(id);
            throw e;
        }
    }

    /** Mounts at a place; what was mounted before a failure stays. */
    static void mount(List<MountSpec> specs, Path place) {
        for (MountSpec spec : specs) {
            Mounts.mount(
                    new MountRequest(spec.type(), spec.source(), spec.options()),
                    place.resolve(spec.target().toString()));
        }
    }

    /** Takes down what {@link #mount(List, Path)} mounted, at once, so that drivers find their devices free. */
    static void unmount(List<MountSpec> specs, Path place) {
        for (int i = specs.size() - 1; i >= 0; i--) {
            Mounts.unmountWhenFree(place.resolve(specs.get(i).target().toString()));
        }
    }

    private void unmount(String id) {
        Path root = layout.rootfs(id);
        if (Files.exists(root)) {
            try {
                Mounts.detach(root.toRealPath());
                Files.delete(root);
            } catch (IOException e) {
                throw new EngineException(
                        EngineException.Kind.SYSTEM, "cannot unmount " + root + ": " + e.getMessage(), e);
            }
        }
    }
}
