package io.gantry.storage.btrfs;

import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.support.LayerDirectories;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deletes a layer's directory with the subvolume in it, the subvolumes that a container made within that, and their quota groups. The kernel lets go of a group when it has freed the
 * subvolume's last block, which takes a while; until then a file {@code group-ID} in the directory reminds of it, through restarts.
 */
final class SubvolumeRemoval {
    private static final String GROUP = "group-";
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final Volume volume;
    private final QuotaGroups groups;

    /** Those whose blocks the kernel may still have to free. */
    private final Set<Long> destroyed = ConcurrentHashMap.newKeySet();

    SubvolumeRemoval(Volume volume, QuotaGroups groups) {
        this.volume = volume;
        this.groups = groups;
    }

    /**
     * A subvolume below the layer's.
     *
     * @param within the number of the one directly around it
     * @param around that one's own place; empty if it is the layer's
     */
    private record Step(long within, Volume.Nested place, Optional<Step> around) {
        long id() {
            return place.id();
        }
    }

    /** Empties the trash. Waits a little for the kernel to free what is in there, so that space is there again; what takes longer is finished the next time. */
    void empty(LayerDirectories directories) {
        directories.emptyTrash(this::destroyWithin);
        if (!destroyed.isEmpty()) {
            volume.flushAndReclaim();
            awaitGone();
            volume.flushAndReclaim();
        }
        directories.emptyTrash(this::finish);
    }

    /** Destroys all subvolumes within a directory, and remembers their groups there. */
    void destroyWithin(Path directory) {
        try (OpenDirectory layer = OpenDirectory.open(directory)) {
            for (DirectoryEntry entry : layer.list()) {
                if (entry.kind() == FileKind.DIRECTORY) {
                    destroyIfSubvolume(layer, entry.name());
                } else if (entry.name().startsWith(GROUP)) {
                    destroyed.add(remembered(entry));
                }
            }
        }
    }

    /** Destroys the groups that are remembered in a directory, and deletes it; false if it has to stay for now. */
    boolean finish(Path directory) {
        boolean done = true;
        try (OpenDirectory layer = OpenDirectory.open(directory)) {
            for (DirectoryEntry entry : layer.list()) {
                if (entry.name().startsWith(GROUP)) {
                    if (groups.destroy(remembered(entry))) {
                        layer.remove(entry.name());
                    } else {
                        done = false;
                    }
                }
            }
        }
        if (done) {
            try (OpenDirectory parent = OpenDirectory.open(directory.getParent())) {
                parent.removeTree(directory.getFileName().toString());
            }
        }
        return done;
    }

    private void awaitGone() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long pause = 1;
        for (long subvolume : List.copyOf(destroyed)) {
            while (!volume.isGone(subvolume)) {
                if (System.nanoTime() > deadline) {
                    return;
                }
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
            }
            destroyed.remove(subvolume);
        }
    }

    private void destroyIfSubvolume(OpenDirectory layer, String name) {
        try (OpenDirectory top = layer.directory(name)) {
            if (!Subvolumes.isRoot(top)) {
                return;
            }
            long id = Subvolumes.info(top.fd()).id();
            Set<Long> counted = groups.all();
            List<Step> steps = below(id);
            for (int i = steps.size() - 1; i >= 0; i--) {
                remember(layer, steps.get(i).id(), counted);
                destroy(top, steps.get(i));
                destroyed.add(steps.get(i).id());
            }
            remember(layer, id, counted);
            Subvolumes.destroy(layer, name);
            destroyed.add(id);
        }
    }

    /** All subvolumes below one, those around others first. */
    private List<Step> below(long top) {
        List<Step> steps = new ArrayList<>();
        volume.within(top).forEach(nested -> steps.add(new Step(top, nested, Optional.empty())));
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            volume.within(step.id()).forEach(nested -> steps.add(new Step(step.id(), nested, Optional.of(step))));
        }
        return steps;
    }

    private void destroy(OpenDirectory top, Step step) {
        try {
            Subvolumes.destroy(volume.fd(), step.id());
        } catch (KernelException e) {
            // One that lies in a read-only subvolume, or deeper than paths are long.
            if (!e.is(Errno.EROFS, Errno.ENAMETOOLONG)) {
                throw e;
            }
            destroyFromAround(top, step);
        }
    }

    private void destroyFromAround(OpenDirectory top, Step step) {
        Deque<Step> outermostFirst = new ArrayDeque<>();
        Optional<Step> next = step.around();
        while (next.isPresent()) {
            outermostFirst.push(next.get());
            next = next.get().around();
        }
        List<String> way = new ArrayList<>();
        for (Step around : outermostFirst) {
            way.addAll(volume.pathOf(around.within(), around.place().directory()));
            way.add(around.place().name());
        }
        try (OpenDirectory around = Subvolumes.walk(top, way)) {
            Subvolumes.setReadOnly(around, false);
            List<String> further = volume.pathOf(step.within(), step.place().directory());
            try (OpenDirectory directory = Subvolumes.walk(around, further)) {
                Subvolumes.destroy(directory, step.place().name());
            }
        }
    }

    private static long remembered(DirectoryEntry entry) {
        return Long.parseLong(entry.name().substring(GROUP.length()));
    }

    private static void remember(OpenDirectory layer, long id, Set<Long> counted) {
        if (counted.contains(id)) {
            String reminder = GROUP + id;
            if (layer.stat(reminder).isEmpty()) {
                layer.makeNode(reminder, FileKind.REGULAR, 0600, 0);
            }
        }
    }
}
