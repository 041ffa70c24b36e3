package io.gantry.storage.btrfs;

import io.gantry.linux.Errno;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A layer's directory: the subvolume {@code fs}, which is all the layer shows. The directory around it keeps others out and can be moved into the trash by one rename. */
final class LayerLayout implements DirectoryChecker.Layout {
    static final String CONTENT = "fs";

    /** A layer's note: the transaction of its snapshot, 0 if it began empty. */
    static final String BORN = "btrfs.born";

    private final LayerDirectories directories;

    LayerLayout(LayerDirectories directories) {
        this.directories = directories;
    }

    Path content(String key) {
        return directories.of(key).resolve(CONTENT);
    }

    @Override
    public List<Path> parts(LayerRecord layer) {
        return List.of(content(layer.key()));
    }

    /** A snapshot is whole by itself. */
    @Override
    public boolean needsParent(LayerRecord layer) {
        return false;
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

    /** As {@link #info}, empty if the layer's content is not there or is no subvolume. */
    Optional<Subvolumes.Info> find(String key) {
        if (!exists(key)) {
            return Optional.empty();
        }
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            return Subvolumes.isRoot(content) ? Optional.of(Subvolumes.info(content.fd())) : Optional.empty();
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    boolean exists(String key) {
        return Files.isDirectory(content(key), LinkOption.NOFOLLOW_LINKS);
    }

    void setReadOnly(String key, boolean readOnly) {
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            Subvolumes.setReadOnly(content, readOnly);
        }
    }
}
