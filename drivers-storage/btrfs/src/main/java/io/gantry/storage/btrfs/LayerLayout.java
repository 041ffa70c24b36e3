package io.gantry.storage.btrfs;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.support.LayerDirectories;
import java.nio.file.Path;

/** A layer's directory: the subvolume {@code fs}, which is all the layer shows. The directory around it keeps others out and can be moved into the trash by one rename. */
final class LayerLayout {
    static final String CONTENT = "fs";

    private final LayerDirectories directories;

    LayerLayout(LayerDirectories directories) {
        this.directories = directories;
    }

    Path content(String key) {
        return directories.of(key).resolve(CONTENT);
    }

    /** Makes an empty subvolume, on disk when this returns. */
    void create(String key) {
        Path directory = directories.of(key);
        try (OpenDirectory layer = OpenDirectory.open(directory)) {
            Subvolumes.create(layer, CONTENT);
            layer.changeMode(CONTENT, 0755);
        }
        FileSystems.syncFile(directory);
    }

    /** Makes a writable snapshot of another layer; on disk when this returns, as all snapshots are. */
    void copy(String parentKey, String key) {
        try (OpenDirectory parent = OpenDirectory.open(content(parentKey));
                OpenDirectory layer = OpenDirectory.open(directories.of(key))) {
            Subvolumes.snapshot(parent, layer, CONTENT);
        }
    }

    Subvolumes.Info info(String key) {
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            return Subvolumes.info(content.fd());
        }
    }

    /** Whether a layer's content is there and is a subvolume of its own. */
    boolean isWhole(String key) {
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            return Subvolumes.isRoot(content);
        } catch (KernelException e) {
            return false;
        }
    }

    void setReadOnly(String key, boolean readOnly) {
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            Subvolumes.setReadOnly(content, readOnly);
        }
    }
}
