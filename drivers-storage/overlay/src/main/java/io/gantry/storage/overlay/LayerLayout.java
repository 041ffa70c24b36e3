package io.gantry.storage.overlay;

import io.gantry.linux.AttributeCopy;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Path;
import java.util.List;

/**
 * A layer's directory. A committed layer, and an active one without parent, has {@code root}, its whole content. An active layer on a parent has {@code upper}, its changes, and {@code work},
 * which overlay needs beside it. During a commit both are there, and the layer's record says which counts.
 */
final class LayerLayout implements DirectoryChecker.Layout {
    private static final String ROOT = "root";
    private static final String UPPER = "upper";
    private static final String WORK = "work";

    /** Files that cannot have one more name, while a commit copies them. */
    private static final String COPIES = "copies";

    private final LayerDirectories directories;

    LayerLayout(LayerDirectories directories) {
        this.directories = directories;
    }

    Path root(String key) {
        return directories.of(key).resolve(ROOT);
    }

    Path upper(String key) {
        return directories.of(key).resolve(UPPER);
    }

    Path work(String key) {
        return directories.of(key).resolve(WORK);
    }

    /** Where an active layer's changes are, or its content if it has no parent. */
    Path written(LayerRecord layer) {
        return isWhole(layer.info()) ? root(layer.key()) : upper(layer.key());
    }

    @Override
    public List<Path> parts(LayerRecord layer) {
        String key = layer.key();
        return isWhole(layer.info()) ? List.of(root(key)) : List.of(upper(key), work(key));
    }

    @Override
    public boolean needsParent(LayerRecord layer) {
        return !isWhole(layer.info());
    }

    void createWithoutParent(String key) {
        try (OpenDirectory layer = OpenDirectory.open(directories.of(key))) {
            makeRoot(layer, ROOT);
        }
    }

    /** The layer's root looks like that of its parent: overlay shows the attributes of the upper one. */
    void createOn(String parentKey, String key) {
        try (OpenDirectory layer = OpenDirectory.open(directories.of(key));
                OpenDirectory parent = OpenDirectory.open(root(parentKey))) {
            layer.makeDirectory(WORK, 0700);
            makeRoot(layer, UPPER);
            try (OpenDirectory upper = layer.directory(UPPER)) {
                AttributeCopy.copy(parent.fd(), upper.fd(), Flattening::belongsToContent);
            }
        }
    }

    /** Makes {@code root} of the parent's and this layer's changes, which stay as they are. */
    Flattening.Cost flatten(String parentKey, String key) {
        try (OpenDirectory layer = OpenDirectory.open(directories.of(key));
                OpenDirectory parent = OpenDirectory.open(root(parentKey));
                OpenDirectory upper = layer.directory(UPPER)) {
            layer.makeDirectory(COPIES, 0700);
            makeRoot(layer, ROOT);
            try (OpenDirectory root = layer.directory(ROOT);
                    OpenDirectory copies = layer.directory(COPIES)) {
                Flattening.Cost cost = new Flattening(copies).of(parent, upper, root);
                layer.removeTree(COPIES);
                return cost;
            }
        }
    }

    /** Discards the parts that a layer has no use for: what a commit left, or one that did not come to its end. */
    void tidy(LayerRecord layer) {
        if (layer.info().kind() == Kind.VIEW) {
            return;
        }
        List<String> useless = isWhole(layer.info()) ? List.of(UPPER, WORK, COPIES) : List.of(ROOT, COPIES);
        for (String part : useless) {
            if (Stat.of(directories.of(layer.key()).resolve(part)).isPresent()) {
                directories.discard(layer.key(), part);
            }
        }
    }

    private static boolean isWhole(LayerInfo layer) {
        return layer.kind() == Kind.COMMITTED || layer.parent().isEmpty();
    }

    private static void makeRoot(OpenDirectory layer, String name) {
        layer.makeDirectory(name, 0755);
        layer.changeMode(name, 0755);
    }
}
