package io.gantry.storage.overlay2;

import io.gantry.linux.AttributeCopy;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Path;
import java.util.List;

/**
 * A layer's directory: {@code diff}, what it adds to the layers beneath, and {@code work}, which overlay needs beside it. The path is short because overlay takes long chains of them.
 */
final class LayerLayout implements DirectoryChecker.Layout {
    private static final String DIFF = "diff";
    private static final String WORK = "work";

    private final LayerDirectories directories;

    LayerLayout(LayerDirectories directories) {
        this.directories = directories;
    }

    Path diff(String key) {
        return directories.of(key).resolve(DIFF);
    }

    Path work(String key) {
        return directories.of(key).resolve(WORK);
    }

    @Override
    public List<Path> parts(LayerRecord layer) {
        return List.of(diff(layer.key()), work(layer.key()));
    }

    @Override
    public boolean needsParent(LayerRecord layer) {
        return true;
    }

    /** Fills a layer's new directory. */
    void create(String key) {
        try (OpenDirectory layer = OpenDirectory.open(directories.of(key))) {
            layer.makeDirectory(WORK, 0700);
            layer.makeDirectory(DIFF, 0755);
            layer.changeMode(DIFF, 0755);
        }
    }

    /** Makes a layer's root look like that of the layer beneath: overlay shows the attributes of the topmost one. */
    void inheritRoot(String key, String parentKey) {
        try (OpenDirectory parent = OpenDirectory.open(diff(parentKey));
                OpenDirectory own = OpenDirectory.open(diff(key))) {
            AttributeCopy.copy(parent.fd(), own.fd(), LayerLayout::belongsToContent);
        }
    }

    /** Whether a layer's root is still as {@link #create} made it, so that nobody minds if it takes after another. */
    boolean hasPlainRoot(String key) {
        try (OpenDirectory own = OpenDirectory.open(diff(key))) {
            Stat stat = own.stat();
            return stat.mode() == 0755
                    && stat.uid() == 0
                    && stat.gid() == 0
                    && Xattrs.of(own.fd()).names().stream().noneMatch(LayerLayout::belongsToContent);
        }
    }

    /** Deletes the mark that a volatile mount leaves, for which overlay would refuse the next mount. */
    void forgetVolatileMount(String key) {
        Path inner = work(key).resolve("work");
        if (Stat.of(inner).isPresent()) {
            try (OpenDirectory work = OpenDirectory.open(inner)) {
                work.removeTree("incompat");
            }
        }
    }

    private static boolean belongsToContent(String xattr) {
        return !xattr.startsWith("trusted.overlay.") && !xattr.startsWith("user.overlay.");
    }
}
