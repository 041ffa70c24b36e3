package io.gantry.storage.btrfs;

import io.gantry.linux.AttributeCopy;
import io.gantry.linux.FileSystems;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.TreeCopy;
import io.gantry.spi.storage.support.LayerDirectories;
import java.util.List;
import java.util.UUID;

/**
 * Makes plain directories of the subvolumes that a container made in its layer, for a snapshot of the layer would show them empty. Done on a snapshot, which takes the layer's place when it is
 * whole: a kill leaves the layer as it was or as it shall be. Blocks are shared, not copied.
 */
final class Flattening {
    /** What is added to a layer's key to name the directory in which this goes on; no layer's key is that long. */
    private static final String PLACE = "-flat";

    private final Volume volume;
    private final LayerDirectories directories;
    private final LayerLayout layout;
    private final QuotaGroups groups;

    Flattening(Volume volume, LayerDirectories directories, LayerLayout layout, QuotaGroups groups) {
        this.volume = volume;
        this.directories = directories;
        this.layout = layout;
        this.groups = groups;
    }

    /** Whether a layer needs it. Nobody writes to the layer meanwhile. */
    boolean isNeeded(String key) {
        return !volume.within(layout.info(key).id()).isEmpty();
    }

    /** The key of what is left over, which the caller discards whatever comes of {@link #flatten}. */
    static String leftoverOf(String key) {
        return key + PLACE;
    }

    /** Does it; on disk when this returns. What was the layer's lies under {@link #leftoverOf} then, or what was made until this failed. */
    void flatten(String key) {
        String place = leftoverOf(key);
        long before = layout.info(key).id();
        directories.create(place);
        layout.copy(key, place);
        try (OpenDirectory from = OpenDirectory.open(layout.content(key));
                OpenDirectory to = OpenDirectory.open(layout.content(place))) {
            fill(from, to, volume.within(before), before);
            groups.limit(before)
                    .ifPresent(bytes -> groups.limit(Subvolumes.info(to.fd()).id(), bytes));
        }
        FileSystems.sync(layout.content(place));
        try (OpenDirectory layer = OpenDirectory.open(directories.of(key));
                OpenDirectory other = OpenDirectory.open(directories.of(place))) {
            layer.exchange(LayerLayout.CONTENT, other, LayerLayout.CONTENT);
            layer.sync();
        }
    }

    private void fill(OpenDirectory from, OpenDirectory to, List<Volume.Nested> subvolumes, long around) {
        String scratchName = ".gantry-" + UUID.randomUUID();
        to.makeDirectory(scratchName, 0700);
        try (OpenDirectory scratch = to.directory(scratchName)) {
            for (Volume.Nested nested : subvolumes) {
                List<String> way = volume.pathOf(around, nested.directory());
                try (OpenDirectory source = Subvolumes.walk(from, way);
                        OpenDirectory target = Subvolumes.walk(to, way)) {
                    replace(source, target, nested.name(), scratch);
                }
            }
        }
        to.removeDirectory(scratchName);
        AttributeCopy.copy(from.fd(), to.fd());
    }

    private static void replace(OpenDirectory from, OpenDirectory to, String name, OpenDirectory scratch) {
        to.removeDirectory(name);
        to.makeDirectory(name, 0700);
        try (OpenDirectory source = from.directory(name);
                OpenDirectory target = to.directory(name)) {
            TreeCopy.of(source, target, scratch);
        }
        AttributeCopy.copy(from.fd(), to.fd());
    }
}
